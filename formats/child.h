/* Another program whose output is read: perf, for files that only it can read. */
#ifndef NCPROF_FORMATS_CHILD_H
#define NCPROF_FORMATS_CHILD_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int output;     /* to read from; the caller's to close, before child_end() */
    int complaints; /* what it writes to standard error, kept in memory */
};

/*
 * Starts words[0], found in PATH, without a shell; NULL ends the words. Its standard input is
 * empty. ERROR_UNSUPPORTED when there is no such program.
 */
int child_start(struct child *child, const char *const words[], struct error *err);
/* Waits for it; -1 when it failed, with the first line of its complaints. */
int child_end(struct child *child, const char *name, struct error *err);

#endif
