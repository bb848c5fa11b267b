#include "capture/launcher/drain.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/decode.h"
#include "capture/launcher/programs.h"
#include "capture/launcher/session.h"
#include "formats/profile/memory.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#define BLOCKS_PER_CALL 256u
#define HOUSEKEEPING_NS INT64_C(1000000000)
#define DIED            2u /* in channel_block.last: the recorder found the program dead */

/* A block that a scan has found. */
struct found {
    uint32_t stream, sequence, index;
};

struct drain {
    struct session session;
    struct trace_writer *writer;
    struct programs *programs;
    struct decoder *decoder;
    enum channel_clock clock;
    ARRAY(struct found) ready, definitions;
    uint32_t taken;            /* blocks of events in the last pass */
    int64_t last_housekeeping; /* ns, CLOCK_MONOTONIC_RAW */
    uint32_t uncounted;        /* full_count at the last pass that found nothing */
    int64_t uncounted_since;
};

int drain_open(struct drain **out, struct trace_writer *writer, struct error *err)
{
    struct drain *drain = memory_zeroed(1, sizeof *drain);
    drain->clock = clock_choose();
    if (session_open(&drain->session, drain->clock, err) != 0) {
        free(drain);
        return -1;
    }
    drain->writer = writer;
    drain->programs = programs_new(writer);
    drain->decoder = decoder_new(writer, drain->programs);
    drain->last_housekeeping = clock_read(drain->clock).nanoseconds;
    *out = drain;
    return 0;
}

void drain_close(struct drain *drain)
{
    if (!drain)
        return;
    session_close(&drain->session);
    decoder_free(drain->decoder);
    programs_free(drain->programs);
    array_free(&drain->ready);
    array_free(&drain->definitions);
    free(drain);
}

const char *drain_path(const struct drain *drain)
{
    return drain->session.path;
}

void drain_wait(struct drain *drain, int timeout_ms)
{
    session_sleep(&drain->session, timeout_ms);
}

struct drain_state drain_state(const struct drain *drain)
{
    struct decoder_state decoder = decoder_state(drain->decoder);
    return (struct drain_state){
        .processes = atomic_load(&drain->session.channel->processes),
        .native_streams = decoder.native_streams,
        .python_streams = decoder.python_streams,
        .events = decoder.events,
        .lost = atomic_load(&drain->session.channel->lost_events),
        .unmatched = decoder.unmatched,
        .open_frames = decoder.open_frames,
        .cost_ticks = decoder.cost_ticks,
        .span_ticks = decoder.span_ticks,
    };
}

/* ---- finding blocks ---- */

static int compare_found(const void *left, const void *right)
{
    const struct found *a = left, *b = right;
    if (a->stream != b->stream)
        return a->stream < b->stream ? -1 : 1;
    return (a->sequence > b->sequence) - (a->sequence < b->sequence);
}

static uint32_t block_state(const struct drain *drain, uint32_t index)
{
    return atomic_load_explicit(&drain->session.channel->states[index], memory_order_acquire);
}

static uint32_t block_kind(const struct channel_block *block)
{
    return atomic_load_explicit(&block->kind, memory_order_acquire);
}

static uint32_t scan_end(const struct drain *drain)
{
    uint32_t end = atomic_load(&drain->session.channel->high_water);
    return end < CHANNEL_BLOCK_COUNT ? end : CHANNEL_BLOCK_COUNT;
}

/*
 * Events first, definitions second: what the events need was committed before they were handed
 * over, so a look at the definitions after that sees it all.
 */
static void scan_events(struct drain *drain)
{
    drain->ready.count = 0;
    for (uint32_t i = 0, end = scan_end(drain); i < end; i++) {
        if (block_state(drain, i) != CHANNEL_FULL)
            continue;
        const struct channel_block *block = channel_block_at(drain->session.channel, i);
        if (block_kind(block) != CHANNEL_DEFINITIONS)
            *array_push(&drain->ready) = (struct found){block->stream, block->sequence, i};
    }
}

static void scan_definitions(struct drain *drain)
{
    drain->definitions.count = 0;
    for (uint32_t i = 0, end = scan_end(drain); i < end; i++) {
        if (block_state(drain, i) == CHANNEL_FREE)
            continue;
        const struct channel_block *block = channel_block_at(drain->session.channel, i);
        if (block_kind(block) == CHANNEL_DEFINITIONS)
            *array_push(&drain->definitions) = (struct found){block->stream, block->sequence, i};
    }
}

/* ---- taking them ---- */

