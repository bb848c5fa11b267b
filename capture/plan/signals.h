/* Signals that end a runner, held back and asked for: nothing is cut in the middle of a change. */
#ifndef NCPROF_CAPTURE_PLAN_SIGNALS_H
#define NCPROF_CAPTURE_PLAN_SIGNALS_H

#include <signal.h>
#include <stdbool.h>

struct signals {
    sigset_t before; /* what was blocked when signals_hold() was called */
    sigset_t held;
    int caught; /* the first one; 0: none yet */
};

/* SIGINT, SIGTERM, SIGHUP and SIGQUIT, as far as they are not ignored. SIGPIPE is ignored. */
void signals_hold(struct signals *signals);
/* Until one of them comes, a child process ends or the time is up; true: one of them has come. */
bool signals_wait(struct signals *signals, int timeout_ms);
void signals_release(struct signals *signals);

#endif
