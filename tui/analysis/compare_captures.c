#include "formats/profile/memory.h"
#include "tui/analysis/compare_internal.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

/* What lies outside can only come from a file that makes no sense. */
#define LARGEST 2e18

static uint32_t metric_of(const struct captures *captures, uint32_t capture)
{
    return captures->side.metrics ? captures->side.metrics[capture] : 0;
}

const struct metric *captures_metric(const struct captures *captures, uint32_t capture)
{
    return &captures->side.profiles[capture]->metrics[metric_of(captures, capture)];
}

static void align(struct captures *captures)
{
    captures->alignment = align_functions(captures->side.profiles, captures->side.count);
    uint32_t count = captures->alignment->count;
    struct function *functions = memory_alloc(count * sizeof *functions);
    for (uint32_t row = 0; row < count; row++) {
        uint16_t capture;
        uint32_t function = captures_function(captures, row, &capture);
        functions[row] = captures->side.profiles[capture]->functions[function];
    }
    captures->known.functions = functions;
    captures->known.function_count = count;
}

void captures_open(struct captures *captures, const struct compare_side *side)
{
    *captures = (struct captures){.side = *side, .known = *side->profiles[0], .has_calls = true};
    for (uint32_t i = 0; i < side->count; i++)
        captures->has_calls = captures->has_calls && side->profiles[i]->flags & PROFILE_HAS_CALLS;
    if (side->count > 1)
        align(captures);
}

void captures_close(struct captures *captures)
{
    if (captures->alignment)
        free(captures->known.functions);
    alignment_free(captures->alignment);
}

static uint32_t function_in(const struct captures *captures, uint32_t capture, uint32_t row)
{
    const struct alignment *alignment = captures->alignment;
    return alignment ? alignment->functions[(size_t)row * alignment->runs + capture] : row;
}

uint32_t captures_function(const struct captures *captures, uint32_t row, uint16_t *capture)
{
    *capture = captures->alignment ? (uint16_t)align_first_run(captures->alignment, row) : 0;
    return function_in(captures, *capture, row);
}

static int64_t rescale(int64_t value, double from, double to)
{
    if (from == to)
        return value;
    double scaled = (double)value * (from / to);
    return llround(scaled > LARGEST ? LARGEST : scaled < -LARGEST ? -LARGEST : scaled);
}

struct whole captures_value(const struct captures *captures, uint32_t capture, uint32_t row,
                            double scale)
{
    const struct metric *metric = captures_metric(captures, capture);
    uint32_t function = function_in(captures, capture, row);
    if (function == PROFILE_NONE)
        return (struct whole){0};
    struct values values =
        profile_function(captures->side.profiles[capture], function, metric_of(captures, capture));
    return (struct whole){fmin((double)values.calls, LARGEST),
                          rescale(values.self, metric->scale, scale),
                          rescale(values.total, metric->scale, scale)};
}

static int compare_wholes(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return ORDER_OF(a, b);
}

/* Twice the median, which is whole. */
static double doubled_median(int64_t *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_wholes);
    int64_t low = values[(count - 1) / 2], high = values[count / 2];
    return (double)low + (double)high;
}

static int64_t median(int64_t *values, uint32_t count)
{
    qsort(values, count, sizeof *values, compare_wholes);
    int64_t low = values[(count - 1) / 2], high = values[count / 2];
    /* The half is rounded up; the two never overflow. */
    return low + (int64_t)(((uint64_t)high - (uint64_t)low + 1) / 2);
}

static struct whole medians(const struct whole *of, uint32_t count)
{
    int64_t values[COMPARE_CAPTURES_MAX] = {0};
    struct whole result;
    for (uint32_t i = 0; i < count; i++)
        values[i] = (int64_t)fmin(of[i].calls, LARGEST);
    result.calls = doubled_median(values, count) / 2;
    for (uint32_t i = 0; i < count; i++)
        values[i] = of[i].self;
    result.self = median(values, count);
    for (uint32_t i = 0; i < count; i++)
        values[i] = of[i].total;
    result.total = median(values, count);
    return result;
}

struct whole captures_values(const struct captures *captures, uint32_t row, double scale)
{
    uint32_t count = captures->side.count;
    if (count == 1)
        return captures_value(captures, 0, row, scale);
    struct whole values[COMPARE_CAPTURES_MAX] = {0};
    for (uint32_t i = 0; i < count; i++)
        values[i] = captures_value(captures, i, row, scale);
    return medians(values, count);
}

struct whole captures_sums(const struct captures *captures, double scale)
{
    uint32_t count = captures->side.count;
    struct whole sums[COMPARE_CAPTURES_MAX] = {0};
    for (uint32_t i = 0; i < count; i++) {
        const struct profile *profile = captures->side.profiles[i];
        uint32_t metric = metric_of(captures, i);
        sums[i].self = rescale(profile_total(profile, metric, PROFILE_NONE),
                               profile->metrics[metric].scale, scale);
        for (uint32_t f = 0; f < profile->function_count; f++)
            sums[i].calls += (double)profile->function_calls[f];
    }
    return medians(sums, count);
}
