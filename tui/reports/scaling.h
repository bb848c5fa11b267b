/* The growth of functions as documents for programs; report.h has it for people. */
#ifndef NCPROF_TUI_REPORTS_SCALING_H
#define NCPROF_TUI_REPORTS_SCALING_H

#include "formats/documents/json.h"
#include "tui/analysis/scaling.h"

/* One of "functions": values by size, exponents, classes, shares. The caller owns it. */
cJSON *scaling_json_row(const struct scaling *scaling, uint32_t row);

#endif
