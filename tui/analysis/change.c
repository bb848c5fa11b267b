#include "tui/analysis/change.h"

#include "tui/numbers.h"

#include <math.h>

struct change_scale change_scale(const struct profile *a, uint32_t metric_a,
                                 const struct profile *b, uint32_t metric_b, double size_ratio)
{
    bool one_unit = compare_is_one_unit(&a->metrics[metric_a], &b->metrics[metric_b]);
    return (struct change_scale){.metric_a = &a->metrics[metric_a],
                                 .metric_b = &b->metrics[metric_b],
                                 .size_ratio = one_unit ? size_ratio : NAN,
                                 .time_factor = 1,
                                 .calls_factor = 1,
                                 .calls = a->flags & b->flags & PROFILE_HAS_CALLS};
}

bool change_has_exponents(const struct change_scale *scale)
{
    return isfinite(scale->size_ratio) && scale->size_ratio > 0 && scale->size_ratio != 1;
}

double change_exponent(const struct change_scale *scale, double a, double b)
{
    bool defined = change_has_exponents(scale) && a > 0 && b > 0;
    return defined ? log(b / a) / log(scale->size_ratio) : NAN;
}

double change_seconds_a(const struct change_scale *scale, int64_t value)
{
    return number_in_unit(value, scale->metric_a);
}

double change_seconds_b(const struct change_scale *scale, int64_t value)
{
    return number_in_unit(value, scale->metric_b);
}

/* `measured_b` is before it was normalised. */
static struct compare_change between(const struct change_scale *scale, double a, double b,
                                     double measured_b)
{
    struct compare_change change = {.a = a, .b = b};
    change.delta = (isnan(b) ? 0 : b) - (isnan(a) ? 0 : a);
    if (fabs(change.delta) < fabs(a) * 1e-12)
        change.delta = 0; /* what scaling rounds away */
    change.ratio = a > 0 ? b / a : NAN;
    change.exponent = change_exponent(scale, a, measured_b);
    return change;
}

static struct compare_change of_time(const struct change_scale *scale, const int64_t *a,
                                     const int64_t *b)
{
    double in_a = a ? change_seconds_a(scale, *a) : NAN;
    double in_b = b ? change_seconds_b(scale, *b) : NAN;
    struct compare_change change = between(scale, in_a, in_b * scale->time_factor, in_b);
    /* Whole units differ exactly; their quotients do not. */
    if (scale->metric_a->scale == scale->metric_b->scale && scale->time_factor == 1)
        change.delta = change_seconds_a(scale, (b ? *b : 0) - (a ? *a : 0));
    return change;
}

void change_of(const struct change_scale *scale, const struct values *a, const struct values *b,
               struct compare_change change[COMPARE_MEASURES])
{
    double calls_a = a ? (double)a->calls : NAN, calls_b = b ? (double)b->calls : NAN;
    change[COMPARE_NCALLS] = scale->calls
                                 ? between(scale, calls_a, calls_b * scale->calls_factor, calls_b)
                                 : (struct compare_change){NAN, NAN, NAN, NAN, NAN, GROWTH_NONE};
    change[COMPARE_TOTTIME] = of_time(scale, a ? &a->self : NULL, b ? &b->self : NULL);
    change[COMPARE_CUMTIME] = of_time(scale, a ? &a->total : NULL, b ? &b->total : NULL);
}

void change_split(const struct compare_change change[COMPARE_MEASURES], double *more_calls,
                  double *slower_calls)
{
    const struct compare_change *calls = &change[COMPARE_NCALLS], *time = &change[COMPARE_CUMTIME];
    *more_calls = *slower_calls = NAN;
    if (isnan(calls->delta))
        return;
    bool pair = calls->a > 0 && !isnan(calls->b);
    *more_calls = pair ? calls->delta / calls->a * time->a : time->delta;
    *slower_calls = time->delta - *more_calls;
}
