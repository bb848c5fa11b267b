/*
 * `ncprof recover`: a recorder that was killed leaves its shared memory behind, and in it all that
 * it had not written. This adds it to the trace and closes that.
 *
 * The trace is only appended to, and the shared memory goes last: a recovery that is killed in its
 * turn is simply begun again.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_RECOVER_H
#define NCPROF_CAPTURE_LAUNCHER_RECOVER_H

#include "capture/launcher/processes.h"
#include "formats/profile/error.h"

#include <stdbool.h>
#include <stdint.h>

struct recovery {
    const char *trace; /* as the recorder named it, absolute; valid during the visit */
    uint64_t added;    /* calls that were not in it */
    uint64_t calls;    /* in it now */
    uint64_t lost;     /* events that programs could not hand over */
    struct processes_open open;
    bool complete; /* it was closed already: nothing was to be done */
};

typedef void recover_visit(void *payload, const struct recovery *recovery);

/*
 * Recovers `trace` (NULL: every trace of this user's dead recorders) and calls `visit` for each.
 * Returns the number of leftovers found that concern it, or -1 with the first error; a leftover of
 * which nothing could be made stays. ERROR_USAGE: the recorder of `trace` still runs.
 */
int recover_run(const char *trace, recover_visit *visit, void *payload, struct error *err);

/* Whether a dead recorder has left something of a trace that is not in it yet. */
bool recover_possible(const char *trace);
#define RECOVER_HINT                                                                               \
    "Its recorder was killed, and what it had not written is still in memory: ncprof recover "     \
    "adds it"

/*
 * Says of each leftover that seems to be a dead recorder's and cannot be used here whose it is, as
 * "/dev/shm/ncprof-4711-abc belongs to another user (root)".
 */
typedef void recover_visit_unusable(void *payload, const char *what);
void recover_unusable(recover_visit_unusable *visit, void *payload);

/* Removes what dead recorders of this user left where there is nothing to be recovered. */
void recover_tidy(void);

#endif
