/*
 * The functions that make a program quadratic, out of how all of them grow.
 *
 * An offender's own calls or own time grow with an exponent above PLAN_OFFENDING, and with its
 * callees it has PLAN_WORTHWHILE of the whole at the largest size, or where that is projected to.
 * A function of which only cumtime grows so carries what is below it: a carrier.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_OFFENDERS_H
#define NCPROF_TUI_ANALYSIS_PLAN_OFFENDERS_H

#include "tui/analysis/plan_growth.h"

#define PLAN_OFFENDING 1.8

struct plan_offenders {
    struct plan_growth offenders, carriers; /* both by share, the largest first */
};

/* scaling_select() has chosen the size that is projected to. */
struct plan_offenders *plan_offenders_new(const struct scaling *scaling);
void plan_offenders_free(struct plan_offenders *offenders);

/* Whether a measure of a row is classed and its exponent above PLAN_OFFENDING. */
bool plan_offends(const struct scaling_row *row, enum compare_measure measure);

#endif
