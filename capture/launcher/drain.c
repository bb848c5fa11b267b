#include "capture/launcher/drain_internal.h"
#include "capture/launcher/missed.h"
#include "capture/launcher/metadata.h"
#include "capture/launcher/processes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#define HOUSEKEEPING_NS INT64_C(1000000000)

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
    for (uint32_t i = 0, end = drain_scan_end(drain); i < end; i++) {
        const struct channel_block *block = channel_block_at(channel, i);
        uint32_t kind = drain_block_kind(block);
        if (drain_block_state(drain, i) != CHANNEL_TAKEN)
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
    int result = drain_take(drain, false, err);
    check_count(drain, now.nanoseconds);
    processes_look(programs_processes(drain->programs));
    if (now.nanoseconds - drain->last_housekeeping < HOUSEKEEPING_NS)
        return result;
    struct error later;
    drain->last_housekeeping = now.nanoseconds;
    session_hand_over_open(&drain->session, false);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    drain_keep_first(&result, write_state(drain, &later), err, &later);
    drain_keep_first(&result, processes_write(programs_processes(drain->programs), &later), err,
                     &later);
    drain_keep_first(&result, trace_writer_flush(drain->writer, &later), err, &later);
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
        drain_keep_first(&result, drain_take(drain, false, &later), err, &later);
    } while (drain->taken == DRAIN_BLOCKS);
    session_hand_over_open(&drain->session, true);
    do {
        drain_keep_first(&result, drain_take(drain, true, &later), err, &later);
    } while (drain->taken == DRAIN_BLOCKS);
    drain_keep_first(&result, decoder_finish(drain->decoder, &later), err, &later);
    drain_keep_first(&result, selection_note_stops(drain->session.channel, drain->writer, &later),
                     err, &later);
    drain_keep_first(&result, note_choices(drain, &later), err, &later);
    drain_keep_first(&result, missed_note(drain->session.channel, drain->writer, &later), err,
                     &later);
    if (drain->child)
        processes_waited(programs_processes(drain->programs), drain->child, drain->child_status);
    processes_look(programs_processes(drain->programs));
    processes_finish(programs_processes(drain->programs));
    drain_keep_first(&result, processes_write(programs_processes(drain->programs), &later), err,
                     &later);
    taken_release(drain->taken_blocks);
    struct clock_pair now = clock_read(drain->clock);
    trace_writer_sync(drain->writer, now.ticks, now.nanoseconds);
    return result;
}
