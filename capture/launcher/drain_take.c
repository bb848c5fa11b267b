#include "capture/launcher/drain_internal.h"

#include <stdlib.h>

/* ---- finding blocks ---- */

static int compare_found(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

/*
 * Events first, definitions second: what the events need was committed before they were handed
 * over, so a look at the definitions after that sees it all.
 */
static void scan_events(struct drain *drain)
{
    drain->ready.count = 0;
    for (uint32_t i = 0, end = drain_scan_end(drain); i < end; i++) {
        if (drain_block_state(drain, i) != CHANNEL_FULL)
            continue;
        const struct channel_block *block = channel_block_at(drain->session.channel, i);
        if (drain_block_kind(block) != CHANNEL_DEFINITIONS)
            *array_push(&drain->ready) = (struct found){block->stream, block->sequence, i};
    }
}

static void scan_definitions(struct drain *drain)
{
    drain->definitions.count = 0;
    for (uint32_t i = 0, end = drain_scan_end(drain); i < end; i++) {
        uint32_t state = drain_block_state(drain, i);
        if (state != CHANNEL_OPEN && state != CHANNEL_FULL)
            continue;
        const struct channel_block *block = channel_block_at(drain->session.channel, i);
        if (drain_block_kind(block) == CHANNEL_DEFINITIONS)
            *array_push(&drain->definitions) = (struct found){block->stream, block->sequence, i};
    }
}

/* ---- taking them ---- */

static int take_definitions(struct drain *drain, struct error *err)
{
    int result = 0;
    scan_definitions(drain);
    if (drain->definitions.count > 1)
        qsort(drain->definitions.data, drain->definitions.count, sizeof *drain->definitions.data,
              compare_found);
    for (uint32_t i = 0; i < drain->definitions.count; i++) {
        const struct found *found = &drain->definitions.data[i];
        struct channel_block *block = channel_block_at(drain->session.channel, found->index);
        const struct program *program = programs_get(drain->programs, block);
        if (program && programs_expected(program) != found->sequence)
            continue;
        /* The state before the content: a block seen FULL here has all its content. */
        bool complete = drain_block_state(drain, found->index) == CHANNEL_FULL;
        struct error later;
        drain_keep_first(&result, programs_read(drain->programs, block, complete, &later), err,
                         &later);
        if (complete)
            taken_keep_definitions(drain->taken_blocks, found->index);
    }
    return result;
}

static enum block_end end_of(const struct channel_block *block)
{
    return block->last == SESSION_DIED ? BLOCK_CUT : block->last ? BLOCK_LAST : BLOCK_CONTINUES;
}

static int take_block(struct drain *drain, struct channel_block *block, uint32_t index,
                      struct error *err)
{
    uint32_t number = block->stream, thread = decoder_thread(drain->decoder, block);
    enum block_end end = end_of(block);
    struct taken_block taken = {.index = index, .last = end != BLOCK_CONTINUES};
    struct error later;
    if (thread != PROFILE_NONE)
        taken_stream(drain->taken_blocks, number, thread, LEDGER_NONE);
    int result = decoder_take(drain->decoder, block, end, &taken.used, err);
    if (thread == PROFILE_NONE) {
        session_take_block(&drain->session, index);
        session_free_block(&drain->session, index, taken.used);
        return result;
    }
    taken.after = decoder_progress(drain->decoder, number);
    drain_keep_first(&result, taken_add(drain->taken_blocks, number, &taken, &later), err, &later);
    return result;
}

/*
 * Takes the blocks found, each stream's in order. One that came before its predecessor was seen
 * waits for the next pass, unless there will be none (`gaps`).
 */
static int take_events(struct drain *drain, bool gaps, struct error *err)
{
    int result = 0;
    drain->taken = 0;
    if (drain->ready.count > 1)
        qsort(drain->ready.data, drain->ready.count, sizeof *drain->ready.data, compare_found);
    for (uint32_t i = 0; i < drain->ready.count && drain->taken < DRAIN_BLOCKS; i++) {
        const struct found *found = &drain->ready.data[i];
        uint32_t expected = decoder_expected(drain->decoder, found->stream);
        if (!gaps && expected != UINT32_MAX && expected != found->sequence)
            continue;
        struct channel_block *block = channel_block_at(drain->session.channel, found->index);
        struct error later;
        drain_keep_first(&result, take_block(drain, block, found->index, &later), err, &later);
        if (session_has_room(&drain->session))
            session_beat(&drain->session);
        drain->taken++;
    }
    return result;
}

/* No memory for another block: what was read goes into the file, and its blocks are free again. */
static int relieve(struct drain *drain, struct error *err)
{
    int result = trace_writer_flush(drain->writer, err);
    taken_release(drain->taken_blocks);
    if (!session_grow(&drain->session))
        session_exhaust(&drain->session);
    return result;
}

int drain_take(struct drain *drain, bool gaps, struct error *err)
{
    struct error later;
    scan_events(drain);
    int result = take_definitions(drain, err);
    drain_keep_first(&result, take_events(drain, gaps, &later), err, &later);
    if (!session_grow(&drain->session))
        drain_keep_first(&result, relieve(drain, &later), err, &later);
    session_beat(&drain->session);
    return result;
}
