/* Runs of a plan by their sizes: which are compared, what is quadratic, what is suspicious. */
#include "tests/unit/test.h"

#include "formats/profile/build.h"
#include "tui/analysis/plan_offenders.h"
#include "tui/analysis/plan_pairs.h"
#include "tui/analysis/plan_suspects.h"

#include <string.h>

#define RUNS 5

static void state(struct build *build, const char *name, uint64_t calls, int64_t self_us,
                  int64_t total_us)
{
    uint32_t f = build_function(build, name, "", "/srv/run.py", 1, FUNCTION_PYTHON);
    build_function_values(build, f, 0,
                          (struct values){calls, calls, self_us * 1000, total_us * 1000});
}

/* A day has six bars; `copies` of rows in all, each 100 us. */
static struct profile *run(uint64_t days, uint64_t copies, const char *metric)
{
    struct build *build = build_new();
    struct profile *profile;
    struct error err = {0};
    uint64_t bars = 6 * days;
    int64_t copying = (int64_t)copies * 100, opening = (int64_t)bars * 2000,
            converting = (int64_t)bars * 6000;
    build_metric(build, metric, "s", METRIC_TIME, 1e-9);
    state(build, "main", 1, 5000, 5000 + copying + opening + converting);
    state(build, "concat", bars, (int64_t)bars * 10, (int64_t)bars * 10 + copying);
    state(build, "copy_row", copies, copying, copying);
    state(build, "<built-in method io.open>", bars + 5, opening, opening);
    state(build, "<method '__exit__' of '_io._IOBase' objects>", bars + 7, 300, 300);
    state(build, "to_datetime", bars * 4, converting, converting);
    state(build, "reopening", bars, 10, 10);
    build_flags(build, PROFILE_HAS_CALLS);
    assert_int_equal(build_finish(build, &profile, &err), 0);
    return profile;
}

static uint64_t quadratic(uint64_t days)
{
    return 6 * days * (6 * days + 1) / 2;
}

static uint64_t linear(uint64_t days)
{
    return 6 * days;
}

struct fixture {
    struct profile *profiles[RUNS];
    struct run_facts facts[RUNS + 2];
    struct scaling *scaling;
};

static void open_fixture(struct fixture *fixture, uint64_t (*copies)(uint64_t))
{
    static const uint64_t days[RUNS] = {91, 7, 30, 7, 14};
    static const char *const ids[RUNS] = {"quarter", "week-1", "month", "week-2", "fortnight"};
    struct scaling_input inputs[RUNS];
    struct error err = {0};
    const struct scaling_query query = {.at = NAN};
    for (int i = 0; i < RUNS; i++) {
        fixture->profiles[i] = run(days[i], copies(days[i]), "wall");
        fixture->facts[i] = (struct run_facts){
            .id = ids[i], .size = (double)days[i], .profile = fixture->profiles[i]};
        inputs[i] =
            (struct scaling_input){.profile = fixture->profiles[i], .size = (double)days[i]};
    }
    fixture->facts[RUNS] = (struct run_facts){.id = "year", .size = 365, .missing = "pending"};
    assert_int_equal(scaling_new(&fixture->scaling, inputs, RUNS, &err), 0);
    assert_int_equal(scaling_select(fixture->scaling, &query, &err), 0);
}

static void close_fixture(struct fixture *fixture)
{
    scaling_free(fixture->scaling);
    for (int i = 0; i < RUNS; i++)
        profile_free(fixture->profiles[i]);
}

static const char *name_of(const struct scaling *scaling, uint32_t row)
{
    return scaling_function(scaling, row)->name;
}

/* ---- pairs ---- */

static void test_steps(void **unused)
{
    (void)unused;
    struct fixture fixture;
    struct plan_pairs *pairs;
    struct error err = {0};
    open_fixture(&fixture, quadratic);
    assert_int_equal(plan_pairs_steps(&pairs, fixture.facts, RUNS + 1, &err), 0);
    assert_int_equal(pairs->count, 3); /* 7 to 14, 14 to 30, 30 to 91 */
    assert_int_equal(pairs->list[0].a.count, 2);
    assert_string_equal(plan_pairs_run(pairs, pairs->list[0].a, 0)->id, "week-1");
    assert_string_equal(plan_pairs_run(pairs, pairs->list[0].a, 1)->id, "week-2");
    assert_string_equal(plan_pairs_run(pairs, pairs->list[0].b, 0)->id, "fortnight");
    assert_string_equal(plan_pairs_run(pairs, pairs->list[2].b, 0)->id, "quarter");
    plan_pairs_free(pairs);
    close_fixture(&fixture);
}

static void test_all_and_one(void **unused)
{
    (void)unused;
    struct fixture fixture;
    struct plan_pairs *pairs;
    struct comparison *comparison;
    struct error err = {0};
    const struct compare_query query = {0};
    open_fixture(&fixture, quadratic);
    assert_int_equal(plan_pairs_all(&pairs, fixture.facts, RUNS + 1, &err), 0);
    assert_int_equal(pairs->count, RUNS * (RUNS - 1) / 2);
    plan_pairs_free(pairs);

    assert_int_equal(plan_pairs_one(&pairs, fixture.facts, 1, 2, &err), 0);
    assert_int_equal(pairs->count, 1);
    assert_int_equal(plan_pairs_compare(&comparison, pairs, &pairs->list[0], &query, &err), 0);
    assert_true(fabs(comparison->size_ratio - 30.0 / 7) < 1e-12);
    compare_free(comparison);
    plan_pairs_free(pairs);
    close_fixture(&fixture);
}

