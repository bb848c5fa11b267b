/* Growth over runs, against profiles made for it. */
#include "tui/analysis/scaling.h"

#include "formats/profile/build.h"
#include "formats/profile/memory.h"

#include "tests/unit/test.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a function does in a run of size n. */
struct shape {
    const char *name;
    double calls, calls_power; /* calls n^calls_power */
    double self, self_power;   /* ns, likewise */
    double floor;              /* ns beside it */
    double from;               /* the smallest size that has it */
};

static const struct shape program[] = {
    {"concat", 1, 1, 2, 2, 0, 0},       {"parse", 10, 1, 900, 1, 0, 0},
    {"load_model", 3, 0, 4e9, 0, 0, 0}, {"hidden", 1, 2, 1, 2, 2e8, 0},
    {"late", 5, 1, 1e6, 0.5, 0, 8000},  {"tiny", 100, 1, 0.001, 2, 0, 0},
    {"once", 1, 0, 3e8, 0, 0, 0},
};

static struct profile *run_of(const char *metric, const struct shape *shapes, size_t count,
                              double n)
{
    struct build *build = build_new();
    uint32_t time = build_metric(build, metric, "s", METRIC_TIME, 1e-9);
    build_flags(build, PROFILE_HAS_CALLS);
    for (size_t i = 0; i < count; i++) {
        const struct shape *shape = &shapes[i];
        if (n < shape->from)
            continue;
        uint32_t f = build_function(build, shape->name, "", "program.py", 1, FUNCTION_PYTHON);
        double self = shape->floor + shape->self * pow(n, shape->self_power);
        struct values values = {.calls = (uint64_t)(shape->calls * pow(n, shape->calls_power)),
                                .self = (int64_t)llround(self),
                                .total = (int64_t)llround(self)};
        values.primitive = values.calls;
        build_function_values(build, f, time, values);
    }
    if (n > 0)
        build_size(build, n);
    struct profile *profile = NULL;
    struct error err;
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

#define RUNS_MAX 8

struct runs {
    struct profile *profiles[RUNS_MAX];
    struct scaling_input inputs[RUNS_MAX];
    uint32_t count;
};

static void add_run(struct runs *runs, double n, double size)
{
    struct profile *profile = run_of("wall", program, sizeof program / sizeof *program, n);
    runs->profiles[runs->count] = profile;
    runs->inputs[runs->count++] = (struct scaling_input){profile, 0, size};
}

static void free_runs(struct runs *runs)
{
    for (uint32_t i = 0; i < runs->count; i++)
        profile_free(runs->profiles[i]);
}

static struct scaling *scale(struct runs *runs)
{
    struct scaling *scaling = NULL;
    struct error err = {0};
    if (scaling_new(&scaling, runs->inputs, runs->count, &err))
        fail_msg("%s", err.text);
    struct scaling_query query = {.measure = COMPARE_CUMTIME, .at = NAN};
    assert_int_equal(scaling_select(scaling, &query, &err), 0);
    return scaling;
}

static struct scaling *five(struct runs *runs)
{
    static const double sizes[] = {4000, 1000, 16000, 2000, 8000};
    *runs = (struct runs){.count = 0};
    for (int i = 0; i < 5; i++)
        add_run(runs, sizes[i], NAN);
    return scale(runs);
}

static uint32_t row_named(const struct scaling *scaling, const char *name)
{
    for (uint32_t row = 0; row < scaling->functions; row++)
        if (!strcmp(scaling_function(scaling, row)->name, name))
            return row;
    fail_msg("no row %s", name);
    return 0;
}

static const struct scaling_row *row_of(const struct scaling *scaling, const char *name)
{
    return &scaling->rows[row_named(scaling, name)];
}

static void assert_near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.12g is not %.12g", value, wanted);
}

