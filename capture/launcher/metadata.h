/* What the trace says of its recording: the JSON of FORMAT.md, section 6. */
#ifndef NCPROF_CAPTURE_LAUNCHER_METADATA_H
#define NCPROF_CAPTURE_LAUNCHER_METADATA_H

#include "capture/launcher/drain.h"
#include "capture/launcher/record.h"

#include <cjson/cJSON.h>
#include <stdint.h>

struct metadata_clock {
    const char *name;
    double ticks_per_second; /* of the trace, as far as known when the recording begins */
    uint64_t unit;           /* of the clock's own ticks are one of the trace's */
    double step_ns;          /* the clock's own step; what is kept is coarser */
    double unit_ns;
    double read_ns; /* what a reading takes */
};

/* Both are the caller's to free. */
char *metadata_header(const struct record_options *options, struct metadata_clock clock);
/* `costs` are owned from here on, and NULL where they are not known. */
/* `result` is the target's as of waitpid(); `overhead` the share of the time that recording took, 0
 * when it is not known. */
char *metadata_closing(int result, const struct drain_state *state, double overhead, cJSON *costs);
/* Of a recording whose recorder was killed: how its programs ended is not known. */
char *metadata_recovered(const struct drain_state *state, cJSON *costs);
/* Of one that goes on. */
char *metadata_state(uint64_t lost_events, cJSON *costs);

#endif
