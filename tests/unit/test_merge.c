/* Several profiles added up. */
#include "formats/format.h"
#include "formats/profile/merge.h"
#include "tests/unit/test.h"

#include "tests/unit/sample.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define FIXTURES "tests/fuzz/corpus/"

static struct profile *load(const char *path)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load(&profile, path, NULL, &err))
        fail_msg("%s: %s", path, err.text);
    return profile;
}

static struct profile *merged(const struct profile *const *parts, uint32_t count)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_merge(&profile, parts, count, &err))
        fail_msg("%s", err.text);
    if (profile_check(profile, &err))
        fail_msg("%s", err.text);
    return profile;
}

/* Every number `times` that of `one`. */
static void expect_times(const struct profile *sum, const struct profile *one, int times)
{
    assert_int_equal(sum->function_count, one->function_count);
    assert_int_equal(sum->context_count, one->context_count);
    assert_int_equal(sum->edge_count, one->edge_count);
    assert_int_equal(sum->thread_count, one->thread_count);
    assert_int_equal(sum->wall_ns, one->wall_ns * times);
    for (uint32_t f = 0; f < one->function_count; f++) {
        struct values a = profile_function(sum, f, 0), b = profile_function(one, f, 0);
        assert_string_equal(sum->functions[f].name, one->functions[f].name);
        assert_int_equal(a.calls, b.calls * (uint64_t)times);
        assert_int_equal(a.primitive, b.primitive * (uint64_t)times);
        assert_int_equal(a.self, b.self * times);
        assert_int_equal(a.total, b.total * times);
        if (one->latency)
            assert_int_equal(sum->latency[f].total, one->latency[f].total * (uint64_t)times);
    }
    for (uint32_t e = 0; e < one->edge_count; e++) {
        struct values a = profile_edge(sum, e, 0), b = profile_edge(one, e, 0);
        assert_int_equal(a.calls, b.calls * (uint64_t)times);
        assert_int_equal(a.total, b.total * times);
    }
}

static void trees_and_sums_are_added(void **state)
{
    (void)state;
    struct profile *sources[] = {sample_profile(), load(FIXTURES "cprofile-3.11.prof"),
                                 load(FIXTURES "compressed.callgrind")};
    for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
        const struct profile *parts[] = {sources[i], sources[i], sources[i]};
        struct profile *sum = merged(parts, 3);
        expect_times(sum, sources[i], 3);
        assert_string_equal(profile_metadata(sum, "merged"), "3 files");
        profile_free(sum);
        profile_free(sources[i]);
    }
}

static struct profile *samples(double scale, const char *thread, bool tree)
{
    struct build *b = build_new();
    build_metric(b, "samples", "samples", METRIC_SAMPLES, scale);
    uint32_t f = build_function(b, "f", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t t = build_thread(b, thread, 0, build_process(b, "p", 1));
    if (tree)
        build_stack(b, t, &f, 1, 0, 5);
    else
        build_function_values(b, f, 0, (struct values){.self = 5, .total = 5});
    return sample_finish(b);
}

static void threads_are_matched_by_name_and_scales_by_the_finest(void **state)
{
    (void)state;
    struct profile *one = samples(1, "one", true), *two = samples(0.1, "two", true);
    struct profile *sum = merged((const struct profile *const[]){one, two, one}, 3);
    assert_int_equal(sum->thread_count, 2);
    assert_int_equal(sum->function_count, 1);
    assert_int_equal(profile_total(sum, 0, 0), 100);
    assert_int_equal(profile_total(sum, 0, 1), 5);
    profile_free(sum);
    profile_free(one);
    profile_free(two);
}

static void a_tree_and_none_give_none(void **state)
{
    (void)state;
    struct profile *one = samples(1, "t", true), *two = samples(1, "t", false);
    struct profile *sum = merged((const struct profile *const[]){one, two}, 2);
    assert_false(sum->flags & PROFILE_HAS_TREE);
    assert_int_equal(sum->function_self[0], 10);
    assert_string_equal(sum->notes[0], "call trees are left out: 1 of 2 files have none");
    profile_free(sum);
    profile_free(one);
    profile_free(two);
}

static void other_metrics_are_refused(void **state)
{
    (void)state;
    struct profile *one = samples(1, "t", true), *two = sample_profile(), *sum = NULL;
    struct error err = {0};
    one->path = "a";
    two->path = "b";
    assert_int_equal(profile_merge(&sum, (const struct profile *const[]){one, two}, 2, &err), -1);
    assert_int_equal(err.code, ERROR_UNSUPPORTED);
    assert_string_equal(err.text, "b has other metrics than a: they cannot be added up");
    profile_free(one);
    profile_free(two);
}

enum { MANY = 20000 };

static struct profile *many_threads(const char *name)
{
    struct build *b = build_new();
    build_metric(b, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t f = build_function(b, "f", "", "", 0, FUNCTION_UNKNOWN);
    for (uint32_t i = 0; i < MANY; i++) {
        char number[16];
        snprintf(number, sizeof number, "%u", i);
        uint32_t process = build_process(b, i % 2 ? "worker" : number, i);
        build_stack(b, build_thread(b, name, i, process / 2), &f, 1, 0, i);
    }
    return sample_finish(b);
}

/* Half of the processes have one name, and all of the threads: comparing each with all takes
 * seconds. */
static void many_threads_are_matched_in_linear_time(void **state)
{
    (void)state;
    struct profile *one = many_threads("t"), *other = many_threads("u");
    clock_t start = clock();
    struct profile *sum = merged((const struct profile *const[]){one, one, other}, 3);
    assert_true(clock() - start < CLOCKS_PER_SEC);
    assert_int_equal(sum->process_count, MANY);
    assert_int_equal(sum->thread_count, 2 * MANY);
    for (uint32_t t = 0; t < MANY; t++) {
        assert_int_equal(profile_total(sum, 0, t), 2 * t);
        assert_int_equal(sum->threads[t].process, one->threads[t].process);
    }
    profile_free(sum);
    profile_free(one);
    profile_free(other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_and_sums_are_added),
        cmocka_unit_test(threads_are_matched_by_name_and_scales_by_the_finest),
        cmocka_unit_test(a_tree_and_none_give_none),
        cmocka_unit_test(other_metrics_are_refused),
        cmocka_unit_test(many_threads_are_matched_in_linear_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
