#include "capture/launcher/taken.h"
#include "formats/profile/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#define WAITING_MAX                                                                                \
    96u                /* blocks, 6 MiB: four threads at full speed until their chunks are full    \
                        */
#define SWEEP_FROM 64u /* kept definitions before it is worth looking */

struct stream {
    uint32_t number, thread, entry;
    uint32_t first; /* of `blocks` that waits */
    uint32_t place; /* in `waiting` */
    ARRAY(struct taken_block) blocks;
};

struct taken {
    struct session *session;
    struct ledger *ledger;
    struct trace_writer *writer;
    ARRAY(struct stream *) streams; /* by number; NULL: not begun, or ended */
    ARRAY(struct stream *) waiting; /* those with blocks */
    uint32_t blocks;                /* of all */
    bool patient;
    ARRAY(uint32_t) definitions; /* indices of blocks that are kept */
};

struct taken *taken_new(struct session *session, struct ledger *ledger, struct trace_writer *writer)
{
    struct taken *taken = memory_zeroed(1, sizeof *taken);
    taken->session = session;
    taken->ledger = ledger;
    taken->writer = writer;
    return taken;
}

void taken_patient(struct taken *taken)
{
    taken->patient = true;
}

static void stream_free(struct stream *stream)
{
    if (!stream)
        return;
    array_free(&stream->blocks);
    free(stream);
}

void taken_free(struct taken *taken)
{
    if (!taken)
        return;
    for (uint32_t i = 0; i < taken->streams.count; i++)
        stream_free(taken->streams.data[i]);
    array_free(&taken->streams);
    array_free(&taken->waiting);
    array_free(&taken->definitions);
    free(taken);
}

/* ---- streams ---- */

void taken_stream(struct taken *taken, uint32_t number, uint32_t thread, uint32_t entry)
{
    while (taken->streams.count <= number)
        *array_push(&taken->streams) = NULL;
    if (taken->streams.data[number])
        return;
    struct stream *stream = memory_zeroed(1, sizeof *stream);
    stream->number = number;
    stream->thread = thread;
    stream->entry = entry == LEDGER_NONE ? ledger_add(taken->ledger, number, thread) : entry;
    taken->streams.data[number] = stream;
}

static void wait_no_more(struct taken *taken, const struct stream *stream)
{
    struct stream *last = taken->waiting.data[--taken->waiting.count];
    taken->waiting.data[stream->place] = last;
    last->place = stream->place;
}

static void end_stream(struct taken *taken, struct stream *stream)
{
    if (stream->entry != LEDGER_NONE)
        ledger_remove(taken->ledger, stream->entry);
    taken->streams.data[stream->number] = NULL;
    stream_free(stream);
}

/*
 * The ledger first: from there on the blocks before it are never read again. All that can go goes
 * with one entry.
 */
static void release(struct taken *taken, struct stream *stream)
{
    uint64_t written = trace_writer_written(taken->writer, stream->thread);
    bool kept = stream->entry != LEDGER_NONE, ended = false;
    uint32_t end = stream->first;
    while (end < stream->blocks.count &&
           (!kept || stream->blocks.data[end].after.events <= written))
        end++;
    if (end == stream->first || (taken->patient && trace_writer_failed(taken->writer)))
        return;
    if (kept)
        ledger_advance(taken->ledger, stream->entry, &stream->blocks.data[end - 1].after);
    for (uint32_t i = stream->first; i < end; i++) {
        const struct taken_block *block = &stream->blocks.data[i];
        ended = block->last;
        session_free_block(taken->session, block->index, block->used);
    }
    taken->blocks -= end - stream->first;
    stream->first = end;
    if (end < stream->blocks.count)
        return;
    stream->first = stream->blocks.count = 0;
    wait_no_more(taken, stream);
    if (ended)
        end_stream(taken, stream);
}

/* In a small session half of what there is. */
static uint32_t waiting_max(const struct taken *taken)
{
    uint32_t half = taken->session->blocks / 2;
    return half < WAITING_MAX ? half : WAITING_MAX;
}

void taken_release(struct taken *taken)
{
    for (uint32_t i = taken->waiting.count; i-- > 0;)
        release(taken, taken->waiting.data[i]);
}

