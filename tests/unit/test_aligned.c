/* Two call trees on one row each, on runs whose values and exponents are known by construction. */
#include "tests/unit/test.h"

#include "tests/unit/growing.h"
#include "tui/analysis/aligned.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* A line a row: depth, mark, name, status, cumtimes in seconds, blame. */
static void assert_rows(const struct aligned *aligned, const char *expected)
{
    char text[8192] = "", name[128], mark[64];
    size_t used = 0;
    for (uint32_t i = 0; i < calltree_count(aligned_tree(aligned)); i++) {
        struct aligned_row row = aligned_row(aligned, i);
        const struct function *function = aligned_function(aligned, i);
        if (!function)
            aligned_thread(aligned, i, name, sizeof name);
        aligned_mark(&row, true, mark, sizeof mark);
        used += (size_t)snprintf(
            text + used, sizeof text - used, "%*s%c%s %s %g %g%s%s\n", (int)row.row.depth, "",
            !row.row.has_children ? '.'
            : row.row.open        ? '-'
                                  : '+',
            function ? function->name : name, compare_status_name(row.status),
            row.change[COMPARE_CUMTIME].a, row.change[COMPARE_CUMTIME].b, mark[0] ? " " : "", mark);
    }
    assert_string_equal(text, expected);
}

static struct aligned *aligned_pair(const struct profile *a, const struct profile *b)
{
    struct aligned_query query = ALIGNED_QUERY_DEFAULT;
    query.size_a = a->size;
    query.size_b = b->size;
    return aligned_new(a, b, &query);
}

