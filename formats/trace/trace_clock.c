#include "formats/trace/trace_clock.h"

#include <math.h>

/* The multiplier has 63 significant bits: a nanosecond is exact over any recording. */
#define MULTIPLIER_BITS 62

void trace_clock_init(struct trace_clock *clock, uint64_t start, long double ns_per_tick)
{
    if (!(ns_per_tick > 0x1p-32L && ns_per_tick < 0x1p32L))
        ns_per_tick = 1;
    int exponent = ilogbl(ns_per_tick);
    clock->start = start;
    clock->shift = (unsigned)(MULTIPLIER_BITS - exponent);
    clock->multiplier = (uint64_t)ldexpl(ns_per_tick, MULTIPLIER_BITS - exponent);
}
