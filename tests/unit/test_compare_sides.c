/* Several captures a side, normalisers, unlike units, classes of rows. */
#include "tests/unit/test.h"

#include "formats/profile/build.h"
#include "tui/analysis/compare.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fact {
    const char *name;
    uint64_t calls;
    double self, total; /* seconds */
};

static struct profile *profile_of(const struct fact *facts, size_t count, const char *metric_name)
{
    struct profile *profile;
    struct error err = {0};
    struct build *build = build_new();
    bool time = strcmp(metric_name, "samples") != 0;
    uint32_t metric = time ? build_metric(build, metric_name, "s", METRIC_TIME, 1e-9)
                           : build_metric(build, metric_name, "samples", METRIC_SAMPLES, 1);
    if (time)
        build_flags(build, PROFILE_HAS_CALLS);
    for (size_t i = 0; i < count; i++) {
        uint32_t function = build_function(build, facts[i].name, "", "m.py", 0, FUNCTION_PYTHON);
        double scale = time ? 1e9 : 1;
        build_function_values(build, function, metric,
                              (struct values){facts[i].calls, facts[i].calls,
                                              llround(facts[i].self * scale),
                                              llround(facts[i].total * scale)});
    }
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

#define WALL(...)                                                                                  \
    profile_of((const struct fact[]){__VA_ARGS__},                                                 \
               sizeof((const struct fact[]){__VA_ARGS__}) / sizeof(struct fact), "wall")

struct sides {
    struct profile *a[8], *b[8];
    uint32_t count_a, count_b;
    double size_a, size_b;
};

static int try(struct comparison **comparison, const struct sides *sides,
               const struct compare_query *query, struct error *err)
{
    const struct compare_side a = {(const struct profile *const *)sides->a, sides->count_a, NULL,
                                   sides->size_a};
    const struct compare_side b = {(const struct profile *const *)sides->b, sides->count_b, NULL,
                                   sides->size_b};
    return compare_new(comparison, &a, &b, query, err);
}

static struct comparison *compare(const struct sides *sides, const struct compare_query *query)
{
    struct comparison *comparison;
    struct error err = {0};
    assert_int_equal(try(&comparison, sides, query, &err), 0);
    return comparison;
}

static void refused(const struct sides *sides, const struct compare_query *query, const char *why)
{
    struct comparison *comparison;
    struct error err = {0};
    assert_int_equal(try(&comparison, sides, query, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    assert_string_equal(err.text, why);
}

static void done(struct sides *sides)
{
    for (uint32_t i = 0; i < sides->count_a; i++)
        profile_free(sides->a[i]);
    for (uint32_t i = 0; i < sides->count_b; i++)
        profile_free(sides->b[i]);
}

static const struct compare_row *row_named(const struct comparison *comparison, const char *name)
{
    for (uint32_t i = 0; i < comparison->count; i++)
        if (!strcmp(compare_function(comparison, i)->name, name))
            return &comparison->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static const struct compare_noise *noise_of(const struct comparison *comparison, const char *name,
                                            enum compare_measure measure)
{
    return compare_noise(comparison, (uint32_t)(row_named(comparison, name) - comparison->rows),
                         measure);
}

static bool close_to(double value, double wanted)
{
    return fabs(value - wanted) < 1e-9;
}

/* Week against month: everything twice as slow in B, f called twice as often on top of it. */
static struct sides doubled(void)
{
    return (struct sides){
        .a = {WALL({"main", 1, 2, 10}, {"f", 100, 6, 6}, {"g", 10, 2, 2})},
        .b = {WALL({"main", 1, 4, 32}, {"f", 200, 24, 24}, {"g", 10, 4, 4})},
        .count_a = 1,
        .count_b = 1,
        .size_a = 10,
        .size_b = 40,
    };
}

static void normalisers(void **state)
{
    struct sides sides = doubled();
    struct compare_query query = {.normalise = COMPARE_NORMALISE_TOTAL};
    char text[256];
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    const struct compare_row *f = row_named(comparison, "f");
    assert_true(comparison->time_factor == 10 / 32.0);
    assert_true(comparison->calls_factor == 111 / 211.0);
    assert_true(f->change[COMPARE_CUMTIME].b == 7.5);
    assert_true(close_to(f->change[COMPARE_NCALLS].b, 200 * 111 / 211.0));
    assert_true(f->change[COMPARE_CUMTIME].delta == 1.5);
    assert_true(close_to(f->more_calls + f->slower_calls, 1.5));
    /* growth is as measured: 24 / 6 over 40 / 10 */
    assert_true(close_to(f->change[COMPARE_CUMTIME].exponent, 1));
    assert_true(close_to(f->change[COMPARE_NCALLS].exponent, 0.5));
    compare_normaliser(comparison, text, sizeof text);
    assert_string_equal(text, "B scaled by the total (times ×0.3125, calls ×0.5261)");
    compare_free(comparison);
    query.normalise = COMPARE_NORMALISE_CALLS;
    comparison = compare(&sides, &query);
    assert_true(comparison->time_factor == 111 / 211.0);
    assert_true(comparison->calls_factor == 111 / 211.0);
    compare_free(comparison);
    query.normalise = COMPARE_NORMALISE_SIZE;
    comparison = compare(&sides, &query);
    assert_true(row_named(comparison, "f")->change[COMPARE_CUMTIME].b == 6);
    assert_true(row_named(comparison, "f")->change[COMPARE_NCALLS].b == 50);
    assert_true(row_named(comparison, "f")->change[COMPARE_CUMTIME].delta == 0);
    compare_free(comparison);
    query.normalise = COMPARE_NORMALISE_FUNCTION;
    query.normalise_function = "g";
    comparison = compare(&sides, &query);
    assert_true(comparison->time_factor == 0.5 && comparison->calls_factor == 1);
    assert_true(row_named(comparison, "g")->change[COMPARE_CUMTIME].delta == 0);
    assert_true(row_named(comparison, "f")->more_calls == 6);
    assert_true(row_named(comparison, "f")->slower_calls == 0);
    compare_free(comparison);
    done(&sides);
}

static void normalisers_that_a_side_lacks(void **state)
{
    struct sides sides = doubled();
    struct compare_query query = {.normalise = COMPARE_NORMALISE_FUNCTION,
                                  .normalise_function = "h\x1b"};
    (void)state;
    refused(&sides, &query, "B cannot be scaled to A by function \"h\\x1b\": neither side has it");
    sides.size_a = NAN;
    query.normalise = COMPARE_NORMALISE_SIZE;
    refused(&sides, &query, "B cannot be scaled to A by its size: A has none that is known");
    done(&sides);
    sides = (struct sides){{WALL({"f", 1, 1, 1}, {"idle", 3, 0, 0})},
                           {WALL({"f", 1, 1, 1}, {"g", 1, 1, 1}, {"idle", 3, 1, 1})},
                           1,
                           1,
                           NAN,
                           NAN};
    query =
        (struct compare_query){.normalise = COMPARE_NORMALISE_FUNCTION, .normalise_function = "g"};
    refused(&sides, &query, "B cannot be scaled to A by function \"g\": A does not have it");
    query.normalise_function = "idle";
    refused(&sides, &query, "B cannot be scaled to A by function \"idle\": A spends no time in it");
    done(&sides);
}

static void blame_of_tottime(void **state)
{
    struct sides sides = doubled();
    struct compare_query query = {.blame = COMPARE_TOTTIME};
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    const struct compare_row *main_row = row_named(comparison, "main");
    assert_true(main_row->more_calls == 0 && main_row->slower_calls == 2);
    /* by the change of tottime: f 18, then main and g with 2 each, by name */
    assert_string_equal(compare_function(comparison, 0)->name, "f");
    assert_string_equal(compare_function(comparison, 1)->name, "g");
    compare_free(comparison);
    done(&sides);
}

static void unlike_units_on_request(void **state)
{
    const struct fact samples[] = {{"main", 0, 10, 50}, {"f", 0, 40, 40}};
    struct sides sides = {{WALL({"main", 1, 2, 10}, {"f", 100, 8, 8})},
                          {profile_of(samples, 2, "samples")},
                          1,
                          1,
                          7,
                          30};
    struct compare_query query = {.allow_unlike = true};
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    assert_true(comparison->unlike);
    /* shares: 80 % of both */
    assert_int_equal(comparison->normalise, COMPARE_NORMALISE_TOTAL);
    assert_true(row_named(comparison, "f")->change[COMPARE_CUMTIME].b == 8);
    assert_true(isnan(row_named(comparison, "f")->change[COMPARE_CUMTIME].exponent));
    compare_free(comparison);
    query.normalise = COMPARE_NORMALISE_SIZE;
    refused(&sides, &query,
            "values in s and in samples can only be scaled by the total or by a function");
    query.allow_unlike = false;
    refused(&sides, &query,
            "A is measured in wall (s) and B in samples (samples), which cannot be compared");
    done(&sides);
    sides = doubled();
    sides.b[0]->metrics[0].name = "cpu";
    query = (struct compare_query){.allow_unlike = true};
    comparison = compare(&sides, &query);
    assert_true(comparison->unlike);
    assert_int_equal(comparison->normalise, COMPARE_NORMALISE_NONE);
    compare_free(comparison);
    done(&sides);
}

static void classes_of_rows(void **state)
{
    struct sides sides = {
        {WALL({"same", 1, 1, 1}, {"more", 1, 1, 1}, {"old", 1, 1, 1})},
        {WALL({"same", 1, 1, 1}, {"more", 1, 2, 2}, {"fresh", 1, 4, 4})},
        1,
        1,
        NAN,
        NAN,
    };
    const struct {
        unsigned only;
        const char *names;
    } cases[] = {{0, "more same fresh old "},
                 {COMPARE_ONLY(COMPARE_NEW), "fresh "},
                 {COMPARE_ONLY(COMPARE_GONE) | COMPARE_ONLY(COMPARE_NEW), "fresh old "},
                 {COMPARE_ONLY_CHANGED, "more "},
                 {COMPARE_ONLY(COMPARE_MATCHED), "more same "},
                 {COMPARE_ONLY_CHANGED | COMPARE_ONLY(COMPARE_GONE), "more old "}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct compare_query query = {.only = cases[i].only};
        struct comparison *comparison = compare(&sides, &query);
        char names[128] = "";
        for (uint32_t row = 0; row < comparison->count; row++) {
            size_t used = strlen(names);
            snprintf(names + used, sizeof names - used, "%s ",
                     compare_function(comparison, row)->name);
        }
        assert_string_equal(names, cases[i].names);
        assert_int_equal(comparison->of_status[COMPARE_MATCHED], 2);
        compare_free(comparison);
    }
    /* by a plain column all stand together */
    struct compare_query query = {.sort = "cumtime"};
    struct comparison *comparison = compare(&sides, &query);
    assert_false(comparison->grouped);
    assert_string_equal(compare_function(comparison, 0)->name, "fresh");
    compare_free(comparison);
    done(&sides);
}

/* f: 10 s a capture and a little, 12 s and a little; g wobbles; h is called 5 and 6 times. */
static struct sides repeated(uint32_t count)
{
    static const double wobble[] = {0.3, -0.2, 0.1, -0.4, 0.25};
    static const double noise_a[] = {1, 5, 2, 4, 3}, noise_b[] = {4, 2, 5, 1, 3.5};
    struct sides sides = {.count_a = count, .count_b = count, .size_a = NAN, .size_b = NAN};
    for (uint32_t i = 0; i < count; i++) {
        double x = wobble[i];
        sides.a[i] =
            WALL({"f", 7, 10 + x, 10 + x}, {"g", 3, noise_a[i], noise_a[i]}, {"h", 5, 1, 1});
        sides.b[i] =
            WALL({"f", 7, 12 - x, 12 - x}, {"g", 3, noise_b[i], noise_b[i]}, {"h", 6, 1, 1});
    }
    return sides;
}

static void repeated_captures(void **state)
{
    struct sides sides = repeated(5);
    const struct compare_query query = {0};
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    assert_true(comparison->repeated);
    assert_int_equal(comparison->needed, 0);
    const struct compare_change *f = &row_named(comparison, "f")->change[COMPARE_CUMTIME];
    assert_true(close_to(f->a, 10.1) && close_to(f->b, 11.9) && close_to(f->delta, 1.8));
    const struct compare_noise *noise = noise_of(comparison, "f", COMPARE_CUMTIME);
    assert_true(close_to(noise->p, 2 / 252.0) && noise->significant);
    assert_true(noise->low > 0 && noise->low <= 1.8 && noise->high >= 1.8 && noise->high < 2.8);
    /* nothing of g is significant: below, dimmed */
    assert_true(row_named(comparison, "g")->uncertain);
    assert_false(noise_of(comparison, "g", COMPARE_CUMTIME)->significant);
    assert_true(noise_of(comparison, "g", COMPARE_CUMTIME)->judged);
    assert_string_equal(compare_function(comparison, 2)->name, "g");
    assert_int_equal(comparison->groups[COMPARE_UNCERTAIN].first, 2);
    /* counts that all captures agree on are exact */
    assert_false(row_named(comparison, "h")->uncertain);
    noise = noise_of(comparison, "h", COMPARE_NCALLS);
    assert_true(isnan(noise->p) && noise->significant && noise->low == 1 && noise->high == 1);
    assert_true(row_named(comparison, "h")->change[COMPARE_NCALLS].ratio == 1.2);
    compare_free(comparison);
    done(&sides);
}

static void too_few_captures(void **state)
{
    struct sides sides = repeated(3);
    const struct compare_query query = {0};
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    assert_int_equal(comparison->needed, 4);
    const struct compare_noise *noise = noise_of(comparison, "f", COMPARE_CUMTIME);
    assert_true(isnan(noise->p) && !noise->judged && !noise->significant);
    /* from the least of B - the largest of A on: 11.7 - 10.3 to 12.2 - 9.8 */
    assert_true(close_to(noise->low, 1.4) && close_to(noise->high, 2.4));
    assert_false(row_named(comparison, "g")->uncertain);
    assert_true(noise_of(comparison, "h", COMPARE_NCALLS)->significant);
    compare_free(comparison);
    done(&sides);
}

static void captures_that_lack_a_function(void **state)
{
    struct sides sides = {
        {WALL({"f", 1, 1, 1}), WALL({"f", 3, 3, 3}), WALL({"f", 2, 2, 2}, {"g", 9, 9, 9})},
        {WALL({"f", 1, 1, 1}, {"g", 1, 4, 4}), WALL({"f", 2, 1, 1}, {"g", 1, 2, 2})},
        3,
        2,
        NAN,
        NAN};
    const struct compare_query query = {0};
    (void)state;
    struct comparison *comparison = compare(&sides, &query);
    const struct compare_row *f = row_named(comparison, "f"), *g = row_named(comparison, "g");
    assert_true(f->change[COMPARE_NCALLS].a == 2 && f->change[COMPARE_NCALLS].b == 1.5);
    /* two of three captures spent no time in g */
    assert_int_equal(g->status, COMPARE_MATCHED);
    assert_true(g->change[COMPARE_CUMTIME].a == 0 && g->change[COMPARE_CUMTIME].b == 3);
    assert_int_equal(g->capture_a, 2);
    assert_string_equal(compare_function_a(comparison, (uint32_t)(g - comparison->rows))->name,
                        "g");
    compare_free(comparison);
    sides.a[1]->size = 7;
    sides.a[2]->size = 8;
    refused(&sides, &query, "the captures of A are of different sizes, 7 and 8");
    sides.a[2]->size = NAN;
    comparison = compare(&sides, &query);
    assert_true(comparison->size_a == 7);
    compare_free(comparison);
    sides.a[2]->metrics[0].name = "cpu";
    refused(&sides, &query,
            "capture 1 of A is measured in wall (s) and capture 3 in cpu (s), which cannot be "
            "compared");
    done(&sides);
}

/* 5 of 31 samples are 1.77 of 11, not 2; the median of 8 and 25 is 16.5. */
static void samples_in_parts(void **state)
{
    (void)state;
    const struct fact few[] = {{"f", 0, 3, 3}, {"g", 0, 8, 8}};
    const struct fact many[] = {{"f", 0, 5, 5}, {"g", 0, 25, 25}, {"h", 0, 1, 1}};
    struct sides sides = {.a = {profile_of(few, 2, "samples"), profile_of(many, 3, "samples")},
                          .b = {profile_of(many, 3, "samples")},
                          .count_a = 1,
                          .count_b = 1,
                          .size_a = NAN,
                          .size_b = NAN};
    struct comparison *comparison =
        compare(&sides, &(struct compare_query){.normalise = COMPARE_NORMALISE_TOTAL});
    assert_true(fabs(row_named(comparison, "f")->change[COMPARE_TOTTIME].b - 55 / 31.0) < 1e-5);
    assert_true(fabs(row_named(comparison, "h")->change[COMPARE_CUMTIME].b - 11 / 31.0) < 1e-5);
    assert_true(comparison->total_a == 11 && comparison->total_b == 31);
    compare_free(comparison);
    sides.count_a = 2;
    comparison = compare(&sides, &(struct compare_query){0});
    assert_true(row_named(comparison, "f")->change[COMPARE_TOTTIME].a == 4);
    assert_true(row_named(comparison, "g")->change[COMPARE_TOTTIME].a == 16.5);
    assert_true(row_named(comparison, "h")->change[COMPARE_TOTTIME].delta == 0.5);
    compare_free(comparison);
    done(&sides);
}

static void sizes_in_names(void **state)
{
    struct profile *profile = WALL({"f", 1, 1, 1});
    static const struct {
        const char *path;
        double size;
    } cases[] = {{"run@n=1000.ncp", 1000},     {"run@n=1e3", 1000},    {"run@n=1e3.ncp", 1000},
                 {"run@n=0x10", NAN},          {"run@n=2.5.ncp", 2.5}, {"run@size=7.folded.gz", 7},
                 {"run@n=12@size=13.ncp", 12}, {"run@n=x.ncp", NAN},   {"dir@n=5/run.ncp", NAN},
                 {"run@n=inf.ncp", NAN},       {"run@n=nan", NAN},     {"run@n=30d.ncp", 30}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        profile->path = cases[i].path;
        double size = compare_size(profile);
        if (isnan(cases[i].size) ? !isnan(size) : size != cases[i].size)
            fail_msg("%s: %g", cases[i].path, size);
    }
    static const char *const wrong[] = {"x@n=0.ncp", "x@size=-5.ncp", "x@n=1e999.ncp"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error err = {0};
        double size;
        profile->path = wrong[i];
        assert_int_equal(compare_read_size(profile, &size, &err), -1);
        assert_string_equal(err.file, wrong[i]);
    }
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(normalisers),      cmocka_unit_test(normalisers_that_a_side_lacks),
        cmocka_unit_test(blame_of_tottime), cmocka_unit_test(unlike_units_on_request),
        cmocka_unit_test(classes_of_rows),  cmocka_unit_test(repeated_captures),
        cmocka_unit_test(too_few_captures), cmocka_unit_test(captures_that_lack_a_function),
        cmocka_unit_test(sizes_in_names),   cmocka_unit_test(samples_in_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
