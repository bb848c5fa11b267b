/* What a cold cache costs, what is advised, and what a repair can bring at best. */
#include "tests/unit/test.h"

#include "formats/profile/build.h"
#include "tui/analysis/amdahl.h"
#include "tui/analysis/plan_cache.h"
#include "tui/analysis/plan_hotspots.h"

#include <string.h>

/* main 1 s, read `read_ms`, and in a cold run fetch `fetch_ms`. */
static struct profile *run(int64_t read_ms, int64_t fetch_ms)
{
    struct build *build = build_new();
    struct profile *profile;
    struct error err = {0};
    uint32_t time = build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    static const char *const names[] = {"main", "read", "fetch"};
    const int64_t ms[] = {1000, read_ms, fetch_ms};
    for (int i = 0; i < 3; i++)
        if (ms[i])
            build_function_values(
                build, build_function(build, names[i], "", "/srv/run.py", 1, FUNCTION_PYTHON), time,
                (struct values){1, 1, ms[i] * 1000000, ms[i] * 1000000});
    build_flags(build, PROFILE_HAS_CALLS);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

static struct run_facts facts(const char *id, const char *start, const struct profile *profile)
{
    return (struct run_facts){.id = id,
                              .start = start,
                              .end = "2024-09-30",
                              .size = 30,
                              .cache = run_cache_of("", id, ""),
                              .profile = profile};
}

static void test_thresholds(void **state)
{
    (void)state;
    assert_int_equal(cache_advice_of(NAN), CACHE_ADVICE_NONE);
    assert_int_equal(cache_advice_of(-0.2), CACHE_ADVICE_SINGLE);
    assert_int_equal(cache_advice_of(0.0999), CACHE_ADVICE_SINGLE);
    assert_int_equal(cache_advice_of(0.10), CACHE_ADVICE_REPEAT);
    assert_int_equal(cache_advice_of(0.30), CACHE_ADVICE_REPEAT);
    assert_int_equal(cache_advice_of(0.3001), CACHE_ADVICE_PRELOAD);
}

/* main 1 s + read 0 against ... cold so many ms more. */
static enum cache_advice advice_for(int64_t more_ms)
{
    struct profile *warm = run(0, 0), *cold = run(0, more_ms);
    const struct run_facts runs[] = {facts("cold", "2024-09-01", cold),
                                     facts("warm", "2024-09-01", warm)};
    struct cache_impact *impact;
    struct error err = {0};
    assert_int_equal(cache_impact_new(&impact, runs, 2, &err), 0);
    assert_int_equal(impact->pair_count, 1);
    enum cache_advice advice = impact->advice;
    cache_impact_free(impact);
    profile_free(warm);
    profile_free(cold);
    return advice;
}

static void test_exactly_ten_and_thirty_percent(void **state)
{
    (void)state;
    assert_int_equal(advice_for(99), CACHE_ADVICE_SINGLE);
    assert_int_equal(advice_for(100), CACHE_ADVICE_REPEAT);
    assert_int_equal(advice_for(300), CACHE_ADVICE_REPEAT);
    assert_int_equal(advice_for(301), CACHE_ADVICE_PRELOAD);
}

static void test_parts_add_up(void **state)
{
    (void)state;
    struct profile *warm = run(500, 0), *cold = run(650, 450);
    const struct run_facts runs[] = {facts("a-warm", "2024-09-01", warm),
                                     facts("a-cold", "2024-09-01", cold)};
    struct cache_impact *impact;
    struct error err = {0};
    assert_int_equal(cache_impact_new(&impact, runs, 2, &err), 0);
    const struct cache_pair *pair = &impact->pairs[0];
    assert_int_equal(pair->cold, 1);
    assert_int_equal(pair->warm, 0);
    assert_true(fabs(pair->overhead - 0.4) < 1e-12);
    assert_int_equal(pair->part_count, 2);
    assert_string_equal(pair->parts[0].function->name, "fetch");
    assert_true(fabs(pair->parts[0].share - 0.75) < 1e-12);
    assert_string_equal(pair->parts[1].function->name, "read");
    assert_true(fabs(pair->parts[1].share - 0.25) < 1e-12);
    cache_impact_free(impact);
    profile_free(warm);
    profile_free(cold);
}

/* Two pairs over two inputs, a warm run too many, and one without a result. */
static void test_pairs_by_input(void **state)
{
    (void)state;
    struct profile *warm = run(0, 0), *cold = run(0, 50), *colder = run(0, 500);
    const struct run_facts runs[] = {
        facts("sep-cold", "2024-09-01", cold),   facts("oct-cold", "2024-10-01", colder),
        facts("oct-warm", "2024-10-01", warm),   facts("sep-warm", "2024-09-01", warm),
        facts("sep-warm-2", "2024-09-01", warm), facts("nov-cold", "2024-11-01", NULL)};
    struct cache_impact *impact;
    struct error err = {0};
    assert_int_equal(cache_impact_new(&impact, runs, 6, &err), 0);
    assert_int_equal(impact->pair_count, 2);
    assert_int_equal(impact->pairs[0].warm, 3);
    assert_int_equal(impact->pairs[0].advice, CACHE_ADVICE_SINGLE);
    assert_int_equal(impact->pairs[1].warm, 2);
    assert_int_equal(impact->advice, CACHE_ADVICE_PRELOAD);
    assert_int_equal(impact->unpaired_count, 1);
    assert_int_equal(impact->unpaired[0], 4);
    cache_impact_free(impact);
    profile_free(warm);
    profile_free(cold);
    profile_free(colder);
}

static void test_cold_and_warm_by_name(void **state)
{
    (void)state;
    assert_int_equal(run_cache_of("", "phase0-cold-2024-09", "month"), RUN_CACHE_COLD);
    assert_int_equal(run_cache_of("", "september", "Warm cache"), RUN_CACHE_WARM);
    assert_int_equal(run_cache_of("warm", "phase0-cold", ""), RUN_CACHE_WARM);
    assert_int_equal(run_cache_of("", "scold-swarm", "lukewarmer"), RUN_CACHE_UNSAID);
}

static void test_amdahl(void **state)
{
    (void)state;
    assert_true(fabs(amdahl_saved(0.39, 2) - 0.195) < 1e-12);
    assert_true(fabs(amdahl_limit(0.39) - 1.6393) < 1e-4);
    assert_true(amdahl_limit(0) == 1);
    assert_true(isinf(amdahl_limit(1)));
}

static void test_hotspots(void **state)
{
    (void)state;
    struct profile *profile = run(950, 50); /* main is half, fetch 2.5 % */
    struct plan_hotspots *hotspots = plan_hotspots_new(profile, NAN);
    assert_int_equal(hotspots->count, 2);
    assert_string_equal(profile->functions[hotspots->rows[0].function].name, "main");
    assert_true(fabs(hotspots->rows[0].saved - 0.25) < 1e-12);
    assert_true(fabs(hotspots->rows[0].limit - 2) < 1e-12);
    assert_int_equal(hotspots->left_out, 1);
    assert_true(fabs(hotspots->left_out_share - 0.025) < 1e-12);
    plan_hotspots_free(hotspots);
    hotspots = plan_hotspots_new(profile, 0.95);
    assert_int_equal(hotspots->count, 2);
    plan_hotspots_free(hotspots);
    hotspots = plan_hotspots_new(profile, 0.951);
    assert_int_equal(hotspots->count, 1);
    plan_hotspots_free(hotspots);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_thresholds),
        cmocka_unit_test(test_exactly_ten_and_thirty_percent),
        cmocka_unit_test(test_parts_add_up),
        cmocka_unit_test(test_pairs_by_input),
        cmocka_unit_test(test_cold_and_warm_by_name),
        cmocka_unit_test(test_amdahl),
        cmocka_unit_test(test_hotspots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
