#include "tests/unit/test.h"

#include "formats/documents/latency.h"
#include "tests/unit/sample.h"
#include "tui/analysis/hotspots.h"

#include <stdio.h>
#include <string.h>

static const struct hotspots_query plain = {.thread = PROFILE_NONE};

static struct hotspots *hotspots_of(const struct profile *profile,
                                    const struct hotspots_query *query)
{
    struct hotspots *hotspots;
    struct error err = {0};
    assert_int_equal(hotspots_new(&hotspots, profile, query, &err), 0);
    return hotspots;
}

/* The names in their order, with blanks between. */
static void assert_order(const struct profile *profile, const struct hotspots_query *query,
                         const char *expected)
{
    char names[256] = "";
    struct hotspots *hotspots = hotspots_of(profile, query);
    for (uint32_t i = 0; i < hotspots->count; i++) {
        size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "",
                 profile->functions[hotspots->rows[i].function].name);
    }
    hotspots_free(hotspots);
    assert_string_equal(names, expected);
}

static void assert_cell(const struct hotspots *hotspots, const char *column, uint32_t row,
                        const char *expected)
{
    char text[256];
    column_find(hotspot_columns, column)->text(hotspots, row, text, sizeof text);
    assert_string_equal(text, expected);
}

static void values_and_cells(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots *hotspots = hotspots_of(profile, &plain);
    (void)state;
    assert_int_equal(hotspots->functions, 5);
    assert_int_equal(hotspots->total, SECONDS(120));
    /* main, sum and walk have 30 s each: ties by name */
    assert_cell(hotspots, "function", 0, "main  app:5");
    assert_cell(hotspots, "function", 1, "sum  builtins");
    assert_cell(hotspots, "function", 2, "walk  parse:31");
    assert_cell(hotspots, "function", 4, "run  pool/__init__:7");
    assert_cell(hotspots, "ncalls", 2, "2/1");
    assert_cell(hotspots, "tottime", 2, "30.000 s");
    assert_cell(hotspots, "tottime%", 2, "25.0");
    assert_cell(hotspots, "percall", 2, "15.0 s");
    assert_cell(hotspots, "cumtime", 2, "40.000 s");
    assert_cell(hotspots, "cumtime%", 2, "33.3");
    assert_cell(hotspots, "cumpercall", 2, "40.0 s");
    assert_cell(hotspots, "tsub", 0, "30.000 s");
    hotspots_free(hotspots);
    profile_free(profile);
}

static void orders(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots_query query = plain;
    (void)state;
    assert_order(profile, &query, "main sum walk parse run");
    query.sort = "cumtime";
    assert_order(profile, &query, "main parse walk sum run");
    query.sort = "ncalls";
    assert_order(profile, &query, "sum walk main parse run");
    query.sort = "calls";
    assert_order(profile, &query, "sum walk main parse run");
    query.sort = "function";
    assert_order(profile, &query, "main parse run sum walk");
    query.sort = "ttot";
    query.reverse = true;
    assert_order(profile, &query, "run sum walk parse main");
    /* ties stay in the order of names, also reversed */
    query.sort = "tottime";
    assert_order(profile, &query, "run parse main sum walk");
    query.limit = 2;
    assert_order(profile, &query, "run parse");
    profile_free(profile);
}

