/*
 * Amdahl's law (G. Amdahl, 1967): what making one part of a run faster brings to
 * the whole. `share` is the part's share of the time, 0..1.
 */
#ifndef NCPROF_TUI_ANALYSIS_AMDAHL_H
#define NCPROF_TUI_ANALYSIS_AMDAHL_H

#include <math.h>

/* The share of the whole that is saved when the part becomes `factor` times faster. */
static inline double amdahl_saved(double share, double factor)
{
    return share * (1 - 1 / factor);
}

/* How many times faster the whole becomes at most, however fast the part: INFINITY for all of it.
 */
static inline double amdahl_limit(double share)
{
    return share < 1 ? 1 / (1 - share) : INFINITY;
}

#endif
