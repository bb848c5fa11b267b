/*
 * Turns blocks of events into calls of the trace writer, one stream after the other.
 *
 * Keeps for each stream how deep it is: leaves without a frame are ignored and counted, so
 * that a program attached or forked in the middle of its calls cannot unbalance the trace.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_DECODE_H
#define NCPROF_CAPTURE_LAUNCHER_DECODE_H

#include "capture/launcher/ledger.h"
#include "capture/launcher/programs.h"

struct decoder;

struct decoder_state {
    uint32_t native_streams, python_streams;
    uint64_t events;     /* enters and leaves */
    uint64_t unmatched;  /* leaves without a frame */
    uint64_t missing;    /* events that an earlier recorder took and did not write */
    uint64_t span_ticks; /* from first to last event, added up over the streams */
    uint64_t cost_ticks; /* what the hooks are estimated to have cost; 0 unknown */
};

struct decoder *decoder_new(struct trace_writer *writer, struct programs *programs);
void decoder_free(struct decoder *decoder); /* NULL is allowed */

/* How a stream goes on after a block: it is the last, or its program died in it. */
enum block_end { BLOCK_CONTINUES, BLOCK_LAST, BLOCK_CUT };

/*
 * A stream that an earlier recorder has read in part: from `progress` on it is read again. The
 * first events of that, up to `written` since the thread began, are in the trace already.
 */
void decoder_restore(struct decoder *decoder, uint32_t number, uint32_t thread,
                     const struct ledger_progress *progress, uint64_t written);
/* Where a stream stands, after the last block that was taken. */
struct ledger_progress decoder_progress(const struct decoder *decoder, uint32_t number);
/* Its thread in the trace, made when the block is the stream's first; PROFILE_NONE: damaged. */
uint32_t decoder_thread(struct decoder *decoder, const struct channel_block *block);

/* The sequence number of the block to be taken next; UINT32_MAX for an absurd stream. */
uint32_t decoder_expected(const struct decoder *decoder, uint32_t stream);
/*
 * Takes a block. `used` becomes the bytes that held events. On failure the whole block is taken
 * all the same: the first error of the writer is passed on.
 */
int decoder_take(struct decoder *decoder, const struct channel_block *block, enum block_end end,
                 uint32_t *used, struct error *err);
/* No more blocks will come: closes what is open in every stream. */
int decoder_finish(struct decoder *decoder, struct error *err);

struct decoder_state decoder_state(const struct decoder *decoder);

#endif
