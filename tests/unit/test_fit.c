/* Fits against numbers worked out by hand, or by closed forms that are not the fit's own. */
#include "tui/analysis/fit.h"

#include "tests/unit/test.h"

#include <math.h>
#include <stdio.h>

static struct fit fit_of(const double *sizes, const double *values, uint32_t count, bool with_floor)
{
    struct fit_sizes *prepared = fit_sizes_new(sizes, count);
    struct fit fit = fit_values(prepared, values, with_floor);
    fit_sizes_free(prepared);
    return fit;
}

#define FIT(sizes, values) fit_of(sizes, values, sizeof(sizes) / sizeof *(sizes), true)

static void assert_near(double value, double wanted, double tolerance)
{
    if (!(fabs(value - wanted) <= tolerance))
        fail_msg("%.12g is not %.12g", value, wanted);
}

static void clean_powers_are_exact(void **state)
{
    static const double sizes[] = {1, 2, 3, 10, 1000};
    (void)state;
    for (int e = -2; e <= 6; e++) {
        double values[5];
        for (int i = 0; i < 5; i++)
            values[i] = 7 * pow(sizes[i], e / 2.0);
        struct fit fit = FIT(sizes, values);
        assert_int_equal(fit.model, FIT_POWER);
        assert_near(fit.exponent, e / 2.0, 1e-12);
        assert_near(fit.high - fit.low, 0, 1e-6);
        assert_near(fit.r2, 1, 1e-12);
        assert_near(fit_at(&fit, 5000) / (7 * pow(5000, e / 2.0)), 1, 1e-9);
    }
}

static void squares_of_counts_are_quadratic(void **state)
{
    static const double sizes[] = {1, 2, 3, 4, 5}, values[] = {1, 4, 9, 16, 25};
    char text[32];
    (void)state;
    struct fit fit = FIT(sizes, values);
    snprintf(text, sizeof text, "%.3f", fit.exponent);
    assert_string_equal(text, "2.000");
}

/*
 * sizes e^0, e^1, e^2 and values e^0, e^1.5, e^2: the slope is (2 - 0)/2 = 1, the mean of ln y
 * 3.5/3; residuals -1/6, 1/3, -1/6: S = 1/6, Sxx = 2, Syy = 13/6. t(0.975, 1) = 12.7062.
 */
static void worked_out_by_hand(void **state)
{
    const double sizes[] = {1, exp(1), exp(2)}, values[] = {1, exp(1.5), exp(2)};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_near(fit.exponent, 1, 1e-12);
    assert_near(fit.high - 1, 12.7062 * sqrt(1.0 / 6 / 1 / 2), 1e-9);
    assert_near(1 - fit.low, fit.high - 1, 1e-12);
    assert_near(fit.r2, 1 - (1.0 / 6) / (13.0 / 6), 1e-12);
    assert_near(log(fit_at(&fit, exp(1))), 3.5 / 3, 1e-12);
    assert_int_equal(fit.points, 3);
}

/* The worked example of the design: 7 to 30 days, 1000 to 18000 calls. */
static void two_runs_have_no_interval(void **state)
{
    static const double sizes[] = {7, 30}, values[] = {1000, 18000};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_near(fit.exponent, log(18) / log(30.0 / 7), 1e-12);
    assert_true(isnan(fit.low) && isnan(fit.high) && isnan(fit.r2));
    assert_near(fit_at(&fit, 7), 1000, 1e-6);
    assert_near(fit_at(&fit, 30), 18000, 1e-6);
}

/* The mean of repeats is what the line goes through: ln y = 0 and 2 at 1, 2 and 4 at e. */
static void repeats_count_each(void **state)
{
    const double sizes[] = {1, 1, exp(1), exp(1)}, values[] = {1, exp(2), exp(2), exp(4)};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_near(fit.exponent, 2, 1e-12);
    /* S = 4, N-2 = 2, Sxx = 1, t(0.975, 2) = 4.30265 */
    assert_near(fit.high - 2, 4.30265 * sqrt(2), 1e-4);
}

static void order_does_not_matter(void **state)
{
    static const double sizes[] = {10, 20, 40, 80}, values[] = {3, 7, 11, 29};
    static const double other_sizes[] = {80, 10, 40, 20}, other_values[] = {29, 3, 11, 7};
    (void)state;
    struct fit a = FIT(sizes, values), b = FIT(other_sizes, other_values);
    assert_near(a.exponent, b.exponent, 1e-12);
    assert_near(a.low, b.low, 1e-12);
}

static void constants_do_not_grow(void **state)
{
    static const double sizes[] = {1, 10, 100, 1000}, values[] = {0.1, 0.1, 0.1, 0.1};
    static const double noisy[] = {4.02, 4.01, 4.05, 4.03};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_true(fit.exponent == 0 && fit.low == 0 && fit.high == 0 && fit.r2 == 1);
    assert_near(fit_at(&fit, 1e9), 0.1, 1e-12);
    fit = FIT(sizes, noisy);
    assert_int_equal(fit.model, FIT_POWER);
    assert_near(fit.exponent, 0, 0.01);
}

static void what_is_missing_is_left_out(void **state)
{
    static const double sizes[] = {1, 2, 4, 8, 16, 32};
    static const double values[] = {0, NAN, 16, 64, 256, INFINITY};
    static const double once[] = {0, 0, 0, 0, 5, 0};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_near(fit.exponent, 2, 1e-12);
    assert_int_equal(fit.points, 3);
    fit = FIT(sizes, once);
    assert_int_equal(fit.model, FIT_NONE);
    assert_true(isnan(fit.exponent) && isnan(fit_at(&fit, 10)));
}

