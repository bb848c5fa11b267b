#include "tests/unit/test.h"

#include "tests/unit/sample.h"
#include "tui/analysis/calltree.h"

#include <stdio.h>
#include <string.h>

/* The visible rows, a line each: depth, mark, name, total in seconds. */
static void draw(const struct calltree *tree, char *text, size_t size)
{
    const struct profile *profile = calltree_profile(tree);
    size_t used = 0;
    text[0] = '\0';
    for (uint32_t i = 0; i < calltree_count(tree); i++) {
        struct calltree_row row = calltree_row(tree, i);
        const char *name = row.function == PROFILE_NONE ? profile->threads[row.thread].name
                                                        : profile->functions[row.function].name;
        used += (size_t)snprintf(text + used, size - used, "%*s%c%s %g%s%s\n", (int)row.depth, "",
                                 !row.has_children ? '.'
                                 : row.open        ? '-'
                                                   : '+',
                                 name, (double)row.values.total / 1e9,
                                 row.recursive ? " recursive" : "", row.on_hot_path ? " hot" : "");
    }
}

static void assert_tree(const struct calltree *tree, const char *expected)
{
    char text[4096];
    draw(tree, text, sizeof text);
    assert_string_equal(text, expected);
}

static void threads_are_rows(void **state)
{
    struct profile *profile = sample_profile();
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    (void)state;
    assert_false(calltree_is_apportioned(tree));
    assert_int_equal(calltree_total(tree), SECONDS(120));
    assert_tree(tree, "+MainThread 100 hot\n+helper 20\n");
    calltree_toggle(tree, 1);
    assert_tree(tree, "+MainThread 100 hot\n-helper 20\n +run 20\n");
    assert_int_equal(calltree_parent(tree, 2), 1);
    assert_int_equal(calltree_parent(tree, 1), 1);
    calltree_toggle(tree, 1);
    assert_tree(tree, "+MainThread 100 hot\n+helper 20\n");
    calltree_free(tree);
    profile_free(profile);
}

static void one_thread_stands_at_the_top(void **state)
{
    struct profile *profile = sample_profile();
    struct calltree *tree = calltree_new(profile, 0, 0);
    (void)state;
    assert_tree(tree, "+main 100 hot\n");
    calltree_expand(tree, 0, UINT32_MAX);
    assert_tree(tree, "-main 100 hot\n"
                      " -parse 60 hot\n"
                      "  -walk 40 hot\n"
                      "   -walk 20 recursive hot\n"
                      "    .sum 10 hot\n"
                      " .sum 10\n");
    calltree_collapse_all(tree);
    calltree_expand(tree, 0, 2);
    assert_tree(tree, "-main 100 hot\n -parse 60 hot\n  +walk 40 hot\n .sum 10\n");
    calltree_free(tree);
    profile_free(profile);
}

static void hot_path(void **state)
{
    struct profile *profile = sample_profile();
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    char text[512];
    (void)state;
    /* the inner walk keeps 10 s and passes on 10 s: the path goes on */
    assert_int_equal(calltree_hot_path(tree, 0), 5);
    assert_tree(tree, "-MainThread 100 hot\n -main 100 hot\n  -parse 60 hot\n   -walk 40 hot\n"
                      "    -walk 20 recursive hot\n     .sum 10 hot\n  .sum 10\n+helper 20\n");
    calltree_sentence(tree, 5, text, sizeof text);
    assert_string_equal(text,
                        "sum takes 10.0 s (8.3 %) here in 1 call from walk, 10.0 s of it itself.");
    calltree_sentence(tree, 0, text, sizeof text);
    assert_string_equal(text, "Thread MainThread takes 100.0 s (83.3 %).");
    calltree_free(tree);
    profile_free(profile);
}

static void filter_keeps_branches(void **state)
{
    struct profile *profile = sample_profile();
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    (void)state;
    calltree_toggle(tree, 1);
    calltree_filter(tree, "walk");
    assert_tree(tree, "-MainThread 100 hot\n -main 100 hot\n  -parse 60 hot\n   -walk 40 hot\n"
                      "    +walk 20 recursive hot\n");
    /* what lies below a match can be opened */
    calltree_toggle(tree, 4);
    assert_tree(tree, "-MainThread 100 hot\n -main 100 hot\n  -parse 60 hot\n   -walk 40 hot\n"
                      "    -walk 20 recursive hot\n     .sum 10 hot\n");
    calltree_filter(tree, "run");
    assert_tree(tree, "-helper 20\n +run 20\n");
    calltree_filter(tree, "nothing");
    assert_int_equal(calltree_count(tree), 0);
    /* and what was open before is open again */
    calltree_filter(tree, NULL);
    assert_tree(tree, "+MainThread 100 hot\n-helper 20\n +run 20\n");
    calltree_free(tree);
    profile_free(profile);
}

static void cells(void **state)
{
    struct profile *profile = sample_profile();
    struct calltree *tree = calltree_new(profile, 0, 1);
    char text[128];
    (void)state;
    static const char *const expected[] = {"20.000 s", "100.0", "10.000 s", "1",
                                           "run  pool/__init__:7"};
    for (size_t i = 0; calltree_columns[i].id; i++) {
        calltree_columns[i].text(tree, 0, text, sizeof text);
        assert_string_equal(text, expected[i]);
    }
    calltree_free(tree);
    profile_free(profile);
}

/*
 * Edges only: main -> a (60 s), main -> b (30 s), a -> c (40 s), b -> c (20 s), c -> c.
 * c is apportioned 40 : 20; c's own callee d (30 s of its 60) goes with it, 20 : 10.
 */
