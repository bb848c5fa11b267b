/*
 * One run in a process of its own: the recorder, in a process group with all that it starts.
 *
 * The process waits, doing nothing, until job_go() lets it: so its number can be written into the
 * plan first. It ends at once when its parent dies before that, and by SIGTERM when the parent
 * dies later (PR_SET_PDEATHSIG); the recorder passes that on to its program.
 *
 * The program's standard input is /dev/null, its output and errors are the log.
 */
#ifndef NCPROF_CAPTURE_PLAN_JOB_H
#define NCPROF_CAPTURE_PLAN_JOB_H

#include "formats/profile/error.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/types.h>

struct job_options {
    char **command;     /* NULL-terminated */
    char **prepare;     /* is run before and must succeed; NULL: nothing */
    char **environment; /* NAME=VALUE, set for both and kept in the trace; NULL-terminated */
    char **tags;        /* NAME=VALUE for the trace; NULL-terminated */
    const char *trace;  /* must not exist */
    double size;        /* NAN: unknown */
    int log;            /* a descriptor */
    int lock;           /* a descriptor that the process closes first; -1: none */
    const char *recorder;
    const sigset_t *mask; /* blocked signals of the program */
};

struct job {
    pid_t pid; /* also the number of the group */
    int go, report;
};

/* What the process says at its end. */
struct job_report {
    bool prepared;  /* `prepare` succeeded or there was none */
    double seconds; /* of the recording */
    int status;     /* what ncprof record would exit with */
    int failed;     /* the recording failed, see err */
    struct error err;
};

int job_start(struct job *job, const struct job_options *options, struct error *err);
/* False: it has died before it began. */
bool job_go(struct job *job);
/* It never began. */
void job_cancel(struct job *job);
/*
 * After the process has ended with `ended` (as of waitpid()): its report; one of its own making
 * when the process did not come to that.
 */
struct job_report job_end(struct job *job, int ended);

#endif