static struct stream *fullest(const struct taken *taken)
{
    struct stream *found = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < taken->waiting.count; i++) {
        struct stream *stream = taken->waiting.data[i];
        if (stream->blocks.count - stream->first > most) {
            most = stream->blocks.count - stream->first;
            found = stream;
        }
    }
    return found;
}

int taken_add(struct taken *taken, uint32_t number, const struct taken_block *block,
              struct error *err)
{
    int result = 0;
    struct stream *stream = number < taken->streams.count ? taken->streams.data[number] : NULL;
    session_take_block(taken->session, block->index);
    if (!stream) { /* a program has scribbled over the block since it was looked at */
        session_free_block(taken->session, block->index, block->used);
        return 0;
    }
    if (stream->blocks.count == 0) {
        stream->place = taken->waiting.count;
        *array_push(&taken->waiting) = stream;
    }
    *array_push(&stream->blocks) = *block;
    taken->blocks++;
    release(taken, stream);
    while (taken->blocks > waiting_max(taken) &&
           !(taken->patient && trace_writer_failed(taken->writer))) {
        struct stream *full = fullest(taken);
        if (trace_writer_flush_thread(taken->writer, full->thread, err) != 0)
            result = -1;
        release(taken, full);
    }
    return result;
}

/* ---- definitions ---- */

void taken_keep_definitions(struct taken *taken, uint32_t index)
{
    session_take_block(taken->session, index);
    *array_push(&taken->definitions) = index;
}

/* Programs by their numbers: which are needed, and whom they were forked from. */
struct need {
    bool *needed;
    uint32_t *parent;
    uint32_t count;
};

static void need(struct need *need, uint32_t program)
{
    while (program < need->count && !need->needed[program]) {
        need->needed[program] = true;
        program = need->parent[program];
    }
}

static bool is_alive(const struct taken *taken, const struct channel_block *block)
{
    return block->pid <= 0 || block->pid_namespace != taken->session->channel->pid_namespace ||
           kill(block->pid, 0) == 0 || errno != ESRCH;
}

static void find_parents(const struct taken *taken, struct need *needs)
{
    for (uint32_t i = 0; i < taken->definitions.count; i++) {
        const struct channel_block *block =
            channel_block_at(taken->session->channel, taken->definitions.data[i]);
        if (block->program < needs->count)
            needs->parent[block->program] = block->parent;
    }
}

/* Alive is who says so in any block; a program's own events, or those of a fork of it, need it. */
static void find_needed(const struct taken *taken, struct need *needs)
{
    struct channel_header *channel = taken->session->channel;
    uint32_t end = atomic_load(&channel->high_water);
    for (uint32_t i = 0; i < end && i < taken->session->blocks; i++) {
        if (atomic_load(&channel->states[i]) == CHANNEL_FREE)
            continue;
        const struct channel_block *block = channel_block_at(channel, i);
        uint32_t kind = atomic_load(&block->kind);
        if (kind == 0)
            continue;
        if (kind != CHANNEL_DEFINITIONS || is_alive(taken, block)) {
            need(needs, block->program);
            need(needs, block->parent);
        }
    }
}

void taken_sweep(struct taken *taken)
{
    struct channel_header *channel = taken->session->channel;
    if (taken->definitions.count < SWEEP_FROM)
        return;
    uint32_t count = atomic_load(&channel->streams);
    if (count > 1u << 22)
        return;
    struct need needs = {memory_zeroed(count, sizeof *needs.needed),
                         memory_alloc(count * sizeof *needs.parent), count};
    for (uint32_t i = 0; i < count; i++)
        needs.parent[i] = UINT32_MAX;
    find_parents(taken, &needs);
    find_needed(taken, &needs);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < taken->definitions.count; i++) {
        uint32_t index = taken->definitions.data[i];
        const struct channel_block *block = channel_block_at(channel, index);
        if (block->program >= count || needs.needed[block->program])
            taken->definitions.data[kept++] = index;
        else
            session_free_block(taken->session, index, CHANNEL_BLOCK_SIZE - (uint32_t)sizeof *block);
    }
    taken->definitions.count = kept;
    free(needs.needed);
    free(needs.parent);
}
