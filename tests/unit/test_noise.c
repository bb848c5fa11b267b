#include "tests/unit/test.h"

#include "tui/analysis/bootstrap.h"
#include "tui/analysis/permutation.h"

#include <math.h>
#include <stdlib.h>

static double p_of(uint32_t a, uint32_t b, const double *values)
{
    struct permutation test = permutation_new(a, b);
    double p = permutation_p(&test, values);
    permutation_free(&test);
    return p;
}

static bool is_significant(uint32_t a, uint32_t b, const double *values)
{
    struct permutation test = permutation_new(a, b);
    bool significant = permutation_significant(&test, values);
    permutation_free(&test);
    return significant;
}

static bool close_to(double value, double wanted)
{
    return fabs(value - wanted) < 1e-12;
}

/* Counted by hand, or by going through all splits. */
static void splits_are_counted(void **state)
{
    (void)state;
    const double apart[] = {1, 2, 3, 4, 5, 6, 7, 8};
    assert_true(close_to(p_of(4, 4, apart), 2 / 70.0));
    assert_true(is_significant(4, 4, apart));
    const double mixed[] = {1, 2, 3, 10, 4, 5, 6, 7};
    assert_true(close_to(p_of(4, 4, mixed), 42 / 70.0));
    assert_false(is_significant(4, 4, mixed));
    const double touching[] = {1, 2, 3, 4, 5, 4, 6, 7, 8, 9};
    assert_true(close_to(p_of(5, 5, touching), 6 / 252.0));
    assert_true(is_significant(5, 5, touching));
    /* of 45 splits the observed one and its opposite are as far */
    const double few[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    assert_true(close_to(p_of(2, 8, few), 2 / 45.0));
    const double uneven[] = {7, 8, 9, 10, 11, 12, 1, 2, 13};
    assert_true(close_to(p_of(6, 3, uneven), 15 / 84.0));
    assert_false(is_significant(6, 3, uneven));
}

static void equal_values_are_no_difference(void **state)
{
    (void)state;
    const double equal[] = {0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1};
    assert_true(p_of(4, 4, equal) == 1);
    assert_false(is_significant(4, 4, equal));
}

static void too_few_captures(void **state)
{
    (void)state;
    const double apart[] = {1, 2, 3, 100, 200, 300};
    assert_true(isnan(p_of(3, 3, apart)));
    assert_false(is_significant(3, 3, apart));
    assert_int_equal(permutation_needed(), 4);
    struct permutation test = permutation_new(3, 4);
    assert_false(test.enough);
    permutation_free(&test);
    test = permutation_new(3, 5);
    assert_true(test.enough);
    permutation_free(&test);
    test = permutation_new(1, 38);
    assert_false(test.enough);
    permutation_free(&test);
}

/* Past 20,000 splits they are drawn, the same ones every time. */
static void many_captures_are_drawn(void **state)
{
    double values[40];
    (void)state;
    for (int i = 0; i < 40; i++)
        values[i] = i % 20 + (i >= 20 ? 0.5 : 0);
    struct permutation test = permutation_new(20, 20);
    assert_true(test.drawn);
    double p = permutation_p(&test, values);
    assert_true(p > 0.7 && p < 0.9); /* t = 0.27 with 38 degrees of freedom: p = 0.79 */
    assert_false(permutation_significant(&test, values));
    for (int i = 20; i < 40; i++)
        values[i] += 10;
    assert_true(close_to(permutation_p(&test, values), 1 / 10000.0));
    assert_true(permutation_significant(&test, values));
    struct permutation again = permutation_new(20, 20);
    values[25] -= 9;
    assert_true(permutation_p(&test, values) == permutation_p(&again, values));
    permutation_free(&again);
    permutation_free(&test);
}

static void medians_of_draws(void **state)
{
    (void)state;
    struct bootstrap three = bootstrap_new(3);
    assert_int_equal(three.count, 3);
    assert_true(close_to(three.medians[0].chance, 7 / 27.0));
    assert_true(close_to(three.medians[1].chance, 13 / 27.0));
    assert_true(close_to(three.medians[2].chance, 7 / 27.0));
    bootstrap_free(&three);
    struct bootstrap two = bootstrap_new(2);
    assert_int_equal(two.count, 3);
    assert_true(close_to(two.medians[0].chance, 0.25)); /* the lower one twice */
    assert_true(close_to(two.medians[1].chance, 0.5));
    assert_true(close_to(two.medians[2].chance, 0.25));
    bootstrap_free(&two);
    for (uint32_t n = 1; n <= 64; n++) {
        struct bootstrap bootstrap = bootstrap_new(n);
        double sum = 0;
        for (uint32_t i = 0; i < bootstrap.count; i++)
            sum += bootstrap.medians[i].chance;
        assert_true(fabs(sum - 1) < 1e-9);
        bootstrap_free(&bootstrap);
    }
}

static void intervals(void **state)
{
    double low, high;
    (void)state;
    struct bootstrap one = bootstrap_new(1), five = bootstrap_new(5), two = bootstrap_new(2);
    const double single[] = {3}, other[] = {5.5};
    bootstrap_interval(&one, single, &one, other, &low, &high);
    assert_true(low == 2.5 && high == 2.5);
    /* Of five the least is the median of 5.8 % of draws: more than 2.5 %, less than twice that. */
    const double none[] = {0, 0, 0, 0, 0}, spread[] = {10, 20, 30, 40, 50};
    bootstrap_interval(&five, none, &five, spread, &low, &high);
    assert_true(low == 10 && high == 50);
    const double outlier[] = {10, 20, 20, 20, 90};
    bootstrap_interval(&five, none, &five, outlier, &low, &high);
    assert_true(low == 10 && high == 90);
    const double calm[] = {20, 20, 20, 20, 20};
    bootstrap_interval(&five, calm, &five, spread, &low, &high);
    assert_true(low == -10 && high == 30);
    const double pair[] = {2, 4}, more[] = {10, 20};
    bootstrap_interval(&two, pair, &two, more, &low, &high);
    assert_true(low == 6 && high == 18); /* each in 1 of 16 draws */
    bootstrap_free(&one);
    bootstrap_free(&two);
    bootstrap_free(&five);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_are_counted), cmocka_unit_test(equal_values_are_no_difference),
        cmocka_unit_test(too_few_captures),   cmocka_unit_test(many_captures_are_drawn),
        cmocka_unit_test(medians_of_draws),   cmocka_unit_test(intervals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