static void runs_stand_by_size(void **state)
{
    struct runs runs;
    (void)state;
    struct scaling *scaling = five(&runs);
    assert_int_equal(scaling->size_count, 5);
    assert_near(scaling->sizes[0], 1000, 0);
    assert_near(scaling->sizes[4], 16000, 0);
    assert_int_equal(scaling->runs[0].input, 1);
    assert_int_equal(scaling->runs[4].input, 2);
    assert_near(scaling->at, 160000, 0);
    uint32_t concat = row_named(scaling, "concat");
    assert_near(scaling_value(scaling, concat, COMPARE_NCALLS, 1), 2000, 0);
    assert_near(scaling_value(scaling, concat, COMPARE_CUMTIME, 4), 0.512, 1e-9);
    scaling_free(scaling);
    free_runs(&runs);
}

static void every_function_gets_its_class(void **state)
{
    struct runs runs;
    (void)state;
    struct scaling *scaling = five(&runs);
    const struct scaling_row *concat = row_of(scaling, "concat");
    assert_near(concat->fit[COMPARE_CUMTIME].exponent, 2, 1e-6);
    assert_int_equal(concat->growth[COMPARE_CUMTIME], GROWTH_QUADRATIC);
    assert_int_equal(concat->growth[COMPARE_NCALLS], GROWTH_LINEAR);
    assert_int_equal(row_of(scaling, "parse")->growth[COMPARE_TOTTIME], GROWTH_LINEAR);
    assert_int_equal(row_of(scaling, "load_model")->growth[COMPARE_CUMTIME], GROWTH_CONSTANT);
    scaling_free(scaling);
    free_runs(&runs);
}

static void a_constant_part_does_not_hide_a_square(void **state)
{
    struct runs runs;
    (void)state;
    struct scaling *scaling = five(&runs);
    const struct fit *fit = &row_of(scaling, "hidden")->fit[COMPARE_CUMTIME];
    assert_int_equal(fit->model, FIT_FLOOR);
    assert_near(fit->exponent, 2, 1e-3);
    assert_near(fit->floor, 0.2, 1e-4);
    assert_int_equal(row_of(scaling, "hidden")->growth[COMPARE_CUMTIME], GROWTH_QUADRATIC);
    scaling_free(scaling);
    free_runs(&runs);
}

/* Too little time, or at too few sizes; one call a run is enough from three runs on. */
static void what_says_too_little_is_not_classed(void **state)
{
    struct runs runs;
    (void)state;
    struct scaling *scaling = five(&runs);
    const struct scaling_row *tiny = row_of(scaling, "tiny"), *late = row_of(scaling, "late");
    assert_int_equal(tiny->growth[COMPARE_NCALLS], GROWTH_NONE);
    assert_near(tiny->fit[COMPARE_NCALLS].exponent, 1, 1e-6);
    assert_int_equal(late->fit[COMPARE_CUMTIME].points, 2);
    assert_int_equal(late->growth[COMPARE_CUMTIME], GROWTH_NONE);
    assert_true(isnan(late->projected[COMPARE_CUMTIME]));
    assert_true(isnan(scaling_value(scaling, row_named(scaling, "late"), COMPARE_NCALLS, 0)));
    assert_int_equal(row_of(scaling, "once")->growth[COMPARE_CUMTIME], GROWTH_CONSTANT);
    scaling_free(scaling);
    free_runs(&runs);

    runs = (struct runs){.count = 0};
    add_run(&runs, 1000, NAN);
    add_run(&runs, 2000, NAN);
    scaling = scale(&runs);
    assert_int_equal(row_of(scaling, "once")->growth[COMPARE_CUMTIME], GROWTH_NONE);
    assert_int_equal(row_of(scaling, "load_model")->growth[COMPARE_CUMTIME], GROWTH_CONSTANT);
    scaling_free(scaling);
    free_runs(&runs);
}

/*
 * At 160,000 concat takes 2 n² ns = 51.2 s, parse 0.144 s, load_model 4 s, hidden 0.2 + 25.6 s,
 * once 0.3 s; tiny and late are projected together.
 */
