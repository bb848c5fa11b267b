/*
 * Blocks that the recorder has read and the trace does not hold yet: they are given back to the
 * programs when the chunk with their events is written.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_TAKEN_H
#define NCPROF_CAPTURE_LAUNCHER_TAKEN_H

#include "capture/launcher/ledger.h"
#include "formats/trace/trace_writer.h"

struct taken;

struct taken *taken_new(struct session *session, struct ledger *ledger,
                        struct trace_writer *writer);
/* Where the writer fails, blocks are kept for another try: no program waits for them. */
void taken_patient(struct taken *taken);
void taken_free(struct taken *taken); /* NULL is allowed */

/* A stream is about to be read for the first time, or goes on in `entry` of the ledger. */
void taken_stream(struct taken *taken, uint32_t number, uint32_t thread, uint32_t entry);

struct taken_block {
    uint32_t index;               /* FULL; now read */
    uint32_t used;                /* bytes that held events */
    bool last;                    /* nothing more comes in this stream */
    struct ledger_progress after; /* the stream where this block ends */
};

/*
 * A block of a stream. When blocks too many wait, the threads that have most of them are
 * written. Only that can fail.
 */
int taken_add(struct taken *taken, uint32_t number, const struct taken_block *block,
              struct error *err);
/* Gives back all whose events are in the trace. */
void taken_release(struct taken *taken);

/*
 * Definitions: read whole, kept. Those of programs that are dead, and that no events and no forked
 * program may need any more, are given back by taken_sweep(), from time to time.
 */
void taken_keep_definitions(struct taken *taken, uint32_t index);
void taken_sweep(struct taken *taken);

#endif
