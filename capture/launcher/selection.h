/*
 * What of a program is recorded, and when: --include, --exclude, --depth; --paused, --delay,
 * --duration, --signal.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_SELECTION_H
#define NCPROF_CAPTURE_LAUNCHER_SELECTION_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"
#include "formats/trace/trace_writer.h"

#include <stdbool.h>
#include <stddef.h>

struct selection {
    const char *const *include; /* patterns, see channel/patterns.h */
    size_t include_count;
    const char *const *exclude;
    size_t exclude_count;
    uint32_t depth;         /* of recorded calls on a stack; 0: no limit */
    bool paused;            /* nothing is recorded until something starts it */
    double delay, duration; /* seconds; 0: not given */
    int signal;             /* that stops and starts when it is sent to the recorder; 0: none */
};

/* ERROR_USAGE with what is wrong. */
int selection_check(const struct selection *selection, struct error *err);
/* The number of a signal that may be given ("USR1", "SIGUSR1"); 0: it may not. */
int selection_signal(const char *name);

/* Writes it where programs will look, before they start. `start_ns` as in the trace. */
void selection_begin(const struct selection *selection, struct channel_header *channel,
                     int64_t start_ns);
/* Says in the trace what is left out. */
int selection_note(const struct selection *selection, struct trace_writer *writer,
                   struct error *err);
/* Says in the trace when the recording was stopped, if it was. */
int selection_note_stops(const struct channel_header *channel, struct trace_writer *writer,
                         struct error *err);

/* Throws the switch when it is time to. Begin it with zeros. */
struct selection_clock {
    int64_t launched_ns; /* the first tick; 0: not yet */
    bool delayed;        /* --delay is over */
    bool ended;          /* --duration is */
    int64_t started_ns;  /* 0: not yet */
};
/* The milliseconds until it wants to be called again, at most `most`. */
int selection_tick(struct selection_clock *clock, const struct selection *selection,
                   struct channel_header *channel, int most);

#endif