static void contexts_are_aligned(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct aligned *aligned = aligned_pair(a, b);
    (void)state;
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-main matched 0.435 6.525\n"
                         " -run_loop matched 0.31 4.84\n"
                         "  -concat matched 0.3 4.8 ⇐ n^2.0\n"
                         "   .copy matched 0.1 1.6\n"
                         " .scan matched 0.1 1.6 ⇐ n^2.0\n"
                         " .linear matched 0.02 0.08\n");
    struct aligned_row row = aligned_row(aligned, 2);
    assert_float_equal(row.change[COMPARE_NCALLS].a, 100, 0);
    assert_float_equal(row.change[COMPARE_NCALLS].b, 1600, 0);
    assert_float_equal(row.change[COMPARE_NCALLS].exponent, 2, 1e-9);
    assert_float_equal(row.change[COMPARE_CUMTIME].exponent, 2, 1e-9);
    assert_float_equal(row.change[COMPARE_TOTTIME].ratio, 16, 1e-9);
    assert_int_equal(row.change[COMPARE_CUMTIME].growth, GROWTH_QUADRATIC);
    assert_float_equal(row.exponent_caller, 1, 1e-9);
    assert_string_equal(row.caller->name, "run_loop");
    assert_int_equal(row.blame, 1u << BLAME_CALLS);
    /* 1500 calls more at 3 ms each, and no call slower */
    assert_float_equal(row.more_calls, 4.5, 1e-12);
    assert_float_equal(row.slower_calls, 0, 1e-12);
    row = aligned_row(aligned, 4);
    assert_int_equal(row.blame, 1u << BLAME_TIME);
    /* 30 calls more at 10 ms each; 40 calls of 40 ms instead of 10 ms */
    assert_float_equal(row.more_calls, 0.3, 1e-12);
    assert_float_equal(row.slower_calls, 1.2, 1e-12);
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static void hot_path_follows_the_change(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct aligned *aligned = aligned_pair(a, b);
    char text[512];
    (void)state;
    assert_int_equal(calltree_hot_path(aligned_tree(aligned), 0), 2);
    aligned_sentence(aligned, 2, text, sizeof text);
    assert_string_equal(
        text, "concat took 4.500 s (×16.0) more here in 100 → 1,600 calls from run_loop. The extra "
              "factor n enters here (n^1.0 → n^2.0).");
    calltree_filter(aligned_tree(aligned), "scan");
    assert_rows(aligned, "-main matched 0.435 6.525\n .scan matched 0.1 1.6 ⇐ n^2.0\n");
    aligned_sentence(aligned, 1, text, sizeof text);
    assert_string_equal(
        text, "scan took 1.500 s (×16.0) more here in 10 → 40 calls from main. The extra factor n "
              "enters in it: called as n^1.0, its own time grows as n^2.0.");
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static void normalised(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct aligned_query query = ALIGNED_QUERY_DEFAULT;
    (void)state;
    query.size_a = 10;
    query.size_b = 40;
    query.time_factor = query.calls_factor = 0.25;
    struct aligned *aligned = aligned_new(a, b, &query);
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-main matched 0.435 1.63125\n"
                         " -run_loop matched 0.31 1.21\n"
                         "  -concat matched 0.3 1.2 ⇐ n^2.0\n"
                         "   .copy matched 0.1 0.4\n"
                         " .scan matched 0.1 0.4 ⇐ n^2.0\n"
                         " .linear matched 0.02 0.02\n");
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

/* What a tree is made of: "parent child" pairs by name, ms and calls each its own. */
struct piece {
    const char *parent, *name;
    int calls, milliseconds;
};

static struct profile *profile_of(const struct piece *pieces, size_t count)
{
    struct build *build = build_new();
    uint32_t contexts[16];
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t thread = build_thread(build, "MainThread", 1, build_process(build, "app", 1));
    for (size_t i = 0; i < count; i++) {
        uint32_t parent = build_root(build, thread);
        for (size_t p = 0; p < i; p++)
            if (pieces[i].parent && !strcmp(pieces[p].name, pieces[i].parent))
                parent = contexts[p];
        uint32_t function =
            build_function(build, pieces[i].name, "", "/src/app.py", 1, FUNCTION_PYTHON);
        contexts[i] =
            growing_context(build, parent, function, pieces[i].calls, pieces[i].milliseconds);
    }
    build_flags(build, PROFILE_HAS_CALLS);
    return sample_finish(build);
}

#define PROFILE_OF(...)                                                                            \
    profile_of((const struct piece[]){__VA_ARGS__},                                                \
               sizeof((const struct piece[]){__VA_ARGS__}) / sizeof(struct piece))

static void frames_of_one_side_are_stepped_over(void **state)
{
    /* B runs main from a runner, and calls load from work through a helper */
    struct profile *a = PROFILE_OF({NULL, "main", 1, 10}, {"main", "work", 1, 20},
                                   {"work", "load", 2, 30}, {"work", "old", 1, 7});
    struct profile *b =
        PROFILE_OF({NULL, "exec", 1, 1}, {"exec", "main", 1, 10}, {"main", "work", 1, 20},
                   {"work", "helper", 2, 2}, {"helper", "load", 2, 60});
    struct aligned *aligned = aligned_pair(a, b);
    (void)state;
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-exec new nan 0.093\n"
                         " -main matched 0.067 0.092\n"
                         "  -work matched 0.057 0.082\n"
                         "   -helper new nan 0.062\n"
                         "    .load matched 0.03 0.06\n"
                         "   .old gone 0.007 nan\n");
    aligned_free(aligned);
    /* and the other way round */
    aligned = aligned_pair(b, a);
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-exec gone 0.093 nan\n"
                         " -main matched 0.092 0.067\n"
                         "  -work matched 0.082 0.057\n"
                         "   -helper gone 0.062 nan\n"
                         "    .load matched 0.06 0.03\n"
                         "   .old new nan 0.007\n");
    calltree_filter(aligned_tree(aligned), "load");
    assert_int_equal(calltree_count(aligned_tree(aligned)), 5);
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static void new_and_gone_callers(void **state)
{
    /* sum is known to both, but called from another place: no context of it is matched */
    struct profile *a =
        PROFILE_OF({NULL, "main", 1, 1}, {"main", "parse", 1, 2}, {"parse", "sum", 5, 10});
    struct profile *b =
        PROFILE_OF({NULL, "main", 1, 1}, {"main", "parse", 1, 2}, {"main", "sum", 5, 10});
    struct aligned *aligned = aligned_pair(a, b);
    (void)state;
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-main matched 0.013 0.013\n"
                         " -parse matched 0.012 0.002\n"
                         "  .sum gone 0.01 nan\n"
                         " .sum new nan 0.01\n");
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static struct profile *threaded(const char *const *names, int count)
{
    struct build *build = build_new();
    sample_functions(build);
    uint32_t process = build_process(build, "app", 1);
    for (int i = 0; i < count; i++) {
        uint32_t thread = build_thread(build, names[i], (uint64_t)i + 1, process);
        build_enter(build, thread, i ? RUN : MAIN, 0);
        build_leave(build, thread, SECONDS(i + 1));
    }
    build_flags(build, PROFILE_HAS_CALLS);
    return sample_finish(build);
}

