/*
 * A line of costs in a callgrind file: "0x12 +3 400 20", positions first.
 */
#ifndef NCPROF_FORMATS_READERS_CALLGRIND_COSTS_H
#define NCPROF_FORMATS_READERS_CALLGRIND_COSTS_H

#include "formats/readers/callgrind_events.h"

struct callgrind_costs {
    unsigned positions;
    uint32_t count;                       /* of columns */
    int64_t values[CALLGRIND_EVENTS_MAX]; /* of the last line; those that it omits are 0 */
    bool relative;                        /* "*" or "+5" has stood for a cost */
};

/* False when the line is something else; the values are then of no use. */
bool callgrind_costs_line(struct callgrind_costs *costs, struct slice rest);

#endif
