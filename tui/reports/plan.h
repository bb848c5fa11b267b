/* Reports about the runs of a plan; see also report.h. */
#ifndef NCPROF_TUI_REPORTS_PLAN_H
#define NCPROF_TUI_REPORTS_PLAN_H

#include "tui/analysis/plan_cache.h"
#include "tui/analysis/plan_facts.h"
#include "tui/analysis/plan_hotspots.h"
#include "tui/analysis/plan_offenders.h"
#include "tui/analysis/plan_pairs.h"
#include "tui/analysis/plan_suspects.h"
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
/*
 * The same of growth: each pair, and over all sizes what scaling_select() chose; scaling may be
 * NULL. Fails where a pair cannot be compared.
 */
int report_plan_growth(FILE *out, const struct plan_subject *subject,
                       const struct plan_pairs *pairs, const struct scaling *scaling, uint32_t rows,
                       const struct report_style *style, struct error *err);

/* `plan report`, in text or Markdown. */
struct plan_report {
    struct plan_subject subject;
    const struct cache_impact *impact; /* NULL: a phase about growth */
    const struct scaling *scaling;     /* NULL: no_growth says why; else with the two that follow */
    const struct plan_offenders *offenders;
    const struct plan_suspects *suspects;
    char no_growth[700];
    const struct run_facts *hot; /* the run whose hotspots and threads are shown */
    const struct plan_hotspots *hotspots;
    double hot_seconds; /* as plan_hotspots_new() had it */
    uint32_t rows;      /* of the table of what costs more when cold; 0: all */
};
void report_plan(FILE *out, const struct plan_report *report, const struct report_style *style);

#endif
