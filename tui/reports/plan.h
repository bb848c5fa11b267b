/* Reports about the runs of a plan; see also report.h. */
#ifndef NCPROF_TUI_REPORTS_PLAN_H
#define NCPROF_TUI_REPORTS_PLAN_H

#include "tui/analysis/plan_cache.h"
#include "tui/analysis/plan_facts.h"
#include "tui/reports/report.h"

/* The runs that a report is about. */
struct plan_subject {
    const char *path, *phase; /* of the plan as it was named; NULL: all phases */
    const struct run_facts *runs;
    uint32_t count;
};

/* `plan analyze`: text, Markdown or JSON; `rows` functions of each table, 0: all. */
void report_plan_cache(FILE *out, const struct plan_subject *subject,
                       const struct cache_impact *impact, uint32_t rows,
                       const struct report_style *style);

#endif
