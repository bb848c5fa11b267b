/*
 * Ticks of a recording to nanoseconds since its start (FORMAT.md, "Ticks and nanoseconds").
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_CLOCK_H
#define NCPROF_FORMATS_TRACE_TRACE_CLOCK_H

#include <stdint.h>

/* Larger times are cut to this, so that sums of a few stay far from overflow. */
#define TRACE_CLOCK_MAX (INT64_MAX / 4)

struct trace_clock {
    uint64_t start;      /* ticks */
    uint64_t multiplier; /* ns = ticks * multiplier >> shift */
    unsigned shift;
};

/* A rate that makes no sense (0, negative, not finite) is taken as 1. */
void trace_clock_init(struct trace_clock *clock, uint64_t start, long double ns_per_tick);

/* A span of ticks. */
static inline int64_t trace_clock_span(const struct trace_clock *clock, uint64_t ticks)
{
    __extension__ unsigned __int128 product = ticks;
    product = product * clock->multiplier >> clock->shift;
    return product < (uint64_t)TRACE_CLOCK_MAX ? (int64_t)product : TRACE_CLOCK_MAX;
}

/* A moment; earlier than the start is the start. */
static inline int64_t trace_clock_at(const struct trace_clock *clock, uint64_t ticks)
{
    return ticks > clock->start ? trace_clock_span(clock, ticks - clock->start) : 0;
}

#endif
