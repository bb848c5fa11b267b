/* The builder and what it derives: recursion once, edges, threads, repairs. */
#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "tests/unit/test.h"

#include <stdlib.h>
#include <string.h>

static struct build *timed(void)
{
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    return build;
}

static uint32_t named(struct build *build, const char *name)
{
    return build_function(build, name, "m", "m.py", 1, FUNCTION_PYTHON);
}

static struct profile *finished(struct build *build)
{
    struct profile *profile = NULL;
    struct error err;
    if (build_finish(build, &profile, &err) || profile_check(profile, &err))
        fail_msg("%s", err.text);
    return profile;
}

static void expect(struct values got, uint64_t calls, uint64_t primitive, int64_t self,
                   int64_t total)
{
    assert_int_equal(got.calls, calls);
    assert_int_equal(got.primitive, primitive);
    assert_int_equal(got.self, self);
    assert_int_equal(got.total, total);
}

static void events_give_self_and_total(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t main = named(b, "main"), work = named(b, "work");
    uint32_t t = build_thread(b, "MainThread", 7, 0);
    build_enter(b, t, main, 0);
    build_enter(b, t, work, 10);
    build_leave(b, t, 30);
    build_leave(b, t, 35);
    struct profile *p = finished(b);
    expect(profile_function(p, main, 0), 1, 1, 15, 35);
    expect(profile_function(p, work, 0), 1, 1, 20, 20);
    assert_int_equal(profile_total(p, 0, PROFILE_NONE), 35);
    assert_int_equal(p->edge_count, 1);
    expect(profile_edge(p, 0, 0), 1, 1, 20, 20);
    assert_int_equal(p->latency[work].max, 20);
    assert_int_equal(p->wall_ns, 35);
    profile_free(p);
}

/* f(0..100) calls f(10..90) calls g(20..50) calls f(30..40): f's total is 100, once. */
static void recursion_counts_once(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = named(b, "f"), g = named(b, "g");
    uint32_t t = build_thread(b, "", 0, 0);
    build_enter(b, t, f, 0);
    build_enter(b, t, f, 10);
    build_enter(b, t, g, 20);
    build_enter(b, t, f, 30);
    build_leave(b, t, 40);
    build_leave(b, t, 50);
    build_leave(b, t, 90);
    build_leave(b, t, 100);
    struct profile *p = finished(b);
    expect(profile_function(p, f, 0), 3, 1, 80, 100);
    expect(profile_function(p, g, 0), 1, 1, 20, 30);
    uint32_t first, end;
    profile_callees(p, f, &first, &end);
    assert_int_equal(end - first, 2);
    expect(profile_edge(p, first, 0), 1, 1, 50, 80);     /* f -> f */
    expect(profile_edge(p, first + 1, 0), 1, 1, 20, 30); /* f -> g */
    profile_callers(p, f, &first, &end);
    assert_int_equal(end - first, 2);
    struct values values[2];
    profile_thread_functions(p, t, 0, values);
    expect(values[f], 3, 1, 80, 100);
    profile_free(p);
}

static void threads_are_kept_apart(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = named(b, "f");
    uint32_t one = build_thread(b, "one", 1, 0), two = build_thread(b, "two", 2, 0);
    build_enter(b, one, f, 0);
    build_enter(b, two, f, 5);
    build_leave(b, two, 8);
    build_leave(b, one, 10);
    struct profile *p = finished(b);
    expect(profile_function(p, f, 0), 2, 2, 13, 13);
    assert_int_equal(profile_total(p, 0, one), 10);
    assert_int_equal(profile_total(p, 0, two), 3);
    profile_free(p);
}