static void threads_are_paired_by_name_and_order(void **state)
{
    static const char *const in_a[] = {"MainThread", "pool", "pool", "logger"};
    static const char *const in_b[] = {"pool", "MainThread", "pool", "writer", "pool"};
    struct profile *a = threaded(in_a, 4), *b = threaded(in_b, 5), *one = threaded(in_a, 1);
    struct aligned *aligned = aligned_pair(a, b);
    (void)state;
    /* by change: +2, +1, 0, -1 s; logger and writer are what is left over */
    assert_rows(aligned, "+pool new nan 5\n"
                         "+MainThread matched 1 2\n"
                         "+pool matched 2 1\n"
                         "+pool matched 3 3\n"
                         "+writer moved 4 4\n");
    calltree_expand(aligned_tree(aligned), 2, UINT32_MAX);
    assert_rows(aligned, "+pool new nan 5\n"
                         "+MainThread matched 1 2\n"
                         "-pool matched 2 1\n"
                         " .run gone 2 nan\n"
                         " .main new nan 1\n"
                         "+pool matched 3 3\n"
                         "+writer moved 4 4\n");
    aligned_free(aligned);
    aligned = aligned_pair(one, b);
    assert_int_equal(calltree_count(aligned_tree(aligned)), 5);
    assert_string_equal(aligned_row(aligned, 0).row.function == PROFILE_NONE ? "thread" : "",
                        "thread");
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
    profile_free(one);
}

/* The same program as edges only, as pstats has it. */
static struct profile *growing_edges(int n)
{
    struct profile *tree = growing_profile(n);
    struct build *build = build_new();
    build_metric(build, "time", "s", METRIC_TIME, 1e-9);
    for (uint32_t f = 0; f < tree->function_count; f++) {
        const struct function *function = &tree->functions[f];
        build_function(build, function->name, "", function->file, function->line, FUNCTION_PYTHON);
        build_function_values(build, f, 0, profile_function(tree, f, 0));
    }
    for (uint32_t e = 0; e < tree->edge_count; e++)
        build_edge_values(build, tree->edges[e].caller, tree->edges[e].callee, 0,
                          profile_edge(tree, e, 0));
    build_flags(build, PROFILE_HAS_CALLS | PROFILE_HAS_EDGES);
    build_size(build, n);
    profile_free(tree);
    return sample_finish(build);
}

static void edges_against_a_tree(void **state)
{
    struct profile *a = growing_edges(10), *b = growing_profile(40);
    struct aligned *aligned = aligned_pair(a, b);
    char text[64];
    (void)state;
    assert_true(aligned_is_apportioned(aligned, 0));
    assert_false(aligned_is_apportioned(aligned, 1));
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_rows(aligned, "-main matched 0.435 6.525\n"
                         " -run_loop matched 0.31 4.84\n"
                         "  -concat matched 0.3 4.8 ⇐ n^2.0\n"
                         "   .copy matched 0.1 1.6\n"
                         " .scan matched 0.1 1.6 ⇐ n^2.0\n"
                         " .linear matched 0.02 0.08\n");
    static const struct {
        const char *column, *cell;
    } cells[] = {{"status", ""},
                 {"cumtime_a", "~300 ms"},
                 {"cumtime_b", "4.800 s"},
                 {"cumtime_ratio", "~×16.0"},
                 {"cumtime_exponent", "~2.00"},
                 {"delta", "~+4.500 s"},
                 {"ncalls", "~100 → 1,600"},
                 {"ncalls_exponent", "~2.00"},
                 {"function", "concat  app:20"}};
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        column_find(aligned_columns, cells[i].column)->text(aligned, 2, text, sizeof text);
        assert_string_equal(text, cells[i].cell);
    }
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static void edges_against_threads(void **state)
{
    static const char *const names[] = {"MainThread", "pool"};
    struct profile *a = growing_edges(10), *b = threaded(names, 2);
    struct aligned *aligned = aligned_pair(a, b);
    (void)state;
    assert_true(aligned_is_apportioned(aligned, 1)); /* no thread to stand beside the edges */
    for (uint32_t i = 0; i < calltree_count(aligned_tree(aligned)); i++)
        assert_non_null(aligned_function(aligned, i));
    aligned_free(aligned);
    profile_free(a);
    profile_free(b);
}

