/*
 * The queue's moves, each a change of plan->root within a transaction: which run is next, and
 * pending -> running -> done or error -> pending.
 */
#ifndef NCPROF_CAPTURE_PLAN_SCHEDULE_H
#define NCPROF_CAPTURE_PLAN_SCHEDULE_H

#include "capture/plan/plan.h"

#include <sys/types.h>

/* Which runs are meant. All of them when nothing is said. */
struct schedule_selection {
    const char *phase; /* NULL: any */
    const char *id;    /* NULL: any */
    bool resume;       /* also what dead runners left as running */
    bool take_over;    /* also what runners elsewhere, or unknown, have as running */
};

bool schedule_selects(const struct schedule_selection *selection, const struct plan_run *run);
/* The first selected run that may be started; PLAN_NONE. */
uint32_t schedule_next(const struct plan *plan, const struct schedule_selection *selection);
/* A run that is running without a living owner, selected but not to be taken back; PLAN_NONE. */
uint32_t schedule_left_behind(const struct plan *plan, const struct schedule_selection *selection);

/* This process runs it, in the process group `group`. */
void schedule_start(struct plan *plan, uint32_t run, pid_t group);
/*
 * Done, or error when the result has an "error". Takes `result`, whose members replace those that
 * ncprof wrote there before. False when the run is no longer this process's: then its status is
 * left alone, and the result is only stored when there is no such run any more.
 */
bool schedule_finish(struct plan *plan, const char *id, struct cJSON *result);
/* ERROR_USAGE when it is running and its owner may be alive. Its result stays where it is. */
int schedule_reset(struct plan *plan, uint32_t run, bool take_over, struct error *err);

struct schedule_entry {
    const char *id, *start, *end, *label, *phase, *description, *cache; /* NULL: not given */
    double size;                                                        /* NAN: not given */
};
/* Appends a pending run; the commit validates it. ERROR_USAGE when there is such an id. */
int schedule_add(struct plan *plan, const struct schedule_entry *entry, struct error *err);

/*
 * Seconds that a run will take: those of the finished run of the nearest size, scaled by the
 * ratio of the sizes; without sizes those of the last one. NAN when nothing is known.
 */
double schedule_expected_seconds(const struct plan *plan, uint32_t run);

#endif