static void projects_to_another_size(void **state)
{
    struct runs runs;
    struct error err = {0};
    (void)state;
    struct scaling *scaling = five(&runs);
    const struct scaling_row *concat = row_of(scaling, "concat");
    assert_near(concat->projected[COMPARE_CUMTIME], 51.2, 1e-3);
    assert_near(row_of(scaling, "hidden")->projected[COMPARE_CUMTIME], 25.8, 1e-2);
    assert_near(concat->projected[COMPARE_NCALLS], 160000, 1e-3);
    double known = 51.2 + 0.144 + 4 + 25.8 + 0.3;
    assert_true(scaling->total_at >= known - 0.02 && scaling->total_at < known + 2);
    assert_near(scaling_projected_share(scaling, row_named(scaling, "concat"), COMPARE_CUMTIME),
                51.2 / scaling->total_at, 1e-6);
    struct scaling_query query = {.measure = COMPARE_CUMTIME, .at = 32000};
    assert_int_equal(scaling_select(scaling, &query, &err), 0);
    assert_near(concat->projected[COMPARE_CUMTIME], 2.048, 1e-5);
    scaling_free(scaling);
    free_runs(&runs);
}

/* 10 calls a unit of size, 1 µs each; the process was put aside for a while in the largest run. */
static void one_slow_run_is_no_growth(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    for (double n = 1000; n <= 16000; n *= 2) {
        struct shape shapes[] = {{"steady", 10, 1, 1e4, 1, 0, 0}, {"load", 3, 0, 1e8, 0, 0, 0}};
        if (n == 16000)
            shapes[0].floor = 3e9;
        runs.profiles[runs.count] = run_of("wall", shapes, 2, n);
        runs.inputs[runs.count] = (struct scaling_input){runs.profiles[runs.count], 0, NAN};
        runs.count++;
    }
    struct scaling *scaling = scale(&runs);
    const struct scaling_row *steady = row_of(scaling, "steady");
    assert_int_equal(steady->growth[COMPARE_NCALLS], GROWTH_LINEAR);
    assert_int_equal(steady->growth[COMPARE_TOTTIME], GROWTH_NONE);
    assert_int_equal(steady->fit[COMPARE_TOTTIME].model, FIT_POWER);
    assert_near(steady->projected[COMPARE_TOTTIME], 1.6, 1e-3); /* 1.6 million calls */
    scaling_free(scaling);
    free_runs(&runs);
}

/* One call a run, three sizes: the fit cannot tell how it grows, but not less than it is. */
static void few_calls_may_take_longer(void **state)
{
    static const double self[] = {12e6, 71e6, 1.9e9};
    struct runs runs = {.count = 3};
    (void)state;
    for (int i = 0; i < 3; i++) {
        struct shape shape = {"once", 4, 0, 0, 0, self[i], 0};
        runs.profiles[i] = run_of("wall", &shape, 1, 100 * pow(4, i));
        runs.inputs[i] = (struct scaling_input){runs.profiles[i], 0, NAN};
    }
    struct scaling *scaling = scale(&runs);
    const struct scaling_row *once = row_of(scaling, "once");
    assert_int_equal(once->growth[COMPARE_TOTTIME], GROWTH_NONE);
    assert_true(once->projected[COMPARE_TOTTIME] > 1.9);
    scaling_free(scaling);
    free_runs(&runs);
}

static const char *first_row(const struct scaling *scaling)
{
    return scaling_function(scaling, scaling->order[0])->name;
}

static void order_by(struct scaling *scaling, const char *sort, bool reverse)
{
    struct scaling_query query = {.measure = COMPARE_CUMTIME, .at = NAN, .sort = sort};
    struct error err = {0};
    query.reverse = reverse;
    if (scaling_select(scaling, &query, &err))
        fail_msg("%s", err.text);
}