static void sizes_unknown_or_equal(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct aligned_query query = ALIGNED_QUERY_DEFAULT;
    (void)state;
    query.by_b = true;
    for (int same = 0; same < 2; same++) {
        if (same)
            query.size_a = query.size_b = 10;
        struct aligned *aligned = aligned_new(a, b, &query);
        assert_false(aligned_has_sizes(aligned));
        calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
        for (uint32_t i = 0; i < calltree_count(aligned_tree(aligned)); i++) {
            assert_int_equal(aligned_row(aligned, i).blame, 0);
            assert_true(isnan(aligned_row(aligned, i).change[COMPARE_CUMTIME].exponent));
        }
        aligned_free(aligned);
    }
    profile_free(a);
    profile_free(b);
}

/* Two files of sums only have no tree; nothing of it may fall over. */
static void nothing_to_align(void **state)
{
    struct profile *profiles[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct build *build = build_new();
        sample_functions(build);
        build_function_values(build, MAIN, 0, (struct values){1, 1, 5, 5});
        profiles[i] = sample_finish(build);
    }
    struct aligned *aligned = aligned_pair(profiles[0], profiles[1]);
    assert_int_equal(calltree_count(aligned_tree(aligned)), 0);
    calltree_filter(aligned_tree(aligned), "main");
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_int_equal(calltree_count(aligned_tree(aligned)), 0);
    aligned_free(aligned);
    struct profile *tree = growing_profile(10);
    aligned = aligned_pair(profiles[0], tree);
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_int_equal(calltree_count(aligned_tree(aligned)), GROWING_FUNCTIONS);
    aligned_free(aligned);
    profile_free(tree);
    profile_free(profiles[0]);
    profile_free(profiles[1]);
}

/* A recursion's depth grows with the input: its inner levels are no edges to blame. */
static void recursion_is_not_blamed(void **state)
{
    struct profile *profiles[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct build *build = build_new();
        sample_functions(build);
        uint32_t thread = build_thread(build, "MainThread", 1, build_process(build, "", 1));
        uint32_t top = growing_context(build, build_root(build, thread), WALK, i ? 40 : 10, 10);
        growing_context(build, top, WALK, i ? 1600 : 100, i ? 160 : 10);
        build_flags(build, PROFILE_HAS_CALLS);
        build_size(build, i ? 40 : 10);
        profiles[i] = sample_finish(build);
    }
    struct aligned *aligned = aligned_pair(profiles[0], profiles[1]);
    calltree_expand_all(aligned_tree(aligned), UINT32_MAX);
    assert_int_equal(aligned_row(aligned, 1).blame, 0);
    assert_true(aligned_row(aligned, 1).row.recursive);
    aligned_free(aligned);
    profile_free(profiles[0]);
    profile_free(profiles[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(contexts_are_aligned),
        cmocka_unit_test(hot_path_follows_the_change),
        cmocka_unit_test(normalised),
        cmocka_unit_test(frames_of_one_side_are_stepped_over),
        cmocka_unit_test(new_and_gone_callers),
        cmocka_unit_test(threads_are_paired_by_name_and_order),
        cmocka_unit_test(edges_against_a_tree),
        cmocka_unit_test(edges_against_threads),
        cmocka_unit_test(sizes_unknown_or_equal),
        cmocka_unit_test(nothing_to_align),
        cmocka_unit_test(recursion_is_not_blamed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
