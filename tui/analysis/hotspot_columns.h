/* What hotspots.c needs to know of its columns. */
#ifndef NCPROF_TUI_ANALYSIS_HOTSPOT_COLUMNS_H
#define NCPROF_TUI_ANALYSIS_HOTSPOT_COLUMNS_H

#include "tui/columns.h"

/* 0.5 for p50 ... 1 for max; -1 when the column shows no latency. */
double hotspot_column_quantile(const struct column *column);

#endif
