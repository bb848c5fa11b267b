/* What drain.c and drain_take.c share. */
#ifndef NCPROF_CAPTURE_LAUNCHER_DRAIN_INTERNAL_H
#define NCPROF_CAPTURE_LAUNCHER_DRAIN_INTERNAL_H

#include "capture/launcher/choices.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/decode.h"
#include "capture/launcher/drain.h"
#include "capture/launcher/programs.h"
#include "capture/launcher/taken.h"
#include "formats/profile/memory.h"

/* A block that a scan has found. */
struct found {
    uint32_t stream, sequence, index;
};

struct drain {
    struct session session;
    struct trace_writer *writer;
    struct programs *programs;
    struct decoder *decoder;
    struct ledger *ledger;
    struct choices *choices;
    struct taken *taken_blocks;
    enum channel_clock clock;
    struct clock_pair opened;
    ARRAY(struct found) ready, definitions;
    uint32_t taken;            /* blocks of events in the last pass */
    uint64_t lost;             /* events, as the trace says it */
    double measured;           /* pairs of hooks, likewise */
    int64_t last_housekeeping; /* ns, CLOCK_MONOTONIC_RAW */
    uint32_t uncounted;        /* full_count at the last pass that found nothing */
    int64_t uncounted_since;
    int32_t child; /* of the recorder, that has ended; 0: none */
    int child_status;
};

#define DRAIN_BLOCKS 256u /* of events that a pass takes at most */

/*
 * One pass: takes the definitions and the blocks of events that are handed over, each stream's in
 * order. With `gaps` nothing more will come: what is missing is not waited for.
 */
int drain_take(struct drain *drain, bool gaps, struct error *err);

static inline uint32_t drain_block_state(const struct drain *drain, uint32_t index)
{
    return atomic_load_explicit(&drain->session.channel->states[index], memory_order_acquire);
}

static inline uint32_t drain_block_kind(const struct channel_block *block)
{
    return atomic_load_explicit(&block->kind, memory_order_acquire);
}

static inline uint32_t drain_scan_end(const struct drain *drain)
{
    uint32_t end = atomic_load(&drain->session.channel->high_water);
    return end < drain->session.blocks ? end : drain->session.blocks;
}

/* The first error of several steps. */
static inline void drain_keep_first(int *result, int step, struct error *err,
                                    const struct error *later)
{
    if (step != 0 && *result == 0) {
        *result = -1;
        *err = *later;
    }
}

#endif
