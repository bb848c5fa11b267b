/*
 * What the text and the JSON of GHC's profiler share: cost centres, their places, and the metrics.
 *
 * A cost centre is a function: label, module, place ("src/Main.hs:(21,1)-(38,42)", of which the
 * first line counts; "<entire-module>" and the like are none). The source: GHC User's Guide,
 * "Profiling", and rts/ProfilerReport*.c of GHC.
 */
#ifndef NCPROF_FORMATS_READERS_GHC_CENTRES_H
#define NCPROF_FORMATS_READERS_GHC_CENTRES_H

#include "formats/profile/build.h"
#include "formats/readers/slice.h"

struct ghc_metrics {
    int64_t tick;              /* ns; 0 unknown */
    uint32_t cpu, ticks, size; /* cpu: PROFILE_NONE when the tick is unknown */
};

/* Metrics of a profile that has ticks and bytes: "cpu" in seconds, "ticks", "alloc". */
struct ghc_metrics ghc_state_metrics(struct build *build, int64_t tick);
void ghc_state_values(const struct ghc_metrics *metrics, struct build *build, uint32_t context,
                      int64_t ticks, int64_t bytes);

uint32_t ghc_centre(struct build *build, struct slice label, struct slice module,
                    struct slice place);

#endif
