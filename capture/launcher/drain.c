#include "capture/launcher/drain.h"
#include "capture/launcher/choices.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/decode.h"
#include "capture/launcher/metadata.h"
#include "capture/launcher/processes.h"
#include "capture/launcher/programs.h"
#include "capture/launcher/taken.h"
#include "formats/profile/memory.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define BLOCKS_PER_CALL 256u
#define HOUSEKEEPING_NS INT64_C(1000000000)

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

static struct drain *drain_new(const struct session *session, struct trace_writer *writer)
{
    struct drain *drain = memory_zeroed(1, sizeof *drain);
    drain->session = *session;
    drain->clock = (enum channel_clock)session->channel->clock;
    drain->writer = writer;
    drain->programs = programs_new(writer);
    drain->decoder = decoder_new(writer, drain->programs);
    drain->ledger = ledger_new(&drain->session);
    drain->taken_blocks = taken_new(&drain->session, drain->ledger, writer);
    drain->opened = clock_read(drain->clock);
    drain->last_housekeeping = drain->opened.nanoseconds;
    return drain;
}

int drain_open(struct drain **out, struct trace_writer *writer, struct error *err)
{
    struct session session;
    if (session_open(&session, clock_choose(), err) != 0)
        return -1;
    *out = drain_new(&session, writer);
    struct trace_place place = trace_writer_place(writer);
    ledger_set_trace((*out)->ledger, place.path, place.target);
    return 0;
}

void drain_clock(struct drain *drain, enum channel_clock clock)
{
    drain->clock = clock;
    drain->opened = clock_read(clock);
    drain->session.channel->clock = clock;
    drain->session.channel->clock_base =
        clock == CHANNEL_CLOCK_CPU ? (uint64_t)drain->opened.nanoseconds : 0;
}

void drain_drop(struct drain *drain)
{
    drain->session.channel->drop = true;
}

void drain_python_only(struct drain *drain)
{
    drain->session.channel->python_only = true;
}

void drain_select(struct drain *drain, const struct selection *selection, int64_t start_ns)
{
    selection_begin(selection, drain->session.channel, start_ns);
    drain->choices = choices_new(&drain->session);
    programs_choose(drain->programs, drain->choices);
}

struct channel_header *drain_channel(struct drain *drain)
{
    return drain->session.channel;
}

static void drain_free(struct drain *drain)
{
    choices_free(drain->choices);
    taken_free(drain->taken_blocks);
    ledger_free(drain->ledger);
    decoder_free(drain->decoder);
    programs_free(drain->programs);
    array_free(&drain->ready);
    array_free(&drain->definitions);
    free(drain);
}

void drain_close(struct drain *drain)
{
    if (!drain)
        return;
    session_close(&drain->session);
    drain_free(drain);
}

void drain_leave(struct drain *drain)
{
    session_detach(&drain->session);
    drain_free(drain);
}

/* ---- blocks ---- */

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
    return end < drain->session.blocks ? end : drain->session.blocks;
}

/* ---- what a killed recorder left ---- */

/* Threads that the trace does not know yet begin anew: not one event of theirs is in it. */
static void restore_streams(struct drain *drain)
{
    uint32_t threads = trace_writer_thread_count(drain->writer);
    for (uint32_t i = 0; i < ledger_count(drain->ledger); i++) {
        const struct ledger_entry *entry = ledger_entry(drain->ledger, i);
        if (!entry)
            continue;
        uint32_t stream = atomic_load(&entry->stream) - 1;
        struct ledger_progress progress = ledger_progress(entry);
        if (entry->thread >= threads || stream >= atomic_load(&drain->session.channel->streams)) {
            ledger_remove(drain->ledger, i);
            continue;
        }
        decoder_restore(drain->decoder, stream, entry->thread, &progress,
                        trace_writer_written(drain->writer, entry->thread));
        taken_stream(drain->taken_blocks, stream, entry->thread, i);
    }
}

/* Blocks that were read are read again, but for those that the ledger is past. */
static void restore_blocks(struct drain *drain)
{
    struct channel_header *channel = drain->session.channel;
    for (uint32_t i = 0, end = scan_end(drain); i < end; i++) {
        const struct channel_block *block = channel_block_at(channel, i);
        uint32_t kind = block_kind(block);
        if (block_state(drain, i) != CHANNEL_TAKEN)
            continue;
        bool past = kind != CHANNEL_DEFINITIONS &&
                    block->sequence < decoder_expected(drain->decoder, block->stream);
        if (kind == 0 || past)
            session_free_block(&drain->session, i, CHANNEL_BLOCK_SIZE - (uint32_t)sizeof *block);
        else
            atomic_store(&channel->states[i], CHANNEL_FULL);
    }
}

