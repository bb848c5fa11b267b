/* Pieces that the reports about a plan share. */
#ifndef NCPROF_TUI_REPORTS_PLAN_PARTS_H
#define NCPROF_TUI_REPORTS_PLAN_PARTS_H

#include "formats/documents/json.h"
#include "tui/reports/plan.h"

/* A title: "# TEXT" or "## TEXT" in Markdown, else a line set off from what is before. */
void plan_title(FILE *out, int level, const char *text, const struct report_style *style);
/* "Plan tests/plan.json, phase 0" and when the last run ended. */
void plan_head(FILE *out, const struct plan_subject *subject, const struct report_style *style);
/* The table of runs, and which are not measured and why. */
void plan_run_table(FILE *out, const struct plan_subject *subject,
                    const struct report_style *style);
void plan_not_measured(FILE *out, const struct plan_subject *subject,
                       const struct report_style *style);

/* When the last of the runs ended, the report's own time; "" unknown. */
const char *plan_last_stop(const struct plan_subject *subject);

/* Escaped for a terminal. */
void plan_text(const char *text, char *buffer, size_t size);
/* "+44.4 %", "-3.0 %" */
void plan_percent(double share, char *buffer, size_t size);

/* "plan", "phase", "generated" */
void plan_json_head(struct json_document *document, const struct plan_subject *subject);
/* {"id", "start", "end", "days", "size", "cache", "status", "total", "ncalls", "revision", "dirty"}
 */
/* The list "runs". */
void plan_json_runs(struct json_document *document, const struct plan_subject *subject);
/* "not_measured": [{"id", "reason"}] */
void plan_json_not_measured(struct json_document *document, const struct plan_subject *subject);

/* Cold against warm, and what carries the difference; `rows` functions of each pair, 0: all. */
void plan_cache_part(FILE *out, const struct cache_impact *impact, uint32_t rows,
                     const struct report_style *style);

/* Each pair of runs side by side; `rows` functions of each. */
int plan_pair_parts(FILE *out, const struct plan_pairs *pairs, uint32_t rows,
                    const struct report_style *style, struct error *err);
/* The functions that scaling_select() chose, with their fits. */
void plan_scaling_part(FILE *out, const struct scaling *scaling, const struct report_style *style);
/* Nothing when there is but one thread. */
void plan_thread_part(FILE *out, const struct run_facts *run, const struct report_style *style);

#endif
