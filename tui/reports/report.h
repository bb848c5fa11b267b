/*
 * Reports: the analyses as text, Markdown, CSV or JSON. The same analysis and
 * request give the same bytes. Whether the bytes arrived is for the caller to
 * see on the stream.
 */
#ifndef NCPROF_TUI_REPORTS_REPORT_H
#define NCPROF_TUI_REPORTS_REPORT_H

#include "tui/analysis/aligned.h"
#include "tui/analysis/butterfly.h"
#include "tui/analysis/calltree.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/gate.h"
#include "tui/analysis/hotspots.h"
#include "tui/analysis/queue.h"
#include "tui/analysis/risk.h"
#include "tui/analysis/scaling.h"
#include "tui/analysis/statistics.h"

#include <stdio.h>

enum report_format { REPORT_TEXT, REPORT_MARKDOWN, REPORT_CSV, REPORT_JSON };

/* "text", "markdown" (or "md"), "csv", "json"; NULL is text. ERROR_USAGE for another. */
int report_format_by_name(const char *name, enum report_format *format, struct error *err);

struct report_style {
    enum report_format format;
    int width;        /* of a text table in cells; 0: as wide as it is */
    bool yappi;       /* YAPPI's names over the columns */
    double threshold; /* as the query had it, for the sentence of what is hidden */
};

void report_hotspots(FILE *out, const struct hotspots *hotspots, const struct report_style *style);
void report_comparison(FILE *out, const struct comparison *comparison,
                       const struct report_style *style);

/*
 * The call trees of both sides on one row each, as far as they are open, at most `limit` rows (0:
 * all). `comparison` is of the same two and tells how they are compared.
 */
void report_aligned(FILE *out, const struct aligned *aligned, const struct comparison *comparison,
                    uint32_t limit, const struct report_style *style);

/* Not const: what the report asks for is worked out once. */
void report_scaling(FILE *out, struct scaling *scaling, const struct report_style *style);

/* A function's callers, callees or both. */
enum report_side { REPORT_CALLERS = 1, REPORT_CALLEES = 2 };
void report_butterflies(FILE *out, const struct butterfly *const *butterflies, uint32_t count,
                        unsigned sides, const struct report_style *style);

/* The rows that are visible, at most `limit` (0: all); `thread` is the tree's, or PROFILE_NONE. */
void report_calltree(FILE *out, const struct calltree *tree, uint32_t thread, uint32_t limit,
                     const struct report_style *style);

/*
 * In pstats' layout, print_stats(); then print_callers() or print_callees(). The first line tells
 * when the profile's file was modified, in local time, as pstats does.
 */
void report_statistics(FILE *out, const struct statistics *statistics);
void report_statistics_edges(FILE *out, const struct statistics *statistics, bool callees);

/* Text, Markdown or JSON; JUnit XML for CI systems. */
void report_gate(FILE *out, const struct gate *gate, const struct report_style *style);
void report_gate_junit(FILE *out, const struct gate *gate);

/*
 * {"project_title", "run_id", "generated_utc", "record_count", "high_risk_count", "average_score",
 *  "records": [{"name", "score", "severity", "is_high_risk"}]}
 */
struct summary_head {
    const char *title, *run_id;
    int64_t seconds; /* since 1970, UTC */
};
void report_summary(FILE *out, const struct risk_summary *summary, const struct summary_head *head);

/* What the file is. */
void report_info(FILE *out, const struct profile *profile, uint64_t bytes,
                 const struct report_style *style);

/* The runs of a plan: counts by phase and state, then the table. */
void report_queue(FILE *out, const struct queue *queue, const struct report_style *style);

#endif