static struct profile *edges_profile(void)
{
    enum { M, A, B, C, D };
    static const char *const names[] = {"main", "a", "b", "c", "d"};
    static const struct {
        uint32_t function;
        uint64_t calls, primitive;
        int self, total;
    } functions[] = {{M, 1, 1, 10, 100},
                     {A, 2, 2, 20, 60},
                     {B, 1, 1, 10, 30},
                     {C, 6, 3, 30, 60},
                     {D, 9, 9, 30, 30}};
    static const struct {
        uint32_t caller, callee;
        uint64_t calls, primitive;
        int self, total;
    } edges[] = {{M, A, 2, 2, 20, 60}, {M, B, 1, 1, 10, 30}, {A, C, 2, 2, 20, 40},
                 {B, C, 1, 1, 10, 20}, {C, C, 3, 0, 5, 10},  {C, D, 9, 9, 30, 30}};
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    for (size_t i = 0; i < 5; i++)
        build_function(build, names[i], "", "", 0, FUNCTION_UNKNOWN);
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        build_function_values(build, functions[i].function, 0,
                              (struct values){functions[i].calls, functions[i].primitive,
                                              SECONDS(functions[i].self),
                                              SECONDS(functions[i].total)});
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++)
        build_edge_values(build, edges[i].caller, edges[i].callee, 0,
                          (struct values){edges[i].calls, edges[i].primitive,
                                          SECONDS(edges[i].self), SECONDS(edges[i].total)});
    build_flags(build, PROFILE_HAS_CALLS | PROFILE_HAS_EDGES | PROFILE_HAS_PRIMITIVE);
    return sample_finish(build);
}

static void apportioned(void **state)
{
    struct profile *profile = edges_profile();
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    char text[256];
    (void)state;
    assert_true(calltree_is_apportioned(tree));
    calltree_expand_all(tree, UINT32_MAX);
    assert_tree(tree, "-main 100 hot\n"
                      " -a 60 hot\n"
                      "  -c 40 hot\n"
                      "   .d 20 hot\n"
                      "   .c 6.66667 recursive\n"
                      " -b 30\n"
                      "  -c 20\n"
                      "   .d 10\n"
                      "   .c 3.33333 recursive\n");
    column_find(calltree_columns, "ncalls")->text(tree, 3, text, sizeof text);
    assert_string_equal(text, "~6");
    column_find(calltree_columns, "cumtime")->text(tree, 3, text, sizeof text);
    assert_string_equal(text, "~20.000 s");
    calltree_sentence(tree, 3, text, sizeof text);
    assert_string_equal(text,
                        "d takes ~20.0 s (~20.0 %) here in ~6 calls from c, ~20.0 s of it itself; "
                        "apportioned, this format stores no call tree.");
    calltree_filter(tree, "^b$");
    assert_tree(tree, "-main 100 hot\n +b 30\n");
    calltree_free(tree);
    profile_free(profile);
}

static void cycles_have_an_entry(void **state)
{
    struct build *build = build_new();
    (void)state;
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t ping = build_function(build, "ping", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t pong = build_function(build, "pong", "", "", 0, FUNCTION_UNKNOWN);
    struct values large = {5, 5, SECONDS(4), SECONDS(9)}, small = {5, 5, SECONDS(5), SECONDS(8)};
    build_function_values(build, ping, 0, large);
    build_function_values(build, pong, 0, small);
    build_edge_values(build, ping, pong, 0, small);
    build_edge_values(build, pong, ping, 0, large);
    build_flags(build, PROFILE_HAS_CALLS | PROFILE_HAS_EDGES);
    struct profile *profile = sample_finish(build);
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    calltree_expand_all(tree, UINT32_MAX);
    assert_tree(tree, "-ping 9 hot\n -pong 8 hot\n  .ping 8 recursive hot\n");
    calltree_free(tree);
    profile_free(profile);
}

static void neither_tree_nor_edges(void **state)
{
    struct build *build = build_new();
    (void)state;
    sample_functions(build);
    build_function_values(build, MAIN, 0, (struct values){1, 1, 5, 5});
    struct profile *profile = sample_finish(build);
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    assert_int_equal(calltree_count(tree), 0);
    calltree_filter(tree, "main");
    calltree_filter(tree, NULL);
    calltree_expand_all(tree, UINT32_MAX);
    assert_int_equal(calltree_count(tree), 0);
    calltree_free(tree);
    profile_free(profile);
}

/* A chain as deep as the stack of a runaway recursion: no recursion here, and no quadratic time. */
static void deep_and_wide(void **state)
{
    struct build *build = build_new();
    (void)state;
    sample_functions(build);
    uint32_t thread = build_thread(build, "MainThread", 1, build_process(build, "", 1));
    for (int i = 0; i < 200000; i++)
        build_enter(build, thread, WALK, i);
    for (int i = 0; i < 200000; i++)
        build_leave(build, thread, 200000 + i);
    struct profile *profile = sample_finish(build);
    struct calltree *tree = calltree_new(profile, 0, PROFILE_NONE);
    calltree_expand(tree, 0, UINT32_MAX);
    assert_in_range(calltree_count(tree), 99000, 101000);
    assert_true(calltree_row(tree, 90000).recursive);
    calltree_hot_path(tree, 0);
    calltree_filter(tree, "walk");
    calltree_free(tree);
    profile_free(profile);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_are_rows),
        cmocka_unit_test(one_thread_stands_at_the_top),
        cmocka_unit_test(hot_path),
        cmocka_unit_test(filter_keeps_branches),
        cmocka_unit_test(cells),
        cmocka_unit_test(apportioned),
        cmocka_unit_test(cycles_have_an_entry),
        cmocka_unit_test(neither_tree_nor_edges),
        cmocka_unit_test(deep_and_wide),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