static void one_size_has_no_exponent(void **state)
{
    static const double sizes[] = {5, 5, 5}, values[] = {1, 2, 3};
    (void)state;
    struct fit fit = FIT(sizes, values);
    assert_int_equal(fit.model, FIT_NONE);
}

static void a_floor_does_not_hide_a_square(void **state)
{
    static const double sizes[] = {10, 20, 40, 80}, narrow[] = {1, 2, 3, 4, 5};
    static const double doubled[] = {100, 200, 300, 400};
    (void)state;
    double values[5];
    for (int i = 0; i < 4; i++)
        values[i] = 1000 + sizes[i] * sizes[i];
    struct fit plain = fit_of(sizes, values, 4, false), fit = FIT(sizes, values);
    assert_true(plain.exponent < 1);
    assert_int_equal(fit.model, FIT_FLOOR);
    assert_near(fit.exponent, 2, 1e-5);
    assert_near(fit.floor, 1000, 1e-2);
    assert_near(fit_at(&fit, 800), 641000, 1);
    for (int i = 0; i < 4; i++)
        values[i] = 1000 + doubled[i] * doubled[i];
    assert_near(FIT(doubled, values).exponent, 2, 1e-5);
    for (int i = 0; i < 5; i++)
        values[i] = 1000 + narrow[i] * narrow[i];
    assert_near(FIT(narrow, values).exponent, 2, 1e-4);
}

static void three_sizes_allow_no_floor(void **state)
{
    static const double sizes[] = {10, 20, 40, 40, 40};
    (void)state;
    double values[5];
    for (int i = 0; i < 5; i++)
        values[i] = 1000 + sizes[i] * sizes[i];
    assert_int_equal(FIT(sizes, values).model, FIT_POWER);
}

/* n log n, also as whole numbers, lies between its classes and has no floor. */
static void n_log_n_is_no_floor(void **state)
{
    static const double sizes[] = {1000, 2000, 4000, 8000, 16000};
    (void)state;
    double values[5];
    for (int i = 0; i < 5; i++)
        values[i] = floor(sizes[i] * log2(sizes[i]));
    struct fit fit = FIT(sizes, values);
    assert_int_equal(fit.model, FIT_POWER);
    assert_true(fit.exponent > 1.1 && fit.exponent < 1.3);
}

/* A generator of our own: the same numbers on every machine. */
static double noise(uint64_t *state)
{
    double sum = 0;
    for (int i = 0; i < 12; i++) {
        *state = *state * 6364136223846793005u + 1442695040888963407u;
        sum += (double)(*state >> 11) / 9007199254740992.0;
    }
    return sum - 6; /* close to normal, deviation 1 */
}

static void noise_picks_no_floor(void **state)
{
    static const double sizes[] = {1000, 2000, 4000, 8000};
    static const double deviations[] = {0.01, 0.05, 0.15};
    uint64_t seed = 7;
    (void)state;
    for (int exponent = 0; exponent <= 2; exponent++)
        for (int d = 0; d < 3; d++) {
            int floors = 0, covered = 0;
            for (int draw = 0; draw < 2000; draw++) {
                double values[4];
                for (int i = 0; i < 4; i++)
                    values[i] = pow(sizes[i], exponent) * exp(deviations[d] * noise(&seed));
                struct fit fit = FIT(sizes, values);
                floors += fit.model == FIT_FLOOR;
                covered += fit.low <= exponent && exponent <= fit.high;
            }
            assert_true(floors <= 60);                       /* 3 % */
            assert_true(covered >= 1840 && covered <= 1960); /* about 95 % */
        }
}

static void a_floor_is_found_in_noise(void **state)
{
    static const double sizes[] = {10, 20, 40, 80, 160};
    uint64_t seed = 11;
    int found = 0;
    (void)state;
    for (int draw = 0; draw < 1000; draw++) {
        double values[5];
        for (int i = 0; i < 5; i++)
            values[i] = (1000 + sizes[i] * sizes[i]) * exp(0.02 * noise(&seed));
        struct fit fit = FIT(sizes, values);
        found += fit.model == FIT_FLOOR && fabs(fit.exponent - 2) < 0.2;
    }
    assert_true(found >= 950);
}

static void quantiles_of_student(void **state)
{
    (void)state;
    assert_true(isnan(fit_student_95(0)));
    assert_near(fit_student_95(1), 12.7062, 1e-4);
    assert_near(fit_student_95(11), 2.20099, 5e-4);
    assert_near(fit_student_95(30), 2.04227, 1e-4);
    assert_near(fit_student_99(11), 3.10581, 2e-3);
    assert_near(fit_student_99(100), 2.62589, 1e-4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_powers_are_exact),
        cmocka_unit_test(squares_of_counts_are_quadratic),
        cmocka_unit_test(worked_out_by_hand),
        cmocka_unit_test(two_runs_have_no_interval),
        cmocka_unit_test(repeats_count_each),
        cmocka_unit_test(order_does_not_matter),
        cmocka_unit_test(constants_do_not_grow),
        cmocka_unit_test(what_is_missing_is_left_out),
        cmocka_unit_test(one_size_has_no_exponent),
        cmocka_unit_test(a_floor_does_not_hide_a_square),
        cmocka_unit_test(three_sizes_allow_no_floor),
        cmocka_unit_test(n_log_n_is_no_floor),
        cmocka_unit_test(noise_picks_no_floor),
        cmocka_unit_test(a_floor_is_found_in_noise),
        cmocka_unit_test(quantiles_of_student),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