static void keep_first(int *result, int step, struct error *err, const struct error *later)
{
    if (step != 0 && *result == 0) {
        *result = -1;
        *err = *later;
    }
}

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
        bool complete = block_state(drain, found->index) == CHANNEL_FULL;
        struct error later;
        keep_first(&result, programs_read(drain->programs, block, complete, &later), err, &later);
        if (complete)
            session_free_block(&drain->session, found->index,
                               CHANNEL_BLOCK_SIZE - (uint32_t)sizeof *block);
    }
    return result;
}

static enum block_end end_of(const struct channel_block *block)
{
    return block->last == DIED ? BLOCK_CUT : block->last ? BLOCK_LAST : BLOCK_CONTINUES;
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
    for (uint32_t i = 0; i < drain->ready.count && drain->taken < BLOCKS_PER_CALL; i++) {
        const struct found *found = &drain->ready.data[i];
        uint32_t expected = decoder_expected(drain->decoder, found->stream);
        if (!gaps && expected != UINT32_MAX && expected != found->sequence)
            continue;
        struct channel_block *block = channel_block_at(drain->session.channel, found->index);
        struct error later;
        uint32_t used;
        keep_first(&result, decoder_take(drain->decoder, block, end_of(block), &used, &later), err,
                   &later);
        session_free_block(&drain->session, found->index, used);
        if (session_has_room(&drain->session))
            session_beat(&drain->session);
        drain->taken++;
    }
    return result;
}

static int take(struct drain *drain, bool gaps, struct error *err)
{
    struct error later;
    scan_events(drain);
    int result = take_definitions(drain, err);
    keep_first(&result, take_events(drain, gaps, &later), err, &later);
    session_grow(&drain->session);
    session_beat(&drain->session);
    return result;
}

/* ---- housekeeping ---- */

static bool is_dead(const struct drain *drain, const struct channel_block *block)
{
    return block->pid > 0 && block->pid_namespace == drain->session.channel->pid_namespace &&
           kill(block->pid, 0) != 0 && errno == ESRCH;
}

/* Hands over open blocks: of dead programs, or at the end everyone's. */
static void hand_over_open(struct drain *drain, bool all)
{
    struct channel_header *channel = drain->session.channel;
    for (uint32_t i = 0, end = scan_end(drain); i < end; i++) {
        struct channel_block *block = channel_block_at(channel, i);
        if (block_state(drain, i) != CHANNEL_OPEN || block_kind(block) == 0)
            continue;
        if (!all && !is_dead(drain, block))
            continue;
        uint32_t open = CHANNEL_OPEN;
        block->last = DIED;
        atomic_fetch_add(&channel->full_count, 1);
        if (!atomic_compare_exchange_strong(&channel->states[i], &open, CHANNEL_FULL))
            session_recount(&drain->session, 1);
    }
}

/* A program killed between counting a block and handing it over leaves the count too high. */
static void check_count(struct drain *drain, int64_t now)
{
    uint32_t full = atomic_load(&drain->session.channel->full_count);
    bool suspicious = full && drain->ready.count == 0;
    if (!suspicious || full != drain->uncounted) {
        drain->uncounted = suspicious ? full : 0;
        drain->uncounted_since = now;
    } else if (now - drain->uncounted_since > HOUSEKEEPING_NS / 10) {
        session_recount(&drain->session, full);
        drain->uncounted = 0;
    }
}

int drain_some(struct drain *drain, struct error *err)
{
    struct clock_pair now = clock_read(drain->clock);
    int result = take(drain, false, err);
    check_count(drain, now.nanoseconds);
    if (now.nanoseconds - drain->last_housekeeping < HOUSEKEEPING_NS)
        return result;
    struct error later;
    drain->last_housekeeping = now.nanoseconds;
    hand_over_open(drain, false);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    keep_first(&result, trace_writer_flush(drain->writer, &later), err, &later);
    return result;
}

int drain_rest(struct drain *drain, struct error *err)
{
    int result = 0;
    struct error later;
    session_end(&drain->session);
    do {
        keep_first(&result, take(drain, false, &later), err, &later);
    } while (drain->taken == BLOCKS_PER_CALL);
    hand_over_open(drain, true);
    do {
        keep_first(&result, take(drain, true, &later), err, &later);
    } while (drain->taken == BLOCKS_PER_CALL);
    keep_first(&result, decoder_finish(drain->decoder, &later), err, &later);
    struct clock_pair now = clock_read(drain->clock);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    return result;
}
