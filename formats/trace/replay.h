/*
 * The events of one thread of a trace, in order.
 */
#ifndef NCPROF_FORMATS_TRACE_REPLAY_H
#define NCPROF_FORMATS_TRACE_REPLAY_H

#include "formats/trace/trace_file.h"

/* Functions are ids of trace->definitions; times are nanoseconds since the recording's start. */
struct replay_visitor {
    void (*enter)(void *payload, uint32_t function, int64_t ns);
    void (*leave)(void *payload, uint32_t function, int64_t ns);
};

/* Ticks since the recording's start; and what is called for a frame that is open already where the
 * replay begins or goes on, NULL: as for one that is entered. */
struct replay_part {
    uint64_t from, to;
    void (*open)(void *payload, uint32_t function, int64_t ns);
};

/*
 * Walks all events of `thread`. Where events are missing (a damaged or cut chunk) the frames that
 * were open are left, and those that the next chunk finds open are entered, at the time at which it
 * begins. Frames open at the end of the file are not left. Fails at a chunk that cannot be decoded;
 * what came before it has been visited.
 */
int trace_replay(struct trace *trace, uint32_t thread, const struct replay_visitor *visitor,
                 void *payload, struct error *err);
/* The same of the chunks that overlap the part: events before and after it are visited too, as far
 * as they are in these. */
int trace_replay_part(struct trace *trace, uint32_t thread, const struct replay_part *part,
                      const struct replay_visitor *visitor, void *payload, struct error *err);

#endif