static void test_sizes_unknown(void **unused)
{
    (void)unused;
    struct plan_pairs *pairs;
    struct error err = {0};
    struct profile *profile = run(7, 10, "wall");
    struct run_facts facts[3];
    for (int i = 0; i < 3; i++)
        facts[i] = (struct run_facts){.id = "x", .size = i ? NAN : 7, .profile = profile};
    assert_int_equal(plan_pairs_steps(&pairs, facts, 3, &err), 0);
    assert_int_equal(pairs->count, 0);
    plan_pairs_free(pairs);
    assert_int_equal(plan_pairs_steps(&pairs, facts, 0, &err), 0);
    assert_int_equal(pairs->count, 0);
    plan_pairs_free(pairs);
    profile_free(profile);
}

static void test_unlike_clocks(void **unused)
{
    (void)unused;
    struct plan_pairs *pairs;
    struct error err = {0};
    struct profile *wall = run(7, 10, "wall"), *cpu = run(30, 10, "cpu");
    const struct run_facts facts[] = {{.id = "a", .size = 7, .profile = wall},
                                      {.id = "b", .size = 30, .profile = cpu}};
    assert_int_equal(plan_pairs_all(&pairs, facts, 2, &err), -1);
    assert_int_equal(err.code, ERROR_USAGE);
    assert_string_equal(err.text, "a is measured in wall, b in cpu: these are not comparable");
    profile_free(wall);
    profile_free(cpu);
}

/* ---- offenders, suspects ---- */

static void test_offenders(void **unused)
{
    (void)unused;
    struct fixture fixture;
    open_fixture(&fixture, quadratic);
    struct plan_offenders *found = plan_offenders_new(fixture.scaling);
    assert_int_equal(found->offenders.count, 1);
    assert_string_equal(name_of(fixture.scaling, found->offenders.rows[0].row), "copy_row");
    assert_int_equal(found->offenders.rows[0].measure, COMPARE_NCALLS);
    assert_int_equal(found->carriers.count, 1);
    assert_string_equal(name_of(fixture.scaling, found->carriers.rows[0].row), "concat");
    plan_offenders_free(found);
    close_fixture(&fixture);
}

static void test_no_offenders(void **unused)
{
    (void)unused;
    struct fixture fixture;
    open_fixture(&fixture, linear);
    struct plan_offenders *found = plan_offenders_new(fixture.scaling);
    assert_int_equal(found->offenders.count, 0);
    assert_int_equal(found->carriers.count, 0);
    plan_offenders_free(found);
    close_fixture(&fixture);
}

static void test_suspects(void **unused)
{
    (void)unused;
    struct fixture fixture;
    char sentence[1024];
    open_fixture(&fixture, quadratic);
    struct plan_suspects *suspects = plan_suspects_new(fixture.scaling);
    assert_int_equal(suspects->count, 3);
    assert_int_equal(suspects->rows[0].suspicion, SUSPECT_CONCATENATION);
    assert_string_equal(name_of(fixture.scaling, suspects->rows[0].row), "copy_row");
    assert_int_equal(suspects->rows[1].suspicion, SUSPECT_FILES);
    assert_string_equal(name_of(fixture.scaling, suspects->rows[1].row),
                        "<built-in method io.open>");
    assert_string_equal(name_of(fixture.scaling, suspects->rows[1].other),
                        "<method '__exit__' of '_io._IOBase' objects>");
    assert_int_equal(suspects->rows[2].suspicion, SUSPECT_CONVERSION);
    plan_suspect_sentence(suspects, 0, sentence, sizeof sentence);
    assert_non_null(strstr(sentence, "copy_row  run:1 (149,331 calls) is called as n^"));
    plan_suspect_sentence(suspects, 1, sentence, sizeof sentence);
    assert_non_null(strstr(sentence, "551 calls"));
    plan_suspects_free(suspects);
    close_fixture(&fixture);
}

static void test_joined_once_is_no_suspect(void **unused)
{
    (void)unused;
    struct fixture fixture;
    open_fixture(&fixture, linear);
    struct plan_suspects *suspects = plan_suspects_new(fixture.scaling);
    for (uint32_t i = 0; i < suspects->count; i++)
        assert_int_not_equal(suspects->rows[i].suspicion, SUSPECT_CONCATENATION);
    plan_suspects_free(suspects);
    close_fixture(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),         cmocka_unit_test(test_all_and_one),
        cmocka_unit_test(test_sizes_unknown), cmocka_unit_test(test_unlike_clocks),
        cmocka_unit_test(test_offenders),     cmocka_unit_test(test_no_offenders),
        cmocka_unit_test(test_suspects),      cmocka_unit_test(test_joined_once_is_no_suspect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
