/* `ncprof record`: runs a program, writes its trace, says in one line how it went. */
#ifndef NCPROF_CAPTURE_LAUNCHER_RECORD_H
#define NCPROF_CAPTURE_LAUNCHER_RECORD_H

#include "capture/launcher/selection.h"
#include "formats/profile/error.h"

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct record_options {
    const char *output; /* NULL: the command's name and ".ncp", in the working directory */
    bool force;         /* an existing output is overwritten */
    bool quiet;         /* no summary line */
    bool python_only;   /* of Python programs Python functions only, at a fraction of the cost */
    bool cpu;           /* time on a processor, not the time that passes */
    bool drop;          /* a program does not wait for the recorder: it loses events */
    struct selection selection;
    double size;             /* of the run's input; NAN: not given */
    uint64_t min_time_ns;    /* of shorter calls no events are kept; 0: of all calls are */
    uint64_t budget;         /* bytes that the file is to stay below; 0: any size */
    const char *const *tags; /* "key=value" */
    size_t tag_count;
    const char *const *environment; /* names of variables whose values are kept in the trace */
    size_t environment_count;
    char *const *command; /* NULL-terminated, at least one word */
    const char *recorder; /* name and version, for the trace */
};

/*
 * Standard error gets the summary, and warnings that are no failure. *status is what ncprof is
 * to exit with: the target's own (128 + the signal that ended it); 127 and 126 when it could not be
 * started; 2 when the recorder failed and the target did not. -1 with an error to be shown
 * as well as *status.
 */
int record_run(const struct record_options *options, int *status, struct error *err);

#endif
