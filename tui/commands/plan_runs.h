/* The runs of a plan with what they have given, as the analyses want them. */
#ifndef NCPROF_TUI_COMMANDS_PLAN_RUNS_H
#define NCPROF_TUI_COMMANDS_PLAN_RUNS_H

#include "capture/plan/plan.h"
#include "tui/analysis/plan_facts.h"
#include "tui/analysis/scaling.h"

#define PLAN_CACHE_PHASE "0" /* the phase about the cache; all others are about growth */
#define PLAN_ROWS        10  /* functions in a table for people */

struct plan_runs {
    struct plan *plan;
    struct run_facts *facts; /* in the plan's order */
    struct profile **profiles, **threads;
    char **missing, **thread_notes; /* the sentences that facts borrow */
    uint32_t count, measured;
};

/*
 * Loads the plan and the results of the runs of a phase; NULL: of all. Runs that are not done,
 * or whose result is not there or cannot be read, have no profile and a reason. ERROR_USAGE when
 * the plan has no such phase.
 */
int plan_runs_load(struct plan_runs **out, const char *path, const char *phase, struct error *err);
void plan_runs_free(struct plan_runs *runs);

/* The run of that id among the facts. ERROR_USAGE when there is none, or no profile of it. */
int plan_runs_find(const struct plan_runs *runs, const char *id, uint32_t *run, struct error *err);

/* ERROR_USAGE, with the reason of the first run, when not a single one is measured. */
int plan_runs_check(const struct plan_runs *runs, struct error *err);

/*
 * How the functions grow over the runs that are measured and whose size is known, projected to
 * `at` (NAN: ten times the largest); `limit` of them chosen, 0: all. ERROR_USAGE as scaling_new().
 */
int plan_runs_scaling(struct scaling **out, const struct run_facts *facts, uint32_t count,
                      double at, uint32_t limit, struct error *err);

#endif