static void unknown_column(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots_query query = {.sort = "colour"};
    struct hotspots *hotspots;
    struct error err = {0};
    (void)state;
    assert_int_equal(hotspots_new(&hotspots, profile, &query, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    assert_string_equal(
        err.text, "no column \"colour\" to sort by; there are ncalls tottime tottime% percall "
                  "cumtime cumtime% cumpercall p50 p95 p99 max function");
    profile_free(profile);
}

static void threads(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots_query query = plain;
    (void)state;
    query.thread = 1;
    assert_order(profile, &query, "run sum");
    struct hotspots *hotspots = hotspots_of(profile, &query);
    assert_int_equal(hotspots->total, SECONDS(20));
    assert_int_equal(hotspots->functions, 2);
    assert_cell(hotspots, "tottime%", 1, "50.0");
    hotspots_free(hotspots);
    profile_free(profile);
}

static void filter_and_threshold(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots_query query = plain;
    char text[128];
    (void)state;
    query.filter = "parse\\.py";
    assert_order(profile, &query, "walk parse");
    query.filter = NULL;
    query.threshold = 0.2; /* 24 s: run has neither */
    assert_order(profile, &query, "main sum walk parse");
    struct hotspots *hotspots = hotspots_of(profile, &query);
    assert_int_equal(hotspots->matched, 5);
    assert_int_equal(hotspots->hidden, 1);
    assert_int_equal(hotspots->hidden_self, SECONDS(10));
    hotspots_hidden_sentence(hotspots, query.threshold, text, sizeof text);
    assert_string_equal(text, "1 function below 20 % hidden (8.3 %)");
    hotspots_free(hotspots);
    query.filter = "nothing";
    assert_order(profile, &query, "");
    profile_free(profile);
}

static void sentences(void **state)
{
    struct profile *profile = sample_profile();
    struct hotspots *hotspots = hotspots_of(profile, &plain);
    char text[512];
    (void)state;
    hotspots_sentence(hotspots, 0, text, sizeof text);
    assert_non_null(
        strstr(text, "main takes 25.0 % of the run itself (30.0 s); no caller recorded"));
    hotspots_sentence(hotspots, 3, text, sizeof text);
    assert_non_null(strstr(text, "parse takes 16.7 % of the run itself (20.0 s); 1 caller (main)"));
    hotspots_free(hotspots);
    profile_free(profile);
}

static void samples_have_no_calls(void **state)
{
    struct profile *profile;
    struct error err = {0};
    struct build *build = build_new();
    (void)state;
    uint32_t metric = build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t thread = build_thread(build, "all", 0, build_process(build, "", 0));
    uint32_t stack[] = {build_function(build, "a", "", "", 0, FUNCTION_UNKNOWN),
                        build_function(build, "\x1b[31mred\xff", "", "", 0, FUNCTION_UNKNOWN)};
    build_stack(build, thread, stack, 2, metric, 7);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    struct hotspots *hotspots = hotspots_of(profile, &plain);
    assert_cell(hotspots, "ncalls", 0, "-");
    assert_cell(hotspots, "percall", 0, "-");
    assert_cell(hotspots, "p99", 0, "-");
    assert_cell(hotspots, "tottime", 0, "7");
    assert_cell(hotspots, "function", 0, "\\x1b[31mred\\xff");
    hotspots_free(hotspots);
    profile_free(profile);
}

static void latencies_are_told(void **state)
{
    struct profile *profile;
    struct error err = {0};
    struct histogram slow = {0}, fast = {0};
    struct build *build = build_new();
    struct hotspots_query query = plain;
    (void)state;
    sample_functions(build);
    for (int i = 0; i < 98; i++)
        histogram_add(&slow, 50, 1);
    histogram_add(&slow, 40, 2);
    histogram_add(&fast, 60, 1);
    build_latency(build, MAIN, &slow);
    build_latency(build, RUN, &fast);
    struct values values = {100, 100, 5000, 5000};
    build_function_values(build, MAIN, 0, values);
    build_function_values(build, RUN, 0, values);
    build_flags(build, PROFILE_HAS_CALLS | PROFILE_HAS_LATENCY);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    query.sort = "p50";
    query.filter = "main|run";
    struct hotspots *hotspots = hotspots_of(profile, &query);
    assert_cell(hotspots, "function", 0, "run  pool/__init__:7");
    assert_cell(hotspots, "p50", 1, "50 ns");
    assert_cell(hotspots, "max", 0, "60 ns");
    assert_int_equal(latency_ns(profile, MAIN, 0.01), 40);
    hotspots_free(hotspots);
    profile_free(profile);
    histogram_free(&slow);
    histogram_free(&fast);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_and_cells),      cmocka_unit_test(orders),
        cmocka_unit_test(unknown_column),        cmocka_unit_test(threads),
        cmocka_unit_test(filter_and_threshold),  cmocka_unit_test(sentences),
        cmocka_unit_test(samples_have_no_calls), cmocka_unit_test(latencies_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
