/*
 * How a value grows with the size of the input: least squares over runs of three sizes and more.
 *
 * Power law    y = k n^e       Ordinary least squares of ln y on ln n, every run of equal weight,
 *                              several runs of one size being repeats. With N runs, residual sum
 *                              of squares S and Sxx = sum (ln n - mean ln n)²:
 *                                  e = sum (ln n - mean)(ln y - mean) / Sxx
 *                                  e ± t(0.975, N-2) sqrt(S / (N-2) / Sxx),   r² = 1 - S / Syy
 *                              (Draper, Smith: Applied Regression Analysis, chapter 1). Two runs
 *                              have no interval.
 *
 * With floor   y = c + k n^e   A constant cost c > 0 beside it (starting up, reading a
 *                              configuration) flattens the power law: an exponent of 0.5 may hide
 *                              a square. Tried from four sizes on, and only where the points bend
 *                              upwards. For a given e the best c and k by relative error
 *                              (weights 1/y²) are a 2x2 system; e is found between 0.05 and 4 by a
 *                              grid and a golden section. Interval: from the Jacobian of ln y at
 *                              the optimum, t(0.975, N-3).
 *
 * The floor must earn its parameter: it is taken when the F test of nested models,
 *     F = (S_power - S_floor) / (S_floor / (N-3)),
 * exceeds F(0.99; 1, N-3) = t(0.995, N-3)², when c is at least 5 % of the smallest value, and when
 * it raises the exponent by 0.05 or more. Four runs leave one degree of freedom, for which that F
 * is 4052: there F(0.95) = 161 will do when the floor raises the exponent by 0.3 or more and is
 * less than half of the largest value. Residuals are of ln y in both. With noise of 1 to 16 %
 * and no floor in truth, this takes one in less than 2 % of 20,000 draws. An exponent at the end
 * of the search, or one that is not known to within 1, is what one slow run looks like: no floor.
 *
 * Values that are zero, negative or not finite have no logarithm and are left out; the function
 * was not there. Nothing is random: equal input gives equal output.
 */
#ifndef NCPROF_TUI_ANALYSIS_FIT_H
#define NCPROF_TUI_ANALYSIS_FIT_H

#include <stdbool.h>
#include <stdint.h>

enum fit_model {
    FIT_NONE, /* fewer than two sizes with a value above zero */
    FIT_POWER,
    FIT_FLOOR,
};

struct fit {
    enum fit_model model;
    double exponent;   /* NAN without a model, as all that follows */
    double low, high;  /* 95 % interval of the exponent; NAN when there are too few runs for one */
    double r2;         /* 1: every point lies on the line; of constant values 1 */
    double floor;      /* c; 0 in a power law */
    double log_factor; /* ln k */
    uint32_t points;   /* runs that it is made of */
    uint32_t sizes;    /* different sizes among them */
};

/* The sizes that many values are fitted over, prepared once; for one thread at a time. */
struct fit_sizes;

/* `sizes` above zero and finite, in any order; copied. */
struct fit_sizes *fit_sizes_new(const double *sizes, uint32_t count);
void fit_sizes_free(struct fit_sizes *sizes);

/*
 * Fits one value a size. `with_floor`: also tries a floor; without, it is the power law alone
 * (about ten times as fast).
 */
struct fit fit_values(struct fit_sizes *sizes, const double *values, bool with_floor);

/* What the fit says of another size; NAN without a model. */
double fit_at(const struct fit *fit, double size);

/* Whether the exponent is known to within FIT_CLEAR. Without an interval nothing speaks against it.
 */
#define FIT_CLEAR 0.5
bool fit_is_clear(const struct fit *fit);

/* Quantiles of Student's t: two-sided 95 % (0.975) and 99 % (0.995). NAN for 0 degrees. */
double fit_student_95(uint32_t degrees);
double fit_student_99(uint32_t degrees);

#endif
