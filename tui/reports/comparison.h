/* A comparison as documents for programs; report.h has it for people. */
#ifndef NCPROF_TUI_REPORTS_COMPARISON_H
#define NCPROF_TUI_REPORTS_COMPARISON_H

#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "tui/analysis/compare.h"
#include "tui/reports/report.h"

#include <stdio.h>

void comparison_json(FILE *out, const struct comparison *comparison);
void comparison_csv(FILE *out, const struct comparison *comparison);

/* ---- what other reports of two sides share ---- */

/* Which two, how large, how long, how normalised; `order` says by what the rows are ordered. */
void comparison_header(FILE *out, const struct comparison *comparison, const char *order,
                       const struct report_style *style);
/* The members "a", "b", "size_ratio" and "normalise". */
void comparison_json_begin(struct json_document *document, FILE *out,
                           const struct comparison *comparison);
/* "a", "b", "delta", "ratio", "exponent" and "class" */
void comparison_json_changes(cJSON *object, const struct compare_change changes[COMPARE_MEASURES],
                             bool in_a, bool in_b);
/* ",ncalls_a" ... ",slower_calls"; the cells up to the last two. */
void comparison_csv_titles(FILE *out);
void comparison_csv_changes(struct csv *csv, const struct compare_change changes[COMPARE_MEASURES]);

#endif
