/* Reading and validating what the plan's JSON says; used by plan.c. */
#ifndef NCPROF_CAPTURE_PLAN_ENTRIES_H
#define NCPROF_CAPTURE_PLAN_ENTRIES_H

#include "capture/plan/plan.h"

/* Fills runs, run_count and by_id out of plan->root. ERROR_FORMAT as plan_load() says. */
int entries_read(struct plan *plan, struct error *err);

/* "", or why a run cannot have this id. */
const char *entries_id_problem(const char *id);

#endif
