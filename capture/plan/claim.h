/*
 * A run that this process has taken from the plan: marked there as running, with a process that
 * waits to be told to go on.
 */
#ifndef NCPROF_CAPTURE_PLAN_CLAIM_H
#define NCPROF_CAPTURE_PLAN_CLAIM_H

#include "capture/plan/job.h"
#include "capture/plan/run_files.h"
#include "capture/plan/runner.h"

#include <signal.h>

struct claim {
    char *id;
    bool again;             /* a dead runner had left it as running */
    uint32_t number, count; /* its place among the selected ones, from 1 */
    double expected, size;  /* NAN unknown */
    char **command, **prepare, **environment, **tags;
    struct run_files files;
    struct job job;
};

/*
 * The next run that may be started, of the plan at `path`, in whose folder this process works.
 * 1: taken; 0: there is none. What a dead runner has left of its processes is ended first.
 */
int claim_next(struct claim *claim, const char *path, const struct runner_options *options,
               const sigset_t *mask, struct error *err);
void claim_free(struct claim *claim);

#endif
