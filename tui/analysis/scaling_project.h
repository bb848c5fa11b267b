/* For scaling_select.c: fills `at`, `total_at` and every row's `projected`; see scaling.h. */
#ifndef NCPROF_TUI_ANALYSIS_SCALING_PROJECT_H
#define NCPROF_TUI_ANALYSIS_SCALING_PROJECT_H

#include "tui/analysis/scaling.h"

void scaling_project(struct scaling *scaling, double at);

#endif
