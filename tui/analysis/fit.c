#include "tui/analysis/fit.h"

#include "formats/profile/memory.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

/* Residuals of ln y this small are rounding: the line goes through every point. */
#define EXACT_RESIDUAL 1e-9

struct fit_sizes {
    uint32_t count;
    double *log_size; /* ln n - center */
    double center;
    /* The values in use, those above zero. */
    uint32_t used;
    double *x, *y, *log_y, *power;
};

struct fit_sizes *fit_sizes_new(const double *sizes, uint32_t count)
{
    struct fit_sizes *made = memory_zeroed(1, sizeof *made);
    made->count = count;
    made->log_size = memory_zeroed(count, sizeof(double));
    made->x = memory_zeroed(count, sizeof(double));
    made->y = memory_zeroed(count, sizeof(double));
    made->log_y = memory_zeroed(count, sizeof(double));
    made->power = memory_zeroed(count, sizeof(double));
    for (uint32_t i = 0; i < count; i++)
        made->center += log(sizes[i]) / count;
    for (uint32_t i = 0; i < count; i++)
        made->log_size[i] = log(sizes[i]) - made->center;
    return made;
}

void fit_sizes_free(struct fit_sizes *sizes)
{
    if (!sizes)
        return;
    free(sizes->log_size);
    free(sizes->x);
    free(sizes->y);
    free(sizes->log_y);
    free(sizes->power);
    free(sizes);
}

/* ---- Student's t ---- */

/* Exact for few degrees, then the Cornish-Fisher expansion (Abramowitz, Stegun 26.7.5). */
static double student(uint32_t degrees, const double exact[10], double z)
{
    if (!degrees)
        return NAN;
    if (degrees <= 10)
        return exact[degrees - 1];
    double v = degrees, z3 = z * z * z, z5 = z3 * z * z, z7 = z5 * z * z;
    return z + (z3 + z) / (4 * v) + (5 * z5 + 16 * z3 + 3 * z) / (96 * v * v) +
           (3 * z7 + 19 * z5 + 17 * z3 - 15 * z) / (384 * v * v * v);
}

double fit_student_95(uint32_t degrees)
{
    static const double exact[10] = {12.7062, 4.30265, 3.18245, 2.77645, 2.57058,
                                     2.44691, 2.36462, 2.30600, 2.26216, 2.22814};
    return student(degrees, exact, 1.959964);
}

double fit_student_99(uint32_t degrees)
{
    static const double exact[10] = {63.6567, 9.92484, 5.84091, 4.60409, 4.03214,
                                     3.70743, 3.49948, 3.35539, 3.24984, 3.16927};
    return student(degrees, exact, 2.575829);
}

/* ---- y = k n^e ---- */

static uint32_t distinct_sizes(const struct fit_sizes *sizes)
{
    uint32_t distinct = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        uint32_t earlier = 0;
        while (earlier < i && sizes->x[earlier] != sizes->x[i])
            earlier++;
        distinct += earlier == i;
    }
    return distinct;
}

static void take_values(struct fit_sizes *sizes, const double *values)
{
    sizes->used = 0;
    for (uint32_t i = 0; i < sizes->count; i++) {
        if (!isfinite(values[i]) || values[i] <= 0)
            continue;
        sizes->x[sizes->used] = sizes->log_size[i];
        sizes->y[sizes->used] = values[i];
        sizes->log_y[sizes->used++] = log(values[i]);
    }
}

static bool is_constant(const struct fit_sizes *sizes)
{
    for (uint32_t i = 1; i < sizes->used; i++)
        if (sizes->y[i] != sizes->y[0])
            return false;
    return true;
}

struct sums {
    double mean_x, mean_y, xx, xy, yy;
    double residual; /* of the power law, squared */
};

static struct sums sum_up(const struct fit_sizes *sizes)
{
    struct sums sums = {0};
    for (uint32_t i = 0; i < sizes->used; i++) {
        sums.mean_x += sizes->x[i] / sizes->used;
        sums.mean_y += sizes->log_y[i] / sizes->used;
    }
    for (uint32_t i = 0; i < sizes->used; i++) {
        double x = sizes->x[i] - sums.mean_x, y = sizes->log_y[i] - sums.mean_y;
        sums.xx += x * x;
        sums.xy += x * y;
        sums.yy += y * y;
    }
    return sums;
}

static void set_interval(struct fit *fit, double variance, uint32_t degrees)
{
    double half = fit_student_95(degrees) * sqrt(variance);
    fit->low = fit->exponent - half;
    fit->high = fit->exponent + half;
}

