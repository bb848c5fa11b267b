#include "tests/unit/test.h"

#include "tests/unit/sample.h"
#include "tui/analysis/tasks.h"

#include <string.h>

/*
 * Two tasks in one thread of each of two processes; an __await__ between two coroutines; a
 * coroutine that a plain function of another one drives.
 */
static struct profile *event_loops(void)
{
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t loop = build_function(build, "loop", "", "l.py", 1, FUNCTION_PYTHON);
    uint32_t fetch = build_function(build, "fetch", "", "a.py", 1, FUNCTION_COROUTINE);
    uint32_t serve = build_function(build, "serve", "", "a.py", 9, FUNCTION_COROUTINE);
    uint32_t await = build_function(build, "Reply.__await__", "", "a.py", 20, FUNCTION_PYTHON);
    uint32_t work = build_function(build, "work", "", "a.py", 30, FUNCTION_PYTHON);
    for (uint64_t pid = 1; pid <= 2; pid++) {
        uint32_t process = build_process(build, "app", pid);
        uint32_t thread = build_thread(build, "MainThread", pid, process);
        int64_t time = 0;
        build_enter(build, thread, loop, time);
        for (int i = 0; i < 3; i++) {
            build_enter(build, thread, fetch, time += 10);
            build_enter(build, thread, await, time += 1);
            build_enter(build, thread, serve, time += 2);
            build_enter(build, thread, work, time += 3);
            build_enter(build, thread, serve, time += 4);
            for (int open = 0; open < 5; open++)
                build_leave(build, thread, time += 5);
        }
        build_leave(build, thread, time += 10);
    }
    return sample_finish(build);
}

static uint32_t thread_named(const struct profile *profile, const char *name, uint32_t process)
{
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (!strcmp(profile->threads[t].name, name) && profile->threads[t].process == process)
            return t;
    fail_msg("no thread %s of process %u", name, process);
    return PROFILE_NONE;
}

static void coroutines_have_threads(void **state)
{
    struct profile *profile = event_loops();
    struct error err = {0};
    int64_t whole = profile_total(profile, 0, PROFILE_NONE);
    (void)state;
    assert_int_equal(tasks_split(&profile, &err), 0);
    assert_int_equal(profile_check(profile, &err), 0);
    assert_int_equal(profile_total(profile, 0, PROFILE_NONE), whole);
    assert_int_equal(profile->thread_count, 6);
    for (uint32_t process = 0; process < 2; process++) {
        uint32_t main = thread_named(profile, "MainThread", process);
        uint32_t fetch = thread_named(profile, "task fetch", process);
        uint32_t serve = thread_named(profile, "task serve", process);
        assert_int_equal(profile_total(profile, 0, main), 3 * 10 + 10);
        assert_int_equal(profile_total(profile, 0, serve), 3 * 5);
        assert_int_equal(profile_total(profile, 0, fetch), 3 * (1 + 2 + 3 + 4 + 4 * 5));
        assert_int_equal(profile->contexts[profile->threads[fetch].root].function, PROFILE_NONE);
    }
    struct values values = profile_function(profile, 2, 0); /* serve, in one way and the other */
    assert_int_equal(values.calls, 12);
    assert_int_equal(values.primitive, 12);
    profile_free(profile);
}

/* "less 1 % overhead" is said of tasks too, and o shows the times as recorded. */
static void corrections_stay(void **state)
{
    struct build *build = build_new();
    struct correction correction = {0};
    struct error err = {0};
    (void)state;
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    correction.raw = build_metric(build, "wall, raw", "s", METRIC_TIME, 1e-9);
    correction.resolution[FUNCTION_COROUTINE] = 40;
    build_correction(build, &correction);
    uint32_t task = build_function(build, "task", "", "a.py", 1, FUNCTION_COROUTINE);
    uint32_t thread = build_thread(build, "MainThread", 1, build_process(build, "app", 1));
    uint32_t node = build_context(build, build_root(build, thread), task);
    build_context_calls(build, node, 1);
    build_context_self(build, node, 0, 90);
    build_context_self(build, node, correction.raw, 100);
    struct profile *profile = sample_finish(build);
    assert_int_equal(tasks_split(&profile, &err), 0);
    assert_int_equal(profile->correction.raw, correction.raw);
    assert_true(profile->correction.resolution[FUNCTION_COROUTINE] == 40);
    profile_free(profile);
}

static void nothing_to_split(void **state)
{
    struct profile *profile = sample_profile(), *before = profile;
    struct error err = {0};
    (void)state;
    assert_int_equal(tasks_split(&profile, &err), -1);
    assert_int_equal(err.code, ERROR_UNSUPPORTED);
    assert_ptr_equal(profile, before);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(coroutines_have_threads),
        cmocka_unit_test(corrections_stay),
        cmocka_unit_test(nothing_to_split),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
