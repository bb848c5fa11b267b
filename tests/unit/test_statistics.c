#include "tests/unit/test.h"

#include "tests/unit/sample.h"
#include "tui/analysis/statistics.h"

#include <stdlib.h>
#include <string.h>

static struct statistics *statistics_of(const struct profile *profile, const char *sort, bool strip,
                                        const char *const *restrictions, uint32_t count)
{
    struct statistics *statistics;
    struct error err = {0};
    struct statistics_query query = {.thread = PROFILE_NONE,
                                     .sort = sort,
                                     .strip = strip,
                                     .edges = true,
                                     .restrictions = restrictions,
                                     .restriction_count = count};
    assert_int_equal(statistics_new(&statistics, profile, &query, &err), 0);
    return statistics;
}

static const char *name_at(const struct statistics *statistics, uint32_t i)
{
    return statistics->rows[statistics->order[i]].standard;
}

static void orders(void **state)
{
    static const struct {
        const char *sort, *first, *last, *label;
    } cases[] = {
        {NULL, "/src/app.py:5(main)", "/src/pool/__init__.py:7(run)", "internal time"},
        {"cumulative", "/src/app.py:5(main)", "/src/pool/__init__.py:7(run)", "cumulative time"},
        {"calls,name", "builtins.sum", "/src/pool/__init__.py:7(run)", "call count, function name"},
        {"nfl", "builtins.sum", "/src/parse.py:31(walk)", "name/file/line"},
        {"std", "/src/app.py:5(main)", "builtins.sum", "standard name"},
        {"line,cum", "builtins.sum", "/src/parse.py:31(walk)", "line number, cumulative time"},
    };
    (void)state;
    struct profile *profile = sample_profile();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct statistics *statistics = statistics_of(profile, cases[i].sort, false, NULL, 0);
        assert_int_equal(statistics->count, 5);
        assert_int_equal(statistics->calls, 8);
        assert_int_equal(statistics->primitive, 7);
        assert_string_equal(name_at(statistics, 0), cases[i].first);
        if (i > 1 || !i)
            assert_string_equal(name_at(statistics, 4), cases[i].last);
        assert_string_equal(statistics->sorted_by, cases[i].label);
        statistics_free(statistics);
    }
    profile_free(profile);
}

static void restrictions(void **state)
{
    static const char *const three[] = {"py", "0.5", "1"};
    static const char *const wrong[] = {"(", "it's"};
    (void)state;
    struct profile *profile = sample_profile();
    struct statistics *statistics = statistics_of(profile, "time", false, three, 3);
    assert_int_equal(statistics->reduction_count, 3);
    assert_int_equal(statistics->reductions[0].from, 5);
    assert_int_equal(statistics->reductions[0].to, 4);
    assert_string_equal(statistics->reductions[0].what, "'py'");
    assert_int_equal(statistics->reductions[1].to, 2);
    assert_string_equal(statistics->reductions[1].what, "0.5");
    assert_int_equal(statistics->count, 1);
    statistics_free(statistics);
    statistics = statistics_of(profile, "time", false, wrong, 2);
    assert_true(statistics->reductions[0].invalid);
    assert_string_equal(statistics->reductions[1].what, "\"it's\"");
    assert_int_equal(statistics->count, 0);
    statistics_free(statistics);
    profile_free(profile);
}

static void edges(void **state)
{
    (void)state;
    struct profile *profile = sample_profile();
    struct statistics *statistics = statistics_of(profile, "nfl", false, NULL, 0);
    uint32_t first, end, sum = statistics->order[0];
    statistics_callers(statistics, sum, &first, &end);
    assert_int_equal(end - first, 3); /* main, walk, run: by file and line */
    assert_string_equal(statistics->rows[statistics->callers[first].caller].name, "main");
    assert_string_equal(statistics->rows[statistics->callers[first + 1].caller].name, "walk");
    assert_string_equal(statistics->rows[statistics->callers[first + 2].caller].name, "run");
    statistics_callees(statistics, sum, &first, &end);
    assert_int_equal(first, end);
    statistics_free(statistics);
    profile_free(profile);
}

/* Two files of one name in two folders are one when these are left aside. */
static void stripped(void **state)
{
    (void)state;
    struct build *build = build_new();
    uint32_t metric = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t a = build_function(build, "f", "", "/a/__init__.py", 1, FUNCTION_PYTHON);
    uint32_t b = build_function(build, "f", "", "/b/__init__.py", 1, FUNCTION_PYTHON);
    build_function_values(build, a, metric, (struct values){1, 1, 10, 10});
    build_function_values(build, b, metric, (struct values){2, 1, 20, 30});
    build_flags(build, PROFILE_HAS_CALLS);
    struct profile *profile = sample_finish(build);
    struct statistics *statistics = statistics_of(profile, "time", true, NULL, 0);
    assert_int_equal(statistics->count, 1);
    assert_string_equal(name_at(statistics, 0), "__init__.py:1(f)");
    assert_int_equal(statistics->rows[0].values.calls, 3);
    assert_int_equal(statistics->rows[0].values.total, 40);
    statistics_free(statistics);
    profile_free(profile);
}

static void refused(void **state)
{
    struct error err = {0};
    (void)state;
    assert_int_equal(statistics_check_sort("percall", &err), -1);
    assert_int_equal(statistics_check_sort("", &err), -1);
    assert_int_equal(statistics_check_sort("time,", &err), -1);
    assert_int_equal(statistics_check_sort("c", &err), -1); /* calls or cumulative? */
    assert_int_equal(statistics_check_sort("cum", &err), 0);
    assert_int_equal(statistics_check_restriction("1.5", &err), -1);
    assert_int_equal(statistics_check_restriction("0.99", &err), 0);
    assert_int_equal(statistics_check_restriction("99999999999999999999999", &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orders),   cmocka_unit_test(restrictions), cmocka_unit_test(edges),
        cmocka_unit_test(stripped), cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
