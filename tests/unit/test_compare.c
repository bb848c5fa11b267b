#include "tests/unit/test.h"

#include "formats/profile/build.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/match.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct fact {
    const char *name, *module, *file;
    uint32_t line;
    uint64_t calls;
    double self, total; /* seconds */
};

static struct profile *profile_of(const struct fact *facts, size_t count, double size,
                                  enum function_kind kind)
{
    struct profile *profile;
    struct error err = {0};
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    build_flags(build, PROFILE_HAS_CALLS);
    for (size_t i = 0; i < count; i++) {
        uint32_t function = build_function(build, facts[i].name, facts[i].module, facts[i].file,
                                           facts[i].line, kind);
        struct values values = {facts[i].calls, facts[i].calls, (int64_t)(facts[i].self * 1e9),
                                (int64_t)(facts[i].total * 1e9)};
        build_function_values(build, function, metric, values);
    }
    if (!isnan(size))
        build_size(build, size);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

#define PROFILE(facts, size)                                                                       \
    profile_of(facts, sizeof(facts) / sizeof *(facts), size, FUNCTION_PYTHON)

static const struct compare_query plain = {0};
static const uint32_t first_metric[8];

static int try(struct comparison **comparison, const struct profile *a, const struct profile *b,
               const struct compare_query *query, struct error *err)
{
    const struct compare_side in_a = {&a, 1, first_metric, NAN};
    const struct compare_side in_b = {&b, 1, first_metric, NAN};
    return compare_new(comparison, &in_a, &in_b, query, err);
}

static struct comparison *compare(const struct profile *a, const struct profile *b,
                                  const struct compare_query *query)
{
    struct comparison *comparison;
    struct error err = {0};
    assert_int_equal(try(&comparison, a, b, query, &err), 0);
    return comparison;
}

static const struct compare_row *row_named(const struct comparison *comparison, const char *name)
{
    for (uint32_t i = 0; i < comparison->count; i++)
        if (!strcmp(compare_function(comparison, i)->name, name))
            return &comparison->rows[i];
    fail_msg("no row %s", name);
    return NULL;
}

static void cell(const struct comparison *comparison, const char *column, uint32_t row, char *text,
                 size_t size)
{
    column_find(compare_columns, column)->text(comparison, row, text, size);
}

/* 7 days with 1,000 calls and 60 s against 30 days with 18,000 calls and 1,800 s. */
static void worked_example(void **state)
{
    static const struct fact week[] = {{"concat", "", "pandas.py", 4, 1000, 60, 60}};
    static const struct fact month[] = {{"concat", "", "pandas.py", 4, 18000, 1800, 1800}};
    (void)state;
    struct profile *a = PROFILE(week, 7), *b = PROFILE(month, 30);
    struct comparison *comparison = compare(a, b, &plain);
    const struct compare_row *row = &comparison->rows[0];
    char text[64];
    assert_true(fabs(comparison->size_ratio - 30.0 / 7.0) < 1e-12);
    assert_true(row->change[COMPARE_NCALLS].ratio == 18);
    assert_true(fabs(row->change[COMPARE_NCALLS].exponent - 1.9861) < 1e-4);
    assert_true(fabs(row->change[COMPARE_CUMTIME].exponent - log(30) / log(30.0 / 7)) < 1e-12);
    assert_string_equal(growth_name(row->change[COMPARE_NCALLS].growth), "quadratic");
    cell(comparison, "ncalls_exponent", 0, text, sizeof text);
    assert_string_equal(text, "1.99");
    cell(comparison, "ncalls_ratio", 0, text, sizeof text);
    assert_string_equal(text, "×18.0");
    cell(comparison, "ncalls_class", 0, text, sizeof text);
    assert_string_equal(text, "quadratic ▲");
    /* 17,000 more calls at 60 ms, and 18,000 calls that are 40 ms slower */
    assert_true(row->more_calls == 1020);
    assert_true(row->slower_calls == 720);
    assert_true(row->change[COMPARE_CUMTIME].delta == 1740);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void sentence(void **state)
{
    static const struct fact week[] = {{"concat", "", "pandas.py", 4, 1000, 60, 60}};
    static const struct fact month[] = {{"concat", "", "pandas.py", 4, 18000, 1800, 1800},
                                        {"flush", "", "io.py", 90, 12, 3.1, 3.1}};
    (void)state;
    struct profile *a = PROFILE(week, 7), *b = PROFILE(month, 30);
    struct comparison *comparison = compare(a, b, &plain);
    char text[512];
    compare_sentence(comparison, 0, text, sizeof text);
    assert_string_equal(text,
                        "concat took 1,740.0 s more: +1,020.0 s because it is called 18× as often, "
                        "+720.0 s because each call is 1.67× slower. It grows as n^2.34 "
                        "(quadratic).");
    compare_sentence(comparison, 1, text, sizeof text);
    assert_string_equal(text, "flush is only in B: 3.100 s in 12 calls.");
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void blame_adds_up(void **state)
{
    static const struct fact before[] = {{"f", "", "f.py", 1, 7, 1.000000001, 1.000000003}};
    static const struct fact after[] = {{"f", "", "f.py", 1, 11, 2.123456789, 3.000000019}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(after, NAN);
    struct comparison *comparison = compare(a, b, &plain);
    const struct compare_row *row = &comparison->rows[0];
    int64_t more = llround(row->more_calls * 1e9), slower = llround(row->slower_calls * 1e9);
    assert_int_equal(more + slower, 2000000016);
    /* 4 more calls at 1.000000003 s / 7 */
    assert_int_equal(more, 571428573);
    assert_true(isnan(row->change[COMPARE_NCALLS].exponent));
    assert_int_equal(row->change[COMPARE_NCALLS].growth, GROWTH_NONE);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void new_and_gone_and_moved(void **state)
{
    static const struct fact before[] = {{"stay", "", "/a/lib/x.py", 1, 1, 1, 1},
                                         {"leave", "", "/a/lib/x.py", 9, 4, 2, 2},
                                         {"wander", "", "/a/lib/x.py", 20, 1, 1, 1}};
    static const struct fact after[] = {{"stay", "", "/b/c/lib/x.py", 7, 1, 1, 1},
                                        {"come", "", "/b/c/lib/x.py", 9, 5, 3, 3},
                                        {"wander", "", "/b/c/other/y.py", 2, 1, 1, 1}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(after, NAN);
    struct comparison *comparison = compare(a, b, &plain);
    assert_int_equal(comparison->functions, 4);
    assert_int_equal(row_named(comparison, "stay")->status, COMPARE_MATCHED);
    assert_int_equal(row_named(comparison, "wander")->status, COMPARE_MOVED);
    const struct compare_row *come = row_named(comparison, "come");
    assert_int_equal(come->status, COMPARE_NEW);
    assert_int_equal(come->function_a, PROFILE_NONE);
    assert_true(isnan(come->change[COMPARE_CUMTIME].a));
    assert_true(isnan(come->change[COMPARE_CUMTIME].ratio));
    assert_true(come->change[COMPARE_CUMTIME].delta == 3);
    assert_true(come->more_calls == 3 && come->slower_calls == 0);
    const struct compare_row *leave = row_named(comparison, "leave");
    assert_int_equal(leave->status, COMPARE_GONE);
    assert_true(leave->change[COMPARE_CUMTIME].delta == -2);
    assert_true(leave->more_calls == -2 && leave->slower_calls == 0);
    /* what both have comes first, here two that did not change, by name; then what B, then what A
     * has alone */
    assert_string_equal(compare_function(comparison, 0)->name, "stay");
    assert_string_equal(compare_function(comparison, 1)->name, "wander");
    assert_string_equal(compare_function(comparison, 2)->name, "come");
    assert_string_equal(compare_function(comparison, 3)->name, "leave");
    assert_true(comparison->grouped);
    assert_int_equal(comparison->groups[COMPARE_BOTH].count, 2);
    assert_int_equal(comparison->groups[COMPARE_ONLY_B].first, 2);
    assert_true(comparison->groups[COMPARE_ONLY_B].tottime == 3);
    assert_int_equal(comparison->groups[COMPARE_ONLY_A].first, 3);
    assert_true(comparison->groups[COMPARE_ONLY_A].tottime == 2);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void many_of_one_name(void **state)
{
    static const struct fact before[] = {{"<lambda>", "", "x.py", 10, 1, 1, 1},
                                         {"<lambda>", "", "x.py", 20, 2, 1, 1},
                                         {"<lambda>", "", "x.py", 30, 3, 1, 1}};
    /* 20 stayed, 10 and 30 went two lines down, one is new at the end */
    static const struct fact after[] = {{"<lambda>", "", "x.py", 12, 1, 1, 1},
                                        {"<lambda>", "", "x.py", 20, 2, 1, 1},
                                        {"<lambda>", "", "x.py", 32, 3, 1, 1},
                                        {"<lambda>", "", "x.py", 40, 9, 1, 1}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(after, NAN);
    uint32_t count;
    struct match *matches = match_functions(a, b, &count);
    assert_int_equal(count, 4);
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].a == PROFILE_NONE)
            assert_int_equal(b->functions[matches[i].b].line, 40);
        else
            assert_int_equal(a->function_calls[matches[i].a], b->function_calls[matches[i].b]);
    }
    free(matches);
    profile_free(a);
    profile_free(b);
}

static void clones_and_versions_of_python(void **state)
{
    static const struct fact before[] = {{"sort.isra.0", "libx.so.1", "", 0, 1, 1, 1},
                                         {"hot.part.3.cold", "libx.so.1", "", 0, 1, 1, 1},
                                         {"walk", "", "/usr/lib/python3.11/os.py", 5, 1, 1, 1}};
    static const struct fact after[] = {{"sort", "/opt/libx.so.1", "", 0, 1, 1, 1},
                                        {"hot", "/opt/libx.so.1", "", 0, 1, 1, 1},
                                        {"walk", "", "/usr/lib/python3.12/os.py", 7, 1, 1, 1}};
    (void)state;
    struct profile *a = profile_of(before, 3, NAN, FUNCTION_NATIVE);
    struct profile *b = profile_of(after, 3, NAN, FUNCTION_NATIVE);
    struct comparison *comparison = compare(a, b, &plain);
    assert_int_equal(comparison->count, 3);
    for (uint32_t i = 0; i < comparison->count; i++)
        assert_int_equal(comparison->rows[i].status, COMPARE_MATCHED);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
    const struct function method = {"Tree.cold", "", "t.py", 1, FUNCTION_PYTHON};
    assert_int_equal(match_name_length(&method), 9);
    const struct function plainly = {"x.partition", "", "", 0, FUNCTION_NATIVE};
    assert_int_equal(match_name_length(&plainly), 11);
}

/* Folded stacks know names only: no reason to call anything moved. */
static void names_only_on_one_side(void **state)
{
    static const struct fact before[] = {{"main", "", "", 0, 1, 1, 1}};
    static const struct fact after[] = {{"main", "app", "/x/app.py", 3, 1, 1, 1}};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(after, NAN);
    struct comparison *comparison = compare(a, b, &plain);
    assert_int_equal(comparison->rows[0].status, COMPARE_MATCHED);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void classes(void **state)
{
    (void)state;
    static const struct {
        double exponent;
        const char *name;
    } cases[] = {{-1, "constant"},   {0, "constant"},         {0.1, "sublinear"},
                 {0.9, "linear"},    {1.0999, "linear"},      {1.1, "n log n"},
                 {1.3, "rising"},    {1.5, "superlinear"},    {1.8, "quadratic"},
                 {2.0, "quadratic"}, {2.8, "cubic or worse"}, {9, "cubic or worse"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_string_equal(growth_name(growth_of(cases[i].exponent)), cases[i].name);
    assert_null(growth_name(growth_of(NAN)));
}

static void too_little_is_not_classed(void **state)
{
    static const struct fact before[] = {{"main", "", "m.py", 1, 1, 98, 100},
                                         {"rare", "", "m.py", 2, 2, 1, 1},
                                         {"tiny", "", "m.py", 3, 100, 0.05, 0.05},
                                         {"fine", "", "m.py", 4, 3, 0.95, 0.95}};
    static const struct fact after[] = {{"main", "", "m.py", 1, 1, 196, 200},
                                        {"rare", "", "m.py", 2, 2, 2, 2},
                                        {"tiny", "", "m.py", 3, 400, 0.1, 0.1},
                                        {"fine", "", "m.py", 4, 3, 1.9, 1.9}};
    (void)state;
    struct profile *a = PROFILE(before, 10), *b = PROFILE(after, 20);
    struct comparison *comparison = compare(a, b, &plain);
    assert_int_equal(row_named(comparison, "main")->change[COMPARE_CUMTIME].growth, GROWTH_NONE);
    assert_int_equal(row_named(comparison, "rare")->change[COMPARE_CUMTIME].growth, GROWTH_NONE);
    assert_int_equal(row_named(comparison, "tiny")->change[COMPARE_NCALLS].growth, GROWTH_NONE);
    assert_int_equal(row_named(comparison, "fine")->change[COMPARE_CUMTIME].growth, GROWTH_LINEAR);
    assert_int_equal(row_named(comparison, "fine")->change[COMPARE_NCALLS].growth, GROWTH_CONSTANT);
    /* the exponent itself is a fact and stays */
    assert_true(fabs(row_named(comparison, "tiny")->change[COMPARE_NCALLS].exponent - 2) < 1e-12);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

/* 30 days against 31: 3 % of noise in the time would be an exponent of 1, calls are exact. */
static void times_of_close_sizes_are_not_classed(void **state)
{
    static const struct fact september[] = {{"f", "", "f.py", 1, 900, 10, 10}};
    static const struct fact october[] = {{"f", "", "f.py", 1, 961, 11.2, 11.2}};
    (void)state;
    struct profile *a = PROFILE(september, 30), *b = PROFILE(october, 31);
    struct comparison *comparison = compare(a, b, &plain);
    const struct compare_row *row = &comparison->rows[0];
    assert_int_equal(row->change[COMPARE_NCALLS].growth, GROWTH_QUADRATIC);
    assert_int_equal(row->change[COMPARE_CUMTIME].growth, GROWTH_NONE);
    assert_int_equal(row->change[COMPARE_TOTTIME].growth, GROWTH_NONE);
    compare_free(comparison);
    profile_free(a);
    profile_free(b);
}

static void sizes_come_from_three_places(void **state)
{
    static const struct fact fact[] = {{"f", "", "f.py", 1, 5, 1, 1}};
    struct error err = {0};
    struct comparison *comparison;
    (void)state;
    struct profile *a = PROFILE(fact, NAN), *b = PROFILE(fact, 40);
    struct compare_side in_a = {(const struct profile *const *)&a, 1, first_metric, 10};
    struct compare_side in_b = {(const struct profile *const *)&b, 1, first_metric, 30};
    assert_int_equal(compare_new(&comparison, &in_a, &in_b, &plain, &err), 0);
    assert_true(comparison->size_ratio == 3);
    compare_free(comparison);
    comparison = compare(a, b, &plain);
    assert_true(isnan(comparison->size_ratio) && comparison->size_b == 40);
    compare_free(comparison);
    a->path = "runs@n=1/small@n=1000.ncp";
    assert_true(compare_size(a) == 1000);
    a->path = "small@size=2.5e3.ncp";
    assert_true(compare_size(a) == 2500);
    a->path = "small@n=.ncp";
    assert_true(isnan(compare_size(a)));
    in_b.size = 0;
    assert_int_equal(compare_new(&comparison, &in_a, &in_b, &plain, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    profile_free(a);
    profile_free(b);
}

static void unlike_units_are_refused(void **state)
{
    static const struct fact fact[] = {{"f", "", "f.py", 1, 5, 1, 1}};
    struct error err = {0};
    struct comparison *comparison;
    (void)state;
    struct profile *a = PROFILE(fact, NAN), *b = PROFILE(fact, NAN);
    b->metrics[0].name = "cpu";
    assert_int_equal(try(&comparison, a, b, &plain, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    b->metrics[0] = (struct metric){"samples", "samples", METRIC_SAMPLES, 1};
    assert_int_equal(try(&comparison, a, b, &plain, &err), -1);
    assert_string_equal(err.text,
                        "A is measured in wall (s) and B in samples (samples), which cannot "
                        "be compared");
    profile_free(a);
    profile_free(b);
}

static void order_filter_and_threshold(void **state)
{
    static const struct fact before[] = {{"alpha", "", "m.py", 1, 10, 90, 90},
                                         {"beta", "", "m.py", 2, 20, 9, 9},
                                         {"gamma", "", "m.py", 3, 30, 1, 1}};
    struct error err = {0};
    (void)state;
    struct profile *a = PROFILE(before, NAN), *b = PROFILE(before, NAN);
    struct compare_query query = plain;
    query.sort = "ncalls";
    struct comparison *comparison = compare(a, b, &query);
    assert_string_equal(compare_function(comparison, 0)->name, "gamma");
    compare_free(comparison);
    query.reverse = true;
    query.limit = 1;
    comparison = compare(a, b, &query);
    assert_int_equal(comparison->count, 1);
    assert_string_equal(compare_function(comparison, 0)->name, "alpha");
    compare_free(comparison);
    query = plain;
    query.threshold = 0.05;
    query.filter = "ta|mm";
    comparison = compare(a, b, &query);
    assert_int_equal(comparison->matched, 2);
    assert_int_equal(comparison->hidden, 1);
    assert_int_equal(comparison->count, 1);
    compare_free(comparison);
    query.sort = "colour";
    assert_int_equal(try(&comparison, a, b, &query, &err), -1);
    assert_non_null(strstr(err.text, "\"colour\""));
    assert_non_null(strstr(err.text, "cumtime_ratio"));
    profile_free(a);
    profile_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(worked_example),
        cmocka_unit_test(sentence),
        cmocka_unit_test(blame_adds_up),
        cmocka_unit_test(new_and_gone_and_moved),
        cmocka_unit_test(many_of_one_name),
        cmocka_unit_test(clones_and_versions_of_python),
        cmocka_unit_test(names_only_on_one_side),
        cmocka_unit_test(classes),
        cmocka_unit_test(too_little_is_not_classed),
        cmocka_unit_test(times_of_close_sizes_are_not_classed),
        cmocka_unit_test(sizes_come_from_three_places),
        cmocka_unit_test(unlike_units_are_refused),
        cmocka_unit_test(order_filter_and_threshold),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
