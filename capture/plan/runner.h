/*
 * Running the queue: run after run is taken from the plan, recorded, and its result stored.
 *
 * Commands run in the plan's folder, whatever the working directory is, and so does this process
 * from here on. Any number of runners may work on one plan.
 */
#ifndef NCPROF_CAPTURE_PLAN_RUNNER_H
#define NCPROF_CAPTURE_PLAN_RUNNER_H

#include "capture/plan/schedule.h"

enum runner_event_kind {
    RUNNER_STARTED,
    RUNNER_TICK,   /* about once a second while it runs */
    RUNNER_DONE,   /* the result is in the plan */
    RUNNER_FAILED, /* likewise, `text` says why */
    RUNNER_LOST,   /* another process has taken the run over, or it was deleted */
    RUNNER_NOTE    /* `text` is for the user */
};

struct runner_event {
    enum runner_event_kind kind;
    const char *id;
    uint32_t number, count;   /* the run is the number-th of the count that are selected */
    double elapsed, expected; /* seconds; expected is NAN when nothing is known */
    double functions, calls;  /* of a run that is done; else NAN */
    const char *trace, *log;  /* of a run that has ended; "" */
    const char *text;
};

struct runner_options {
    const char *path;
    struct schedule_selection selection;
    bool force_env; /* the plan's env wins over another value in this process's environment */
    const char *recorder;
    void (*tell)(void *payload, const struct runner_event *event);
    void *payload;
};

/*
 * Until no selected run can be started. *status is 0; 1 when a run failed; 128 and the number of
 * the signal (SIGINT, SIGTERM, SIGHUP, SIGQUIT) that ended it. -1 when the plan is at fault, or the
 * request: nothing was started that is not told.
 */
int runner_run(const struct runner_options *options, int *status, struct error *err);

#endif
