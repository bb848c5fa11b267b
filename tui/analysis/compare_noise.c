/* What of a row is more than the captures differ among themselves. */
#include "formats/profile/memory.h"
#include "tui/analysis/compare_internal.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdlib.h>

/* One measure of a row in every capture: A's, then B's, normalised as all of B is. */
struct sample {
    uint32_t count_a, count_b;
    double values[2 * COMPARE_CAPTURES_MAX];
};

static double value_of(const struct captures *captures, uint32_t capture, uint32_t row,
                       enum compare_measure measure, double scale)
{
    if (row == PROFILE_NONE)
        return 0;
    struct whole whole = captures_value(captures, capture, row, scale);
    if (measure == COMPARE_NCALLS)
        return whole.calls;
    return (double)(measure == COMPARE_TOTTIME ? whole.self : whole.total);
}

static void collect(const struct compare_work *work, uint32_t pair, enum compare_measure measure,
                    struct sample *sample)
{
    const struct comparison *comparison = work->comparison;
    const struct match *match = &work->pairs[pair];
    double scale = work->unit->scale;
    double factor = measure == COMPARE_NCALLS ? comparison->calls_factor : comparison->time_factor;
    sample->count_a = work->a.side.count;
    sample->count_b = work->b.side.count;
    for (uint32_t i = 0; i < sample->count_a; i++)
        sample->values[i] = value_of(&work->a, i, match->a, measure, scale);
    for (uint32_t i = 0; i < sample->count_b; i++)
        sample->values[sample->count_a + i] =
            value_of(&work->b, i, match->b, measure, scale) * factor;
}

static bool are_equal(const double *values, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (values[i] != values[0])
            return false;
    return true;
}

/* Counts that every capture agrees on are facts; times that do are not yet. */
static bool is_exact(const struct compare_work *work, enum compare_measure measure,
                     const struct sample *sample)
{
    bool counted = measure == COMPARE_NCALLS || work->unit->kind == METRIC_COUNT ||
                   work->unit->kind == METRIC_BYTES;
    return counted && are_equal(sample->values, sample->count_a) &&
           are_equal(&sample->values[sample->count_a], sample->count_b);
}

static bool is_measured(const struct compare_work *work, enum compare_measure measure)
{
    return measure != COMPARE_NCALLS || (work->a.has_calls && work->b.has_calls);
}

static bool is_significant(const struct compare_work *work, uint32_t pair,
                           enum compare_measure measure)
{
    struct sample sample = {0};
    if (!is_measured(work, measure))
        return false;
    collect(work, pair, measure, &sample);
    if (is_exact(work, measure, &sample))
        return sample.values[0] != sample.values[sample.count_a];
    return permutation_significant(&work->test, sample.values);
}

void compare_judge(const struct compare_work *work, struct compare_row *row)
{
    if (!work->test.enough)
        return;
    row->uncertain = true;
    for (int m = 0; m < COMPARE_MEASURES && row->uncertain; m++)
        row->uncertain = !is_significant(work, row->pair, (enum compare_measure)m);
}

static int compare_values(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return ORDER_OF(a, b);
}

static void set_interval(const struct compare_work *work, struct sample *sample,
                         struct compare_noise *noise)
{
    double *a = sample->values, *b = &sample->values[sample->count_a];
    qsort(a, sample->count_a, sizeof *a, compare_values);
    qsort(b, sample->count_b, sizeof *b, compare_values);
    if (work->test.enough) {
        bootstrap_interval(&work->medians_a, a, &work->medians_b, b, &noise->low, &noise->high);
        return;
    }
    noise->low = b[0] - a[sample->count_a - 1];
    noise->high = b[sample->count_b - 1] - a[0];
}

static struct compare_noise noise_of(const struct compare_work *work, uint32_t pair,
                                     enum compare_measure measure)
{
    struct compare_noise noise = {.p = NAN, .low = NAN, .high = NAN};
    struct sample sample = {0};
    if (!is_measured(work, measure))
        return noise;
    collect(work, pair, measure, &sample);
    bool exact = is_exact(work, measure, &sample);
    noise.judged = exact || work->test.enough;
    if (exact) {
        noise.significant = sample.values[0] != sample.values[sample.count_a];
    } else {
        noise.p = permutation_p(&work->test, sample.values);
        noise.significant = noise.p <= PERMUTATION_LEVEL;
    }
    set_interval(work, &sample, &noise);
    if (measure != COMPARE_NCALLS) {
        noise.low = number_in_unit(llround(noise.low), work->unit);
        noise.high = number_in_unit(llround(noise.high), work->unit);
    }
    return noise;
}

void compare_open_noise(struct compare_work *work)
{
    struct comparison *comparison = work->comparison;
    comparison->repeated = comparison->count_a > 1 || comparison->count_b > 1;
    if (!comparison->repeated)
        return;
    work->test = permutation_new(comparison->count_a, comparison->count_b);
    work->medians_a = bootstrap_new(comparison->count_a);
    work->medians_b = bootstrap_new(comparison->count_b);
    comparison->needed = work->test.enough ? 0 : permutation_needed();
}

void compare_close_noise(struct compare_work *work)
{
    permutation_free(&work->test);
    bootstrap_free(&work->medians_a);
    bootstrap_free(&work->medians_b);
}

void compare_measure_noise(struct compare_work *work)
{
    struct comparison *comparison = work->comparison;
    if (!comparison->repeated)
        return;
    size_t count = (size_t)comparison->count * COMPARE_MEASURES;
    comparison->noise = memory_zeroed(count, sizeof *comparison->noise);
    for (uint32_t row = 0; row < comparison->count; row++)
        for (int m = 0; m < COMPARE_MEASURES; m++)
            comparison->noise[(size_t)row * COMPARE_MEASURES + (size_t)m] =
                noise_of(work, comparison->rows[row].pair, (enum compare_measure)m);
}

const struct compare_noise *compare_noise(const struct comparison *comparison, uint32_t row,
                                          enum compare_measure measure)
{
    return comparison->noise ? &comparison->noise[(size_t)row * COMPARE_MEASURES + measure] : NULL;
}
