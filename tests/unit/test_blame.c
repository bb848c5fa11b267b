/* Where growth enters, on runs of sizes 10 and 40 whose exponents are known by construction. */
#include "tests/unit/test.h"

#include "tests/unit/growing.h"
#include "tui/analysis/blame.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct blame_query sized = {.size_a = 10, .size_b = 40};

static void jumps(void **state)
{
    (void)state;
    assert_true(blame_jumps(1, 2));
    assert_true(blame_jumps(1, 1.4));
    assert_false(blame_jumps(1, 1.39));
    assert_true(blame_jumps(0, 1.31));
    assert_false(blame_jumps(0, 1.3)); /* a loop over the input is no growth to blame */
    assert_false(blame_jumps(1.9, 2));
    assert_false(blame_jumps(NAN, 2));
    assert_false(blame_jumps(1, NAN));
}

static void edge_is_found(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct blame *blame = blame_new(a, b, &sized);
    struct blame_edge *edges;
    (void)state;
    /* by calls: run_loop -> concat; by time: main -> scan, whose calls are as many as n */
    assert_int_equal(blame_edges(blame, PROFILE_NONE, &edges), 2);
    assert_int_equal(edges[0].caller, RUN_LOOP);
    assert_int_equal(edges[0].callee, CONCAT);
    assert_int_equal(edges[0].cause, BLAME_CALLS);
    assert_float_equal(edges[0].exponent_caller, 1, 1e-9);
    assert_float_equal(edges[0].exponent_edge, 2, 1e-9);
    assert_int_equal(edges[1].caller, G_MAIN);
    assert_int_equal(edges[1].callee, SCAN);
    assert_int_equal(edges[1].cause, BLAME_TIME);
    assert_float_equal(edges[1].exponent_caller, 1, 1e-9);
    assert_float_equal(edges[1].exponent_edge, 2, 1e-9);
    free(edges);
    assert_int_equal(blame_edges(blame, CONCAT, &edges), 1);
    free(edges);
    assert_int_equal(blame_edges(blame, COPY, &edges), 0);
    free(edges);
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

static void assert_sentence(const struct blame *blame, uint32_t function, const char *expected)
{
    char text[512];
    blame_sentence(blame, function, text, sizeof text);
    assert_string_equal(text, expected);
}

static void functions_are_told(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct blame *blame = blame_new(a, b, &sized);
    (void)state;
    assert_sentence(blame, CONCAT,
                    "Its callers grow as n^1.0: the extra factor n enters at run_loop → concat.");
    assert_sentence(
        blame, COPY,
        "Its callers grow as fast: the extra factor n enters above, at run_loop → concat.");
    assert_sentence(blame, SCAN,
                    "Its calls grow as n^1.0: the extra factor n enters in scan itself.");
    assert_sentence(blame, RUN_LOOP, "The extra factor n enters below, at run_loop → concat.");
    assert_sentence(blame, G_MAIN, "The extra factor n enters below, at run_loop → concat.");
    assert_sentence(blame, LINEAR, "");
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

static void smaller_second_run(void **state)
{
    struct profile *a = growing_profile(40), *b = growing_profile(10);
    struct blame_query query = {.size_a = 40, .size_b = 10};
    struct blame *blame = blame_new(a, b, &query);
    struct blame_edge *edges;
    (void)state;
    assert_int_equal(blame_edges(blame, PROFILE_NONE, &edges), 2);
    assert_float_equal(edges[0].exponent_edge, 2, 1e-9);
    free(edges);
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

static void nothing_without_sizes(void **state)
{
    static const struct blame_query queries[] = {
        {.size_a = NAN, .size_b = 40}, {.size_a = 10, .size_b = 10}, {.size_a = 0, .size_b = 10}};
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct blame_edge *edges;
    (void)state;
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct blame *blame = blame_new(a, b, &queries[i]);
        assert_int_equal(blame_edges(blame, PROFILE_NONE, &edges), 0);
        free(edges);
        assert_sentence(blame, CONCAT, "");
        blame_free(blame);
    }
    profile_free(a);
    profile_free(b);
}

/* main -> loop -> join; loop has `linear` times n by itself, join n². */
static struct profile *sampled(int64_t n, int64_t linear)
{
    struct build *build = build_new();
    build_metric(build, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t top = build_function(build, "main", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t loop = build_function(build, "loop", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t join = build_function(build, "join", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t thread = build_thread(build, "", 0, build_process(build, "", 0));
    build_stack(build, thread, (uint32_t[]){top, loop}, 2, 0, linear * n);
    build_stack(build, thread, (uint32_t[]){top, loop, join}, 3, 0, n * n);
    return sample_finish(build);
}

/* That only loop -> join is to blame, against `exponent_caller`. */
static void assert_join(int64_t linear, double exponent_caller, const char *sentence)
{
    struct profile *a = sampled(10, linear), *b = sampled(40, linear);
    struct blame *blame = blame_new(a, b, &sized);
    struct blame_edge *edges;
    assert_int_equal(blame_edges(blame, PROFILE_NONE, &edges), 1);
    assert_string_equal(b->functions[edges[0].callee].name, "join");
    assert_int_equal(edges[0].cause, BLAME_TIME);
    assert_true(edges[0].samples);
    assert_float_equal(edges[0].exponent_caller, exponent_caller, 1e-4);
    assert_float_equal(edges[0].exponent_edge, 2, 1e-9);
    assert_sentence(blame, edges[0].callee, sentence);
    free(edges);
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

/* Folded stacks know no calls: cumtime along the edge stands against the caller's. */
static void samples_by_time(void **state)
{
    (void)state;
    /* ln(41600 / 10100) / ln 4 */
    assert_join(1000, 1.0212,
                "Its callers grow as n^1.0: the extra factor n enters at loop → join.");
}

/* Where join is nearly all of it, its callers grow as it does, but for what they do beside it. */
static void samples_of_one_function(void **state)
{
    (void)state;
    assert_join(1, 1,
                "Its callers grow as n^1.0 beside it: the extra factor n enters at loop → join.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jumps),
        cmocka_unit_test(edge_is_found),
        cmocka_unit_test(functions_are_told),
        cmocka_unit_test(smaller_second_run),
        cmocka_unit_test(nothing_without_sizes),
        cmocka_unit_test(samples_by_time),
        cmocka_unit_test(samples_of_one_function),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
