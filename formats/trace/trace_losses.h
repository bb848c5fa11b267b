/* What the recorder says at the end that the trace lacks: events, ends of calls. */
#ifndef NCPROF_FORMATS_TRACE_TRACE_LOSSES_H
#define NCPROF_FORMATS_TRACE_TRACE_LOSSES_H

#include "formats/profile/build.h"

#include <stdint.h>

#define TRACE_LOSSES_ENDS 4
struct trace_losses {
    uint64_t events;
    uint64_t open;                    /* calls that had not returned where a process died */
    uint64_t left[TRACE_LOSSES_ENDS]; /* or where one ended in another way */
};

/* Takes a pair of the metadata, if it is one of these. */
void trace_losses_take(struct trace_losses *losses, const char *key, const char *value);
void trace_losses_note_events(const struct trace_losses *losses, struct build *build);
/* "Ended by _exit with 3 calls open" */
void trace_losses_note_left(const struct trace_losses *losses, struct build *build);

#endif
