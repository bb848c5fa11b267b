/*
 * The events of a callgrind file and what they are metrics of.
 *
 *     events: Ir Dr Dw                            counts
 *     events: Time_(10ns) Memory_(bytes)          Xdebug, with units
 *     events: cpu(ms)                             pprof, likewise
 *     event: CEst = Ir + 10 Dr : Cycle estimate   a sum of others, as KCachegrind computes it
 */
#ifndef NCPROF_FORMATS_READERS_CALLGRIND_EVENTS_H
#define NCPROF_FORMATS_READERS_CALLGRIND_EVENTS_H

#include "formats/readers/callgraph.h"
#include "formats/readers/slice.h"

#define CALLGRIND_EVENTS_MAX 64u

struct callgrind_event {
    uint32_t name;   /* text of the builder */
    uint32_t metric; /* of the builder */
    int64_t factor;  /* from the file's unit to the metric's */
};

/* A zeroed struct has no events. */
struct callgrind_events {
    ARRAY(struct callgrind_event) measured;
    ARRAY(char) formulas;                   /* "NAME = TERMS" lines, each with its end */
    uint32_t columns[CALLGRIND_EVENTS_MAX]; /* the measured event of each column */
    uint32_t column_count;
};

/* An "events:" line. False when there are too many. */
bool callgrind_events_columns(struct callgrind_events *events, struct build *build,
                              struct slice names, bool yappi);
/* An "event:" line; one without a formula is a long name and says nothing here. */
void callgrind_events_derived(struct callgrind_events *events, struct slice line);
/*
 * Brings every row to the units of the metrics, and adds those that formulas derive; the number of
 * formulas that are of no known events is returned.
 */
unsigned callgrind_events_finish(struct callgrind_events *events, struct build *build,
                                 struct callgraph *graph);
void callgrind_events_free(struct callgrind_events *events);

#endif