struct drain *drain_resume(const struct session *session, struct trace_writer *writer)
{
    struct drain *drain = drain_new(session, writer);
    programs_resumed(drain->programs);
    taken_patient(drain->taken_blocks);
    restore_streams(drain);
    restore_blocks(drain);
    return drain;
}

const char *drain_path(const struct drain *drain)
{
    return drain->session.path;
}

void drain_ended(struct drain *drain, int32_t pid, int status)
{
    drain->child = pid;
    drain->child_status = status;
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
        .lost = atomic_load(&drain->session.channel->lost_events) + decoder.missing,
        .unmatched = decoder.unmatched,
        .open = processes_open(programs_processes(drain->programs)),
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
        uint32_t state = block_state(drain, i);
        if (state != CHANNEL_OPEN && state != CHANNEL_FULL)
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
    keep_first(&result, taken_add(drain->taken_blocks, number, &taken, &later), err, &later);
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
    for (uint32_t i = 0; i < drain->ready.count && drain->taken < BLOCKS_PER_CALL; i++) {
        const struct found *found = &drain->ready.data[i];
        uint32_t expected = decoder_expected(drain->decoder, found->stream);
        if (!gaps && expected != UINT32_MAX && expected != found->sequence)
            continue;
        struct channel_block *block = channel_block_at(drain->session.channel, found->index);
        struct error later;
        keep_first(&result, take_block(drain, block, found->index, &later), err, &later);
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

static int take(struct drain *drain, bool gaps, struct error *err)
{
    struct error later;
    scan_events(drain);
    int result = take_definitions(drain, err);
    keep_first(&result, take_events(drain, gaps, &later), err, &later);
    if (!session_grow(&drain->session))
        keep_first(&result, relieve(drain, &later), err, &later);
    session_beat(&drain->session);
    return result;
}

/* ---- housekeeping ---- */

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

cJSON *drain_costs(const struct drain *drain)
{
    struct clock_pair now = clock_read(drain->clock);
    double rate = clock_rate(&drain->opened, &now);
    return rate > 0 ? programs_costs(drain->programs, 1e9 / rate) : NULL;
}

/* A recorder that is killed cannot say it at the end. */
static int write_state(struct drain *drain, struct error *err)
{
    uint64_t lost = atomic_load(&drain->session.channel->lost_events);
    double measured = programs_measured(drain->programs);
    if (lost == drain->lost && measured <= 2 * drain->measured)
        return 0;
    drain->lost = lost;
    drain->measured = measured;
    char *state = metadata_state(lost, drain_costs(drain));
    int result = trace_writer_state(drain->writer, state, err);
    free(state);
    return result;
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
    session_hand_over_open(&drain->session, false);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    keep_first(&result, write_state(drain, &later), err, &later);
    keep_first(&result, processes_write(programs_processes(drain->programs), &later), err, &later);
    keep_first(&result, trace_writer_flush(drain->writer, &later), err, &later);
    taken_release(drain->taken_blocks);
    taken_sweep(drain->taken_blocks);
    return result;
}

static int note_choices(struct drain *drain, struct error *err)
{
    if (!choices_are_owed(&drain->session))
        return 0;
    return trace_writer_note(drain->writer,
                             "Not all functions that were to be left out are: a program that "
                             "asked which ones these are had no answer",
                             err);
}

int drain_rest(struct drain *drain, struct error *err)
{
    int result = 0;
    struct error later;
    session_end(&drain->session);
    do {
        keep_first(&result, take(drain, false, &later), err, &later);
    } while (drain->taken == BLOCKS_PER_CALL);
    session_hand_over_open(&drain->session, true);
    do {
        keep_first(&result, take(drain, true, &later), err, &later);
    } while (drain->taken == BLOCKS_PER_CALL);
    keep_first(&result, decoder_finish(drain->decoder, &later), err, &later);
    keep_first(&result, selection_note_stops(drain->session.channel, drain->writer, &later), err,
               &later);
    keep_first(&result, note_choices(drain, &later), err, &later);
    if (drain->child)
        processes_waited(programs_processes(drain->programs), drain->child, drain->child_status);
    processes_finish(programs_processes(drain->programs));
    keep_first(&result, processes_write(programs_processes(drain->programs), &later), err, &later);
    taken_release(drain->taken_blocks);
    struct clock_pair now = clock_read(drain->clock);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    return result;
}
