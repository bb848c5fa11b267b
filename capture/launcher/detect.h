/*
 * What a command line would run, found out before it runs: which file, by which interpreter,
 * whether the recorder can be put in, and what has to be changed for that.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_DETECT_H
#define NCPROF_CAPTURE_LAUNCHER_DETECT_H

#include "formats/profile/error.h"

#include <stdbool.h>

enum detect_status { DETECT_NOT_FOUND = 127, DETECT_NOT_EXECUTABLE = 126, DETECT_REFUSED = 2 };

enum target_kind {
    TARGET_NATIVE, /* an ELF program */
    TARGET_PYTHON, /* CPython, directly or as the interpreter of a script */
    TARGET_SCRIPT, /* another interpreter's: what it runs may be recorded */
};

struct detected {
    char *path; /* what the command's first word means to execvp() */
    enum target_kind kind;
    bool instrumented; /* the executable itself calls hooks */
    char *name; /* for the output: the script, the module or the command, no folder, no ".py" */
    /*
     * The arguments to start with; the command's own, or an equivalent where the Python
     * recorder has to be named because flags (-I, -E, -S) turn off the usual way in.
     */
    char **arguments;
};

/* `runner` is the path of ncprof_run.py. On failure *status is an enum detect_status. */
int detect_target(struct detected *out, char *const *command, const char *runner, int *status,
                  struct error *err);
void detect_free(struct detected *detected);

#endif