static struct fit power_law(const struct fit_sizes *sizes, struct sums *sums)
{
    struct fit fit = {.model = FIT_POWER, .low = NAN, .high = NAN, .r2 = NAN};
    bool constant = is_constant(sizes);
    fit.points = sizes->used;
    fit.exponent = constant ? 0 : sums->xy / sums->xx;
    double start = sums->mean_y - fit.exponent * sums->mean_x;
    fit.log_factor = start - fit.exponent * sizes->center;
    for (uint32_t i = 0; i < sizes->used && !constant; i++) {
        double residual = sizes->log_y[i] - start - fit.exponent * sizes->x[i];
        sums->residual += residual * residual;
    }
    if (sizes->used < 3)
        return fit;
    set_interval(&fit, sums->residual / (sizes->used - 2) / sums->xx, sizes->used - 2);
    fit.r2 = constant ? 1 : 1 - sums->residual / sums->yy;
    return fit;
}

/* ---- y = c + k n^e ---- */

#define LEAST_EXPONENT 0.05
#define MOST_EXPONENT  4.0
#define LAST_EXPONENT  (MOST_EXPONENT - 0.01) /* beyond it the search has met its end */
#define FLOOR_CLEAR    1.0
#define GRID_STEPS     20
#define GOLDEN_STEPS   36

struct floor_fit {
    double exponent, floor, factor; /* factor of n^e with ln n centered */
    double error;                   /* squared and relative; INFINITY: c or k is not above zero */
};

/* The best c and k for an exponent: minimises sum (1 - c/y - k n^e/y)². */
static struct floor_fit floor_at(const struct fit_sizes *sizes, double exponent)
{
    struct floor_fit fit = {.exponent = exponent, .error = INFINITY};
    double aa = 0, ab = 0, bb = 0, a1 = 0, b1 = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        double a = 1 / sizes->y[i], b = exp(exponent * sizes->x[i]) * a;
        sizes->power[i] = b;
        aa += a * a;
        ab += a * b;
        bb += b * b;
        a1 += a;
        b1 += b;
    }
    double determinant = aa * bb - ab * ab;
    if (!(determinant > DBL_EPSILON * aa * bb))
        return fit;
    fit.floor = (a1 * bb - b1 * ab) / determinant;
    fit.factor = (b1 * aa - a1 * ab) / determinant;
    if (!(fit.floor > 0 && fit.factor > 0))
        return fit;
    fit.error = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        double error = 1 - fit.floor / sizes->y[i] - fit.factor * sizes->power[i];
        fit.error += error * error;
    }
    return fit;
}

/* Where c or k would not be above zero the answer lies at larger exponents. */
static struct floor_fit golden_section(const struct fit_sizes *sizes, double low, double high)
{
    static const double ratio = 0.6180339887498949;
    struct floor_fit left = floor_at(sizes, high - ratio * (high - low));
    struct floor_fit right = floor_at(sizes, low + ratio * (high - low));
    for (int step = 0; step < GOLDEN_STEPS; step++) {
        if (left.error < right.error) {
            high = right.exponent;
            right = left;
            left = floor_at(sizes, high - ratio * (high - low));
        } else {
            low = left.exponent;
            left = right;
            right = floor_at(sizes, low + ratio * (high - low));
        }
    }
    return left.error < right.error ? left : right;
}

static struct floor_fit best_floor(const struct fit_sizes *sizes)
{
    const double step = (MOST_EXPONENT - LEAST_EXPONENT) / GRID_STEPS;
    struct floor_fit best = {.exponent = LEAST_EXPONENT, .error = INFINITY};
    for (int i = 0; i <= GRID_STEPS; i++) {
        struct floor_fit fit = floor_at(sizes, LEAST_EXPONENT + i * step);
        if (fit.error < best.error)
            best = fit;
    }
    if (isinf(best.error))
        return best;
    struct floor_fit found = golden_section(sizes, fmax(best.exponent - step, LEAST_EXPONENT),
                                            fmin(best.exponent + step, MOST_EXPONENT));
    return found.error < best.error ? found : best;
}

/* A square term in ln n must explain much of what the straight line leaves, upwards. */
static bool bends_upwards(const struct fit_sizes *sizes, const struct sums *sums)
{
    double mean = sums->xx / sizes->used, third = 0, along = 0, square = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        double x = sizes->x[i] - sums->mean_x;
        third += x * x * x;
    }
    for (uint32_t i = 0; i < sizes->used; i++) {
        double x = sizes->x[i] - sums->mean_x;
        double bend = x * x - mean - third / sums->xx * x; /* orthogonal to the line */
        double residual = sizes->log_y[i] - sums->mean_y - sums->xy / sums->xx * x;
        along += residual * bend;
        square += bend * bend;
    }
    return along > 0 && along * along > 0.4 * sums->residual * square;
}