static void stacks_weigh_at_their_leaf(void **state)
{
    (void)state;
    struct build *b = build_new();
    uint32_t samples = build_metric(b, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t a = named(b, "a"), c = named(b, "c");
    uint32_t t = build_thread(b, "", 0, 0);
    build_stack(b, t, (uint32_t[]){a, c, a}, 3, samples, 5);
    build_stack(b, t, (uint32_t[]){a}, 1, samples, 2);
    build_rescale(b, samples, 1000);
    build_stack(b, t, (uint32_t[]){a, c}, 2, samples, 500);
    struct profile *p = finished(b);
    expect(profile_function(p, a, 0), 0, 0, 7000, 7500);
    expect(profile_function(p, c, 0), 0, 0, 500, 5500);
    assert_false(p->flags & PROFILE_HAS_CALLS);
    assert_true(p->metrics[0].scale == 0.001);
    profile_free(p);
}

static void sums_stay_as_stated(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = named(b, "f"), g = named(b, "g");
    build_function_values(b, f, 0, (struct values){4, 2, 100, 900});
    build_function_values(b, g, 0, (struct values){8, 8, 50, 60});
    build_edge_values(b, g, f, 0, (struct values){4, 2, 90, 800});
    build_edge_values(b, f, g, 0, (struct values){8, 8, 50, 60});
    struct profile *p = finished(b);
    expect(profile_function(p, f, 0), 4, 2, 100, 900);
    expect(profile_edge(p, 0, 0), 8, 8, 50, 60);
    expect(profile_edge(p, 1, 0), 4, 2, 90, 800);
    assert_false(p->flags & PROFILE_HAS_TREE);
    assert_true(p->flags & PROFILE_HAS_EDGES);
    assert_int_equal(profile_total(p, 0, PROFILE_NONE), 150);
    profile_free(p);
}

static void bad_events_are_repaired_and_said(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = named(b, "f");
    uint32_t t = build_thread(b, "", 0, 0);
    build_leave(b, t, 1);
    build_enter(b, t, f, 10);
    build_enter(b, t, f, 5);
    build_leave(b, t, 20);
    struct profile *p = finished(b);
    assert_int_equal(p->note_count, 3);
    assert_non_null(strstr(p->notes[0], "1 frames were open"));
    expect(profile_function(p, f, 0), 2, 1, 10, 10);
    profile_free(p);
}

static void sums_stay_within_their_range(void **state)
{
    (void)state;
    struct build *build = timed();
    uint32_t f = named(build, "f"), g = named(build, "g");
    uint32_t t = build_thread(build, "a", 0, 0), u = build_thread(build, "b", 0, 0);
    build_stack(build, t, (uint32_t[]){f, g}, 2, 0, INT64_MAX);
    build_stack(build, u, (uint32_t[]){f}, 1, 0, INT64_MAX);
    build_stack(build, u, (uint32_t[]){g}, 1, 0, INT64_MIN);
    struct profile *profile = finished(build);
    assert_true(profile_total(profile, 0, PROFILE_NONE) == INT64_C(1) << 62);
    assert_int_equal(profile->note_count, 1);
    assert_string_equal(profile->notes[0], "3 values are too large to be added up and are cut");
    profile_free(profile);
}

/* A context finds each of its children again, the first few and those beyond them. */
static void many_children_are_told_apart(void **state)
{
    (void)state;
    struct build *build = timed();
    uint32_t root = build_root(build, build_thread(build, "a", 0, 0)), contexts[100];
    for (uint32_t i = 0; i < 100; i++) {
        char *name = memory_printf("f%u", i);
        contexts[i] = build_context(build, root, named(build, name));
        free(name);
    }
    for (uint32_t i = 0; i < 100; i++)
        assert_int_equal(build_context(build, root, i), contexts[i]);
    struct profile *profile = finished(build);
    assert_int_equal(profile->context_count, 101);
    profile_free(profile);
}

static void depth_is_no_limit(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = named(b, "f"), t = build_thread(b, "", 0, 0);
    for (int i = 0; i < 1000000; i++)
        build_enter(b, t, f, i);
    for (int i = 0; i < 1000000; i++)
        build_leave(b, t, 1000000 + i);
    struct profile *p = finished(b);
    expect(profile_function(p, f, 0), 1000000, 1, 1999999, 1999999);
    profile_free(p);
}

static void nothing_stated_is_an_error(void **state)
{
    (void)state;
    struct profile *p = NULL;
    struct error err;
    assert_int_equal(build_finish(build_new(), &p, &err), -1);
    assert_int_equal(err.code, ERROR_TRUNCATED);
}

static void metrics_have_printable_names(void **state)
{
    (void)state;
    struct build *b = build_new();
    build_metric(b, "a\x1b[31m\x7f\xff", "\a", METRIC_COUNT, 1);
    build_function_values(b, named(b, "f"), 0, (struct values){0, 0, 1, 1});
    struct profile *p = finished(b);
    assert_string_equal(p->metrics[0].name, "a\\x1b[31m\\x7f\\xff");
    assert_string_equal(p->metrics[0].unit, "\\x07");
    profile_free(p);
}

static void same_function_is_one(void **state)
{
    (void)state;
    struct build *b = timed();
    uint32_t f = build_function(b, "f", "m", "a.py", 3, FUNCTION_PYTHON);
    assert_int_equal(build_function_n(b, "fx", 1, "mm", 1, "a.pyc", 4, 3, FUNCTION_PYTHON), f);
    assert_int_not_equal(build_function(b, "f", "m", "a.py", 4, FUNCTION_PYTHON), f);
    build_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_give_self_and_total),
        cmocka_unit_test(recursion_counts_once),
        cmocka_unit_test(threads_are_kept_apart),
        cmocka_unit_test(stacks_weigh_at_their_leaf),
        cmocka_unit_test(sums_stay_as_stated),
        cmocka_unit_test(bad_events_are_repaired_and_said),
        cmocka_unit_test(sums_stay_within_their_range),
        cmocka_unit_test(many_children_are_told_apart),
        cmocka_unit_test(depth_is_no_limit),
        cmocka_unit_test(nothing_stated_is_an_error),
        cmocka_unit_test(metrics_have_printable_names),
        cmocka_unit_test(same_function_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
