/* A comparison as documents for programs; report.h has it for people. */
#ifndef NCPROF_TUI_REPORTS_COMPARISON_H
#define NCPROF_TUI_REPORTS_COMPARISON_H

#include "tui/analysis/compare.h"

#include <stdio.h>

void comparison_json(FILE *out, const struct comparison *comparison);
void comparison_csv(FILE *out, const struct comparison *comparison);

#endif