/* Small today, most of the run at ten times the size. */
static void sorts_by_any_column(void **state)
{
    struct runs runs;
    (void)state;
    struct scaling *scaling = five(&runs);
    assert_string_equal(first_row(scaling), "concat");
    order_by(scaling, "share", false);
    assert_string_equal(first_row(scaling), "load_model");
    order_by(scaling, "16000", false);
    assert_string_equal(first_row(scaling), "load_model");
    order_by(scaling, "function", false);
    assert_string_equal(first_row(scaling), "concat");
    order_by(scaling, "function", true);
    assert_string_equal(first_row(scaling), "tiny");
    order_by(scaling, "ncalls", false);
    assert_int_equal(scaling->measure, COMPARE_NCALLS);
    assert_string_equal(first_row(scaling), "hidden");
    order_by(scaling, "exponent", true);
    assert_int_equal(scaling->measure, COMPARE_CUMTIME);
    scaling_free(scaling);
    free_runs(&runs);
}

static void filters_and_hides(void **state)
{
    struct runs runs;
    struct error err = {0};
    struct scaling_query query = {.measure = COMPARE_CUMTIME, .at = NAN, .threshold = 0.05};
    (void)state;
    struct scaling *scaling = five(&runs);
    assert_int_equal(scaling_select(scaling, &query, &err), 0);
    assert_int_equal(scaling->hidden, 3); /* parse, tiny, late */
    query.threshold = 0;
    query.filter = "^c|parse";
    query.limit = 1;
    assert_int_equal(scaling_select(scaling, &query, &err), 0);
    assert_int_equal(scaling->matched, 2);
    assert_int_equal(scaling->count, 1);
    scaling_free(scaling);
    free_runs(&runs);
}

/* Two runs of 1000: their median is shown, both are in the fit. */
static void runs_of_one_size_are_repeats(void **state)
{
    static const struct shape slower[] = {{"concat", 1, 1, 4, 2, 0, 0}};
    struct runs runs = {.count = 0};
    (void)state;
    add_run(&runs, 1000, NAN);
    add_run(&runs, 4000, NAN);
    runs.profiles[2] = run_of("wall", slower, 1, 1000);
    runs.inputs[2] = (struct scaling_input){runs.profiles[2], 0, NAN};
    runs.count = 3;
    struct scaling *scaling = scale(&runs);
    uint32_t concat = row_named(scaling, "concat");
    assert_int_equal(scaling->size_count, 2);
    assert_near(scaling_value(scaling, concat, COMPARE_CUMTIME, 0), 0.003, 1e-9);
    const struct fit *fit = &scaling->rows[concat].fit[COMPARE_CUMTIME];
    assert_int_equal(fit->points, 3);
    assert_near(fit->exponent, 2 - log(2) / 2 / log(4), 1e-6); /* the mean of ln 2 and ln 4 */
    scaling_free(scaling);
    free_runs(&runs);
}

