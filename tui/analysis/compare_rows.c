/* A row's values, its blame and its classes. */
#include "tui/analysis/compare_internal.h"

#include <math.h>

/* Of sizes closer than a fifth a few percent of noise make any exponent of times. */
#define CLASSED_LOG_RATIO 0.18

struct pair_values {
    const struct compare_work *work;
    bool in_a, in_b;
    struct whole a, b;
    struct whole measured_b; /* before it was normalised */
};

static double log_ratio(double ratio, double log_size_ratio)
{
    bool defined = isfinite(log_size_ratio) && log_size_ratio != 0 && isfinite(ratio) && ratio > 0;
    return defined ? log(ratio) / log_size_ratio : NAN;
}

static double ratio_of(double a, double b)
{
    return a > 0 && !isnan(b) ? b / a : NAN;
}

/* A missing side is worth 0 for the delta, but gives no ratio. */
static struct compare_change change_of(double a, double b, double measured_b, double log_size_ratio)
{
    struct compare_change change = {.a = a, .b = b};
    change.delta = (isnan(b) ? 0 : b) - (isnan(a) ? 0 : a);
    change.ratio = ratio_of(a, b);
    change.exponent = log_ratio(ratio_of(a, measured_b), log_size_ratio);
    return change;
}

static struct compare_change calls_change(const struct pair_values *pair)
{
    const struct compare_work *work = pair->work;
    bool known_a = pair->in_a && work->a.has_calls, known_b = pair->in_b && work->b.has_calls;
    struct compare_change change =
        change_of(known_a ? pair->a.calls : NAN, known_b ? pair->b.calls : NAN,
                  known_b ? pair->measured_b.calls : NAN, work->log_size_ratio);
    if (!work->a.has_calls || !work->b.has_calls)
        change.delta = NAN;
    return change;
}

/* Whole units differ exactly; their quotients do not. */
static struct compare_change time_change(const struct pair_values *pair, int64_t a, int64_t b,
                                         int64_t measured_b)
{
    const struct compare_work *work = pair->work;
    double in_a = pair->in_a ? compare_in_unit(work, a) : NAN;
    double in_b = pair->in_b ? compare_in_unit(work, b) : NAN;
    double measured = b == measured_b || !pair->in_b ? in_b : compare_in_unit(work, measured_b);
    struct compare_change change =
        change_of(in_a, in_b, measured, work->one_unit ? work->log_size_ratio : NAN);
    change.delta = compare_in_unit(work, b - a);
    return change;
}

/*
 * delta = (calls B - calls A) x time a call in A + calls B x (time a call in B - in A).
 * In whole units of the metric, so that the two add up to the delta exactly.
 */
static void split_blame(const struct pair_values *pair, struct compare_row *row)
{
    const struct compare_work *work = pair->work;
    bool self = work->comparison->blame == COMPARE_TOTTIME;
    int64_t a = self ? pair->a.self : pair->a.total, b = self ? pair->b.self : pair->b.total;
    int64_t delta = b - a, more = delta;
    row->more_calls = row->slower_calls = NAN;
    if (!work->a.has_calls || !work->b.has_calls)
        return;
    if (pair->in_a && pair->in_b && pair->a.calls > 0) {
        double gained = (pair->b.calls - pair->a.calls) / pair->a.calls * (double)a;
        more = fabs(gained) < 9e18 ? llround(gained) : delta;
    }
    row->more_calls = compare_in_unit(work, more);
    row->slower_calls = compare_in_unit(work, delta - more);
}

static bool is_classed(const struct pair_values *pair, const struct compare_row *row)
{
    const struct comparison *comparison = pair->work->comparison;
    double measured_b = compare_in_unit(pair->work, pair->measured_b.total);
    double share_a = row->change[COMPARE_CUMTIME].a / comparison->total_a;
    double share_b = pair->in_b ? measured_b / comparison->total_b : NAN;
    if (!(share_a >= GROWTH_LEAST_SHARE || share_b >= GROWTH_LEAST_SHARE))
        return false;
    bool has_calls = pair->work->a.has_calls && pair->work->b.has_calls;
    return !has_calls || pair->a.calls >= GROWTH_LEAST_CALLS ||
           pair->measured_b.calls >= GROWTH_LEAST_CALLS;
}

static int64_t scaled(int64_t value, double factor)
{
    if (factor == 1)
        return value;
    double product = (double)value * factor;
    return fabs(product) > 9e18 ? value : llround(product);
}

static struct pair_values values_of(const struct compare_work *work, const struct match *match)
{
    const struct comparison *comparison = work->comparison;
    double scale = work->unit->scale;
    struct pair_values pair = {
        .work = work, .in_a = match->a != PROFILE_NONE, .in_b = match->b != PROFILE_NONE};
    if (pair.in_a)
        pair.a = captures_values(&work->a, match->a, scale);
    if (pair.in_b)
        pair.measured_b = captures_values(&work->b, match->b, scale);
    pair.b = (struct whole){pair.measured_b.calls * comparison->calls_factor,
                            scaled(pair.measured_b.self, comparison->time_factor),
                            scaled(pair.measured_b.total, comparison->time_factor)};
    return pair;
}

static enum compare_status status_of(const struct match *match)
{
    if (match->a == PROFILE_NONE)
        return COMPARE_NEW;
    if (match->b == PROFILE_NONE)
        return COMPARE_GONE;
    return match->moved ? COMPARE_MOVED : COMPARE_MATCHED;
}

void compare_fill_row(const struct compare_work *work, uint32_t index, struct compare_row *row)
{
    const struct match *match = &work->pairs[index];
    struct pair_values pair = values_of(work, match);
    *row = (struct compare_row){.status = status_of(match),
                                .function_a = PROFILE_NONE,
                                .function_b = PROFILE_NONE,
                                .pair = index};
    if (pair.in_a)
        row->function_a = captures_function(&work->a, match->a, &row->capture_a);
    if (pair.in_b)
        row->function_b = captures_function(&work->b, match->b, &row->capture_b);
    row->change[COMPARE_NCALLS] = calls_change(&pair);
    row->change[COMPARE_TOTTIME] =
        time_change(&pair, pair.a.self, pair.b.self, pair.measured_b.self);
    row->change[COMPARE_CUMTIME] =
        time_change(&pair, pair.a.total, pair.b.total, pair.measured_b.total);
    split_blame(&pair, row);
    if (!is_classed(&pair, row))
        return;
    bool apart = fabs(work->log_size_ratio) >= CLASSED_LOG_RATIO;
    for (int m = 0; m < COMPARE_MEASURES; m++)
        if (apart || m == COMPARE_NCALLS)
            row->change[m].growth = growth_of(row->change[m].exponent);
}
