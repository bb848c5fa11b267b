/* Callers and callees of a function in two runs, on sizes 10 and 40. */
#include "tests/unit/test.h"

#include "tests/unit/growing.h"
#include "tui/analysis/butterflies.h"

#include <math.h>
#include <string.h>

static const struct blame_query sized = {.size_a = 10, .size_b = 40};

static void both_halves(void **state)
{
    struct profile *a = growing_profile(10), *b = growing_profile(40);
    struct blame *blame = blame_new(a, b, &sized);
    struct butterflies *both = butterflies_new(blame, CONCAT, CONCAT, 1, 1);
    char text[512];
    (void)state;
    assert_int_equal(both->caller_count, 1);
    const struct butterflies_row *row = &both->callers[0];
    assert_string_equal(butterflies_row_function(both, row)->name, "run_loop");
    assert_float_equal(row->change[COMPARE_NCALLS].a, 100, 0);
    assert_float_equal(row->change[COMPARE_NCALLS].b, 1600, 0);
    assert_float_equal(row->change[COMPARE_CUMTIME].delta, 4.5, 1e-12);
    assert_float_equal(row->share, 1, 1e-12);
    assert_int_equal(row->blame, 1u << BLAME_CALLS);
    assert_float_equal(row->exponent_caller, 1, 1e-9);
    /* itself 0.2 -> 3.2 s, copy 0.1 -> 1.6 s */
    assert_int_equal(both->callee_count, 2);
    assert_true(both->callees[0].itself);
    assert_float_equal(both->callees[0].change[COMPARE_CUMTIME].delta, 3, 1e-12);
    assert_true(isnan(both->callees[0].change[COMPARE_NCALLS].a));
    assert_string_equal(butterflies_row_function(both, &both->callees[1])->name, "copy");
    assert_int_equal(both->callees[1].blame, 0);
    butterflies_sentence(both, blame, text, sizeof text);
    assert_string_equal(text,
                        "concat takes 300 ms in A and 4.800 s in B (×16.0). Its callers grow as "
                        "n^1.0: the extra factor n enters at run_loop → concat.");
    butterflies_free(both);
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

static void one_side_alone(void **state)
{
    struct profile *a = growing_profile(10), *b = sample_profile();
    struct blame *blame = blame_new(a, b, &sized);
    char text[512];
    (void)state;
    struct butterflies *gone = butterflies_new(blame, CONCAT, PROFILE_NONE, 1, 1);
    assert_int_equal(gone->caller_count, 1);
    assert_false(gone->callers[0].in_b);
    assert_true(isnan(gone->callers[0].change[COMPARE_CUMTIME].ratio));
    butterflies_sentence(gone, blame, text, sizeof text);
    assert_string_equal(text, "concat is only in A: 300 ms.");
    butterflies_free(gone);
    struct butterflies *added = butterflies_new(blame, PROFILE_NONE, WALK, 1, 1);
    butterflies_sentence(added, blame, text, sizeof text);
    assert_string_equal(text, "walk is only in B: 40.0 s.");
    butterflies_free(added);
    /* main is in both, and nothing that it calls is */
    struct butterflies *both = butterflies_new(blame, G_MAIN, MAIN, 0.5, 1);
    assert_float_equal(both->change[COMPARE_CUMTIME].b, 50, 1e-9);
    for (uint32_t i = 0; i < both->callee_count; i++)
        assert_true(both->callees[i].itself || both->callees[i].in_a != both->callees[i].in_b);
    butterflies_free(both);
    blame_free(blame);
    profile_free(a);
    profile_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_halves),
        cmocka_unit_test(one_side_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