static void assert_refused(const struct runs *runs, const char *wanted)
{
    struct scaling *scaling = NULL;
    struct error err = {0};
    assert_int_equal(scaling_new(&scaling, runs->inputs, runs->count, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    if (!strstr(err.text, wanted))
        fail_msg("'%s' does not say '%s'", err.text, wanted);
}

static void refuses_what_has_no_growth(void **state)
{
    struct runs runs = {.count = 0};
    (void)state;
    assert_refused(&runs, "no run");
    add_run(&runs, 1000, NAN);
    assert_refused(&runs, "one run says nothing");
    add_run(&runs, 2000, 1000);
    assert_refused(&runs, "all 2 runs are of size 1000");
    runs.inputs[1].size = 0;
    assert_refused(&runs, "above zero, not 0");
    runs.inputs[1].size = -3;
    assert_refused(&runs, "above zero, not -3");
    runs.inputs[1].size = INFINITY;
    assert_refused(&runs, "above zero, not inf");
    add_run(&runs, 0, NAN);
    runs.inputs[1].size = 2000;
    assert_refused(&runs, "is not known");
    profile_free(runs.profiles[2]);
    runs.profiles[2] = run_of("cpu", program, 1, 4000);
    runs.inputs[2] = (struct scaling_input){runs.profiles[2], 0, NAN};
    assert_refused(&runs, "measured in cpu");
    free_runs(&runs);
}

static void refuses_bad_queries(void **state)
{
    struct runs runs;
    struct error err = {0};
    struct scaling_query query = {.measure = COMPARE_CUMTIME, .at = NAN, .sort = "colour"};
    (void)state;
    struct scaling *scaling = five(&runs);
    assert_int_equal(scaling_select(scaling, &query, &err), -1);
    assert_non_null(strstr(err.text, "no column \"colour\""));
    query.sort = NULL;
    query.at = 0;
    assert_int_equal(scaling_select(scaling, &query, &err), -1);
    query.at = INFINITY;
    assert_int_equal(scaling_select(scaling, &query, &err), -1);
    assert_near(scaling->at, 160000, 0); /* as it was */
    scaling_free(scaling);
    free_runs(&runs);
}

static void says_it_in_a_sentence(void **state)
{
    struct runs runs;
    char text[1024];
    (void)state;
    struct scaling *scaling = five(&runs);
    scaling_sentence(scaling, row_named(scaling, "concat"), COMPARE_CUMTIME, text, sizeof text);
    assert_non_null(strstr(text, "concat grows as n^2.00 ± 0.00 (quadratic; 5 runs, r² 1.000): "));
    assert_non_null(strstr(text, " % of the run at 16,000, "));
    assert_non_null(strstr(text, " % at 160,000."));
    scaling_sentence(scaling, row_named(scaling, "hidden"), COMPARE_CUMTIME, text, sizeof text);
    assert_non_null(strstr(text, "above a constant 200 ms"));
    scaling_sentence(scaling, row_named(scaling, "parse"), COMPARE_NCALLS, text, sizeof text);
    assert_non_null(strstr(text, "Calls of parse grow as n^1.00"));
    scaling_free(scaling);
    free_runs(&runs);
}

/* Of very many sizes the table shows some, the first and the last among them. */
static void many_sizes_share_the_columns(void **state)
{
    enum { MANY = 40 };
    struct profile *profiles[MANY];
    struct scaling_input inputs[MANY];
    struct scaling *scaling = NULL;
    struct error err = {0};
    (void)state;
    for (int i = 0; i < MANY; i++) {
        profiles[i] = run_of("wall", program, 2, 100 + i);
        inputs[i] = (struct scaling_input){profiles[i], 0, NAN};
    }
    assert_int_equal(scaling_new(&scaling, inputs, MANY, &err), 0);
    assert_int_equal(scaling->size_count, MANY);
    assert_int_equal(scaling->columns->shown_count, SCALING_SIZES_SHOWN);
    assert_string_equal(scaling->columns->list[0].title, "100");
    assert_string_equal(scaling->columns->list[SCALING_SIZES_SHOWN - 1].title, "139");
    order_by(scaling, NULL, false);
    assert_near(row_of(scaling, "concat")->fit[COMPARE_NCALLS].exponent, 1, 1e-9);
    scaling_free(scaling);
    for (int i = 0; i < MANY; i++)
        profile_free(profiles[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_stand_by_size),
        cmocka_unit_test(every_function_gets_its_class),
        cmocka_unit_test(a_constant_part_does_not_hide_a_square),
        cmocka_unit_test(what_says_too_little_is_not_classed),
        cmocka_unit_test(projects_to_another_size),
        cmocka_unit_test(one_slow_run_is_no_growth),
        cmocka_unit_test(few_calls_may_take_longer),
        cmocka_unit_test(sorts_by_any_column),
        cmocka_unit_test(filters_and_hides),
        cmocka_unit_test(runs_of_one_size_are_repeats),
        cmocka_unit_test(refuses_what_has_no_growth),
        cmocka_unit_test(refuses_bad_queries),
        cmocka_unit_test(says_it_in_a_sentence),
        cmocka_unit_test(many_sizes_share_the_columns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
