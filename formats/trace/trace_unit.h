/*
 * The unit of a file's times: so many ticks of the recorder's clock are one tick of the file
 * (FORMAT.md, "Ticks and nanoseconds").
 *
 * What is converted are moments, never the spans between them: an error is below one unit and does
 * not add up over any number of events.
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_UNIT_H
#define NCPROF_FORMATS_TRACE_TRACE_UNIT_H

#include <stdint.h>

#define TRACE_UNIT_MAX (1u << 20) /* ticks; a larger one is taken as 1 */

/* A multiplication in place of a division: one of the two is zero. */
struct trace_unit {
    uint64_t reciprocal; /* 2^64 / ticks, rounded up */
    uint64_t whole;      /* all bits, when a unit is one tick */
};

static inline struct trace_unit trace_unit_make(uint64_t ticks)
{
    if (ticks < 2 || ticks > TRACE_UNIT_MAX)
        return (struct trace_unit){.whole = UINT64_MAX};
    return (struct trace_unit){.reciprocal = UINT64_MAX / ticks + 1};
}

/* Monotone; exactly ticks / unit for all that a counter reaches in a hundred days. */
static inline uint64_t trace_unit_of(struct trace_unit unit, uint64_t ticks)
{
    __extension__ unsigned __int128 product = ticks;
    return (uint64_t)(product * unit.reciprocal >> 64) + (ticks & unit.whole);
}

#endif
