/* Between the files of scaling.h. scaling_project() is for scaling_select.c: fills `at`, `total_at`
 * and every row's `projected`; see scaling.h. */
#ifndef NCPROF_TUI_ANALYSIS_SCALING_PROJECT_H
#define NCPROF_TUI_ANALYSIS_SCALING_PROJECT_H

#include "tui/analysis/scaling.h"

void scaling_project(struct scaling *scaling, double at);

/* Values at as many sizes as a fit takes to be believed. */
bool scaling_has_sizes(const struct scaling *scaling, const struct fit *fit);
/* Orders the values; NAN of none. */
double scaling_median(double *values, uint32_t count);

#endif