static double log_residual(const struct fit_sizes *sizes, const struct floor_fit *fit)
{
    double sum = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        double value = fit->floor + fit->factor * exp(fit->exponent * sizes->x[i]);
        double residual = sizes->log_y[i] - log(value);
        sum += residual * residual;
    }
    return sum;
}

/*
 * What of the derivative of ln y by e the derivatives by c and k do not explain, squared: the
 * variance of e is that of the residuals over this.
 */
static double information(const struct fit_sizes *sizes, const struct floor_fit *fit)
{
    double aa = 0, ab = 0, bb = 0, ae = 0, be = 0, ee = 0;
    for (uint32_t i = 0; i < sizes->used; i++) {
        double power = exp(fit->exponent * sizes->x[i]);
        double value = fit->floor + fit->factor * power;
        double a = 1 / value, b = power / value, e = fit->factor * power * sizes->x[i] / value;
        aa += a * a;
        ab += a * b;
        bb += b * b;
        ae += a * e;
        be += b * e;
        ee += e * e;
    }
    double determinant = aa * bb - ab * ab;
    double explained = (ae * ae * bb - 2 * ae * be * ab + be * be * aa) / determinant;
    return ee - explained;
}

static void range_of(const struct fit_sizes *sizes, double *least, double *most)
{
    *least = *most = sizes->y[0];
    for (uint32_t i = 1; i < sizes->used; i++) {
        *least = fmin(*least, sizes->y[i]);
        *most = fmax(*most, sizes->y[i]);
    }
}

/* Whether the floor explains enough to be believed; see fit.h. */
static bool floor_wins(const struct fit_sizes *sizes, const struct sums *sums,
                       const struct fit *power, const struct floor_fit *floor, double residual)
{
    uint32_t degrees = sizes->used - 3;
    double least, most, sure = fit_student_99(degrees), likely = fit_student_95(degrees);
    double gain = floor->exponent - power->exponent;
    range_of(sizes, &least, &most);
    if (isinf(floor->error) || floor->floor < 0.05 * least || floor->exponent > LAST_EXPONENT)
        return false;
    double explained = (sums->residual - residual) * degrees;
    if (explained > residual * sure * sure)
        return gain >= 0.05;
    return degrees == 1 && explained > residual * likely * likely && gain >= 0.3 &&
           floor->floor < 0.5 * most;
}

static struct fit with_a_floor(const struct fit_sizes *sizes, const struct sums *sums,
                               const struct fit *power)
{
    struct floor_fit floor = best_floor(sizes);
    double residual = isinf(floor.error) ? 0 : log_residual(sizes, &floor);
    if (!floor_wins(sizes, sums, power, &floor, residual))
        return *power;
    struct fit fit = {.model = FIT_FLOOR, .exponent = floor.exponent, .floor = floor.floor};
    fit.points = power->points;
    fit.sizes = power->sizes;
    fit.log_factor = log(floor.factor) - floor.exponent * sizes->center;
    fit.r2 = 1 - residual / sums->yy;
    uint32_t degrees = sizes->used - 3;
    set_interval(&fit, residual / degrees / information(sizes, &floor), degrees);
    return fit.high - fit.exponent <= FLOOR_CLEAR ? fit : *power;
}

struct fit fit_values(struct fit_sizes *sizes, const double *values, bool with_floor)
{
    static const struct fit none = {FIT_NONE, NAN, NAN, NAN, NAN, NAN, NAN, 0, 0};
    take_values(sizes, values);
    uint32_t distinct = distinct_sizes(sizes);
    if (distinct < 2) {
        struct fit nothing = none;
        nothing.points = sizes->used;
        nothing.sizes = distinct;
        return nothing;
    }
    struct sums sums = sum_up(sizes);
    struct fit power = power_law(sizes, &sums);
    power.sizes = distinct;
    bool exact = sums.residual <= EXACT_RESIDUAL * EXACT_RESIDUAL * sizes->used;
    if (!with_floor || exact || distinct < 4 || !bends_upwards(sizes, &sums))
        return power;
    return with_a_floor(sizes, &sums, &power);
}

bool fit_is_clear(const struct fit *fit)
{
    return fit->model != FIT_NONE && !(fit->high - fit->exponent > FIT_CLEAR);
}

double fit_at(const struct fit *fit, double size)
{
    if (fit->model == FIT_NONE)
        return NAN;
    return fit->floor + exp(fit->log_factor + fit->exponent * log(size));
}
