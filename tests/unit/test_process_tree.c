/* The tree of processes and what can be chosen of it. */
#include "formats/profile/build.h"
#include "tests/unit/test.h"
#include "tui/analysis/process_tree.h"

#include <stdlib.h>
#include <string.h>

static void add(struct build *b, uint32_t process, const char *name, int64_t self)
{
    uint32_t thread = build_thread(b, name, 0, process);
    uint32_t function = build_function(b, "work", "", "", 0, FUNCTION_NATIVE);
    uint32_t context = build_context(b, build_root(b, thread), function);
    build_context_calls(b, context, 1);
    build_context_self(b, context, 0, self);
}

/* 0 make: 1 cc (3 cpp, 4 as), 2 ld; two threads in ld. */
static struct profile *family(void)
{
    static const uint32_t parents[] = {PROFILE_NONE, 0, 0, 1, 1};
    static const char *const names[] = {"make", "cc", "ld", "cpp", "as"};
    static const int64_t times[] = {10, 20, 30, 5, 40};
    struct build *b = build_new();
    struct profile *profile;
    struct error err;
    build_metric(b, "wall", "s", METRIC_TIME, 1e-9);
    for (uint32_t p = 0; p < 5; p++)
        build_process(b, names[p], 100 + p);
    for (uint32_t p = 0; p < 5; p++) {
        if (parents[p] != PROFILE_NONE)
            build_process_parent(b, p, parents[p]);
        add(b, p, names[p], times[p]);
    }
    add(b, 2, "ld second", 3);
    build_process_end(b, 1, PROCESS_EXITED, 4);
    build_flags(b, PROFILE_HAS_TREE | PROFILE_HAS_CALLS);
    assert_int_equal(build_finish(b, &profile, &err), 0);
    return profile;
}

static void test_order(void **state)
{
    (void)state;
    static const uint32_t processes[] = {0, 1, 4, 3, 2}, depths[] = {0, 1, 2, 2, 1};
    static const int64_t with_children[] = {108, 65, 40, 5, 33};
    struct profile *profile = family();
    uint32_t count;
    struct process_row *rows = process_tree_rows(profile, 0, &count);
    assert_int_equal(count, 5);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(rows[i].process, processes[i]);
        assert_int_equal(rows[i].depth, depths[i]);
        assert_int_equal(rows[i].with_children, with_children[i]);
    }
    assert_int_equal(rows[4].total, 33);
    assert_int_equal(rows[4].threads, 2);
    assert_int_equal(rows[4].calls, 2);
    free(rows);
    profile_free(profile);
}

static void test_choices(void **state)
{
    (void)state;
    struct profile *profile = family();
    struct values values[1];
    char text[200];
    uint32_t count;
    struct process_choice *choices = process_tree_choices(profile, 0, &count);
    assert_int_equal(count, 7); /* five processes, and the two threads of one */
    assert_int_equal(choices[4].threads, profile_whole_process(2));
    assert_int_equal(choices[5].threads, 2);
    assert_int_equal(choices[6].threads, 5);
    free(choices);
    assert_int_equal(profile_total(profile, 0, profile_whole_process(2)), 33);
    profile_thread_functions(profile, profile_whole_process(2), 0, values);
    assert_int_equal(values[0].calls, 2);
    assert_int_equal(values[0].self, 33);
    process_tree_choice_text(profile, profile_whole_process(2), text, sizeof text);
    assert_string_equal(text, "process ld 102");
    process_tree_choice_text(profile, PROFILE_NONE, text, sizeof text);
    assert_string_equal(text, "");
    process_tree_end_text(&profile->processes[1], text, sizeof text);
    assert_string_equal(text, "exit 4");
    profile_free(profile);
}

/* A file may say anything of parents. */
static void test_cycles(void **state)
{
    (void)state;
    struct build *b = build_new();
    struct profile *profile;
    struct error err;
    uint32_t count;
    build_metric(b, "wall", "s", METRIC_TIME, 1e-9);
    for (uint32_t p = 0; p < 4; p++)
        build_process(b, "p", p);
    build_process_parent(b, 0, 1);
    build_process_parent(b, 1, 2);
    build_process_parent(b, 2, 0);
    build_process_parent(b, 3, 3);
    for (uint32_t p = 0; p < 4; p++)
        add(b, p, "t", 1);
    build_flags(b, PROFILE_HAS_TREE | PROFILE_HAS_CALLS);
    assert_int_equal(build_finish(b, &profile, &err), 0);
    struct process_row *rows = process_tree_rows(profile, 0, &count);
    assert_int_equal(count, 4);
    int64_t sum = 0;
    for (uint32_t i = 0; i < count; i++)
        sum += rows[i].depth == 0 ? rows[i].with_children : 0;
    assert_int_equal(sum, 4);
    free(rows);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_order),
        cmocka_unit_test(test_choices),
        cmocka_unit_test(test_cycles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
