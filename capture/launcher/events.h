/*
 * Ordinary events of a block, many at a time: enters of functions that the block
 * has called before, and leaves. This is where the recorder spends its time, and
 * what it takes from the traced program when they share a processor.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_EVENTS_H
#define NCPROF_CAPTURE_LAUNCHER_EVENTS_H

#include "formats/trace/trace_unit.h"

#include <stdint.h>

struct event_log; /* formats/trace/event_log.h */

#define EVENTS_FUNCTIONS 1024u
#define EVENTS_CALLS     512u

/*
 * Functions by the word that names them in events. One word stands for one function from where it
 * is added to the block's end, unless ESCAPE_HIGH comes.
 */
struct event_functions {
    struct {
        uint32_t word, function; /* 0: free */
    } slots[EVENTS_FUNCTIONS];
    /* Contexts in the stream's log that such words have led to from others, the latest ones. */
    struct {
        uint64_t key;     /* caller << 32 | word */
        uint32_t context; /* 0: free */
    } calls[EVENTS_CALLS];
};

void event_functions_clear(struct event_functions *functions);
void event_functions_add(struct event_functions *functions, uint32_t word, uint32_t function);

/* Where the decoding of one block stands. */
struct event_cursor {
    const uint32_t *word, *end;
    uint64_t ticks;
    uint64_t high;           /* upper half of addresses, in place */
    uint64_t enters, leaves; /* taken so far */
};

/* Goes on as far as it can; what is at the cursor then is not ordinary, or `log` is full. */
void events_take(struct event_log *log, struct trace_unit unit, struct event_functions *functions,
                 struct event_cursor *at);

#endif
