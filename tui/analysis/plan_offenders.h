/*
 * The functions that make a program quadratic, out of how all of them grow.
 *
 * An offender's own calls or own time grow with an exponent above PLAN_OFFENDING, and with its
 * callees it has PLAN_WORTHWHILE of the whole at the largest size, or where that is projected to;
 * seen by time alone, PLAN_PERCEPTIBLE of it already at the largest size.
 * A function of which only cumtime grows so carries what is below it: a carrier.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_OFFENDERS_H
#define NCPROF_TUI_ANALYSIS_PLAN_OFFENDERS_H

#include "tui/analysis/plan_growth.h"

#define PLAN_OFFENDING 1.8
#define PLAN_HARMLESS  1.3 /* up to here it may be n log n */
/* A share from which on what times say of growth is more than noise. */
#define PLAN_PERCEPTIBLE 0.01

struct plan_offenders {
    struct plan_growth offenders, carriers; /* both by share, the largest first */
};

/* scaling_select() has chosen the size that is projected to. */
struct plan_offenders *plan_offenders_new(const struct scaling *scaling);
void plan_offenders_free(struct plan_offenders *offenders);

/*
 * Whether a measure of a row is classed, its exponent above PLAN_OFFENDING and no noise: when there
 * are runs enough for an interval, all of it is above PLAN_HARMLESS.
 */
bool plan_offends(const struct scaling_row *row, enum compare_measure measure);

#endif
