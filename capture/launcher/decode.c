#include "capture/launcher/decode.h"
#include "capture/launcher/events.h"
#include "formats/profile/memory.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define STREAM_MAX (1u << 22) /* streams in a session that are believed */

struct stream_state {
    struct program *program;
    uint32_t kind;     /* enum channel_kind */
    uint32_t thread;   /* in the trace */
    uint32_t expected; /* sequence number of the next block */
    uint32_t depth;    /* frames open in the trace */
    uint32_t hidden;   /* frames below them that were entered while events were lost */
    bool ended;
    uint64_t ticks;  /* of the last event */
    uint64_t events; /* given to the trace's thread */
    uint64_t known;  /* of these, so many are in the trace already: they are not given again */
};

struct decoder {
    struct trace_writer *writer;
    struct programs *programs;
    ARRAY(struct stream_state *) streams; /* by number; NULL: not seen */
    uint32_t pause; /* function of the trace for waiting; PROFILE_NONE: none yet */
    bool failed;
    struct error error; /* the writer's first */
    struct decoder_state state;
    struct event_functions functions; /* of the block that is being taken */
};

struct decoder *decoder_new(struct trace_writer *writer, struct programs *programs)
{
    struct decoder *decoder = memory_zeroed(1, sizeof *decoder);
    decoder->writer = writer;
    decoder->programs = programs;
    decoder->pause = PROFILE_NONE;
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (!decoder)
        return;
    for (uint32_t i = 0; i < decoder->streams.count; i++)
        free(decoder->streams.data[i]);
    array_free(&decoder->streams);
    free(decoder);
}

struct decoder_state decoder_state(const struct decoder *decoder)
{
    return decoder->state;
}

uint32_t decoder_expected(const struct decoder *decoder, uint32_t stream)
{
    if (stream >= STREAM_MAX)
        return UINT32_MAX;
    if (stream >= decoder->streams.count || !decoder->streams.data[stream])
        return 0;
    return decoder->streams.data[stream]->expected;
}

/* ---- frames ---- */

static void enter(struct decoder *decoder, struct stream_state *stream, uint32_t function,
                  uint64_t ticks)
{
    struct error err;
    stream->depth++;
    if (stream->events++ < stream->known)
        return;
    if (trace_writer_enter(decoder->writer, stream->thread, function, ticks, &err) != 0 &&
        !decoder->failed) {
        decoder->failed = true;
        decoder->error = err;
    }
}

static void leave(struct decoder *decoder, struct stream_state *stream, uint64_t ticks)
{
    struct error err;
    if (stream->depth == 0) {
        if (stream->hidden)
            stream->hidden--;
        else
            decoder->state.unmatched++;
        return;
    }
    stream->depth--;
    if (stream->events++ < stream->known)
        return;
    if (trace_writer_leave(decoder->writer, stream->thread, ticks, &err) != 0 && !decoder->failed) {
        decoder->failed = true;
        decoder->error = err;
    }
}

static void end_stream(struct decoder *decoder, struct stream_state *stream, bool cut)
{
    struct error err;
    if (cut)
        programs_left_open(decoder->programs, stream->program, stream->depth);
    stream->ended = true;
    stream->events += stream->depth; /* the writer leaves them */
    stream->depth = 0;
    stream->hidden = 0;
    if (trace_writer_thread_end(decoder->writer, stream->thread, stream->ticks, &err) != 0 &&
        !decoder->failed) {
        decoder->failed = true;
        decoder->error = err;
    }
}

/* ---- escapes ---- */

/* What was lost may have left any frame: none of those known can be believed in any more. */
static void lose(struct decoder *decoder, struct stream_state *stream)
{
    while (stream->depth)
        leave(decoder, stream, stream->ticks);
    stream->hidden = 0;
}

static void set_depth(struct decoder *decoder, struct stream_state *stream, uint32_t depth,
                      uint64_t ticks)
{
    if (depth > stream->depth + stream->hidden) {
        stream->hidden = depth - stream->depth;
        return;
    }
    while (stream->depth && stream->depth + stream->hidden > depth)
        leave(decoder, stream, ticks);
    if (stream->hidden > depth)
        stream->hidden = depth;
}

static void pause_until(struct decoder *decoder, struct stream_state *stream, uint64_t from,
                        uint64_t until)
{
    if (decoder->pause == PROFILE_NONE)
        decoder->pause = trace_writer_function(decoder->writer, "[waiting for the recorder]", "",
                                               "", 0, FUNCTION_UNKNOWN);
    enter(decoder, stream, decoder->pause, from);
    leave(decoder, stream, until);
}

/* False at the end of what is written, or of what makes sense. */
static bool escape(struct decoder *decoder, struct stream_state *stream, struct event_cursor *at)
{
    uint32_t what = *at->word >> 2;
    uint32_t words = what == ESCAPE_TIME || what == ESCAPE_PAUSE ? 3 : 2;
    if (at->end - at->word < words)
        return false;
    uint32_t value = at->word[1];
    uint64_t time = words == 3 ? value | (uint64_t)at->word[2] << 32 : at->ticks;
    if (time < at->ticks)
        time = at->ticks;
    switch (what) {
    case ESCAPE_TIME:
        break;
    case ESCAPE_HIGH:
        at->high = (uint64_t)value << 32;
        event_functions_clear(&decoder->functions);
        break;
    case ESCAPE_LOST:
        lose(decoder, stream);
        break;
    case ESCAPE_DEPTH:
        set_depth(decoder, stream, value, at->ticks);
        break;
    case ESCAPE_PAUSE:
        pause_until(decoder, stream, at->ticks, time);
        break;
    default:
        return false;
    }
    at->ticks = time;
    at->word += words;
    return true;
}

/* ---- events ---- */

static uint32_t function_of(struct decoder *decoder, const struct stream_state *stream,
                            const struct event_cursor *at, uint32_t word)
{
    bool lasting;
    uint32_t function = stream->kind == CHANNEL_PYTHON
                            ? programs_function(decoder->programs, stream->program, word, &lasting)
                            : programs_address(decoder->programs, stream->program, at->high | word,
                                               at->ticks, &lasting);
    if (lasting)
        event_functions_add(&decoder->functions, word, function);
    return function;
}

/* Any event, or an escape. False at the end of what is written, or of what makes sense. */
static bool take_one(struct decoder *decoder, struct stream_state *stream, struct event_cursor *at)
{
    uint32_t word = *at->word;
    if ((word & 3) == CHANNEL_ENTER && at->end - at->word >= 2) {
        at->ticks += word >> 2;
        enter(decoder, stream, function_of(decoder, stream, at, at->word[1]), at->ticks);
        at->word += 2;
        at->enters++;
        return true;
    }
    if ((word & 3) == CHANNEL_LEAVE) {
        at->ticks += word >> 2;
        leave(decoder, stream, at->ticks);
        at->word++;
        at->leaves++;
        return true;
    }
    return (word & 3) == CHANNEL_ESCAPE && escape(decoder, stream, at);
}

/* As many events as are ordinary and not in the trace already. */
static void take_many(struct decoder *decoder, struct stream_state *stream, struct event_cursor *at)
{
    struct trace_unit unit;
    struct event_log *log = trace_writer_log(decoder->writer, stream->thread, &unit);
    if (!log || stream->events < stream->known)
        return;
    uint64_t enters = at->enters, leaves = at->leaves;
    events_take(log, unit, &decoder->functions, at);
    enters = at->enters - enters;
    leaves = at->leaves - leaves;
    stream->depth += (uint32_t)(enters - leaves);
    stream->events += enters + leaves;
}

static void take_events(struct decoder *decoder, struct stream_state *stream,
                        struct event_cursor *at)
{
    event_functions_clear(&decoder->functions);
    do {
        take_many(decoder, stream, at);
    } while (at->word < at->end && take_one(decoder, stream, at));
    decoder->state.events += at->enters + at->leaves;
    decoder->state.cost_ticks += at->enters * programs_cost(stream->program);
}

/* A restored one gets its program with its first block. */
static struct stream_state *known_stream(struct decoder *decoder, struct stream_state *stream,
                                         const struct channel_block *block)
{
    if (!stream->program) {
        stream->program = programs_get(decoder->programs, block);
        stream->kind = atomic_load(&block->kind);
        programs_thread_known(decoder->programs, block->stream, stream->thread);
    }
    return stream->program ? stream : NULL;
}

static struct stream_state *stream_of(struct decoder *decoder, const struct channel_block *block)
{
    if (block->stream >= STREAM_MAX)
        return NULL;
    while (decoder->streams.count <= block->stream)
        *array_push(&decoder->streams) = NULL;
    if (decoder->streams.data[block->stream])
        return known_stream(decoder, decoder->streams.data[block->stream], block);
    struct program *program = programs_get(decoder->programs, block);
    if (!program)
        return NULL;
    struct stream_state *stream = memory_zeroed(1, sizeof *stream);
    stream->program = program;
    stream->kind = atomic_load(&block->kind);
    stream->thread = trace_writer_thread(
        decoder->writer, programs_process(decoder->programs, program, block->pid),
        (uint64_t)block->tid, programs_thread_name(decoder->programs, block->stream));
    programs_thread_known(decoder->programs, block->stream, stream->thread);
    if (stream->kind == CHANNEL_PYTHON)
        decoder->state.python_streams++;
    else
        decoder->state.native_streams++;
    decoder->streams.data[block->stream] = stream;
    return stream;
}

void decoder_restore(struct decoder *decoder, uint32_t number, uint32_t thread,
                     const struct ledger_progress *progress, uint64_t written)
{
    if (number >= STREAM_MAX)
        return;
    while (decoder->streams.count <= number)
        *array_push(&decoder->streams) = NULL;
    if (decoder->streams.data[number])
        return;
    struct stream_state *stream = memory_zeroed(1, sizeof *stream);
    stream->thread = thread;
    stream->expected = progress->sequence;
    stream->depth = progress->depth;
    stream->hidden = progress->hidden;
    stream->events = progress->events;
    stream->known = written;
    uint64_t missing = trace_writer_skip(decoder->writer, thread, progress->events);
    if (missing) { /* of the frames that the trace has open, none can be believed in */
        stream->hidden += stream->depth;
        stream->depth = 0;
        stream->known = progress->events;
        decoder->state.missing += missing;
    }
    decoder->streams.data[number] = stream;
}

struct ledger_progress decoder_progress(const struct decoder *decoder, uint32_t number)
{
    static const struct stream_state none;
    const struct stream_state *stream =
        number < decoder->streams.count ? decoder->streams.data[number] : NULL;
    if (!stream)
        stream = &none;
    return (struct ledger_progress){.sequence = stream->expected,
                                    .depth = stream->depth,
                                    .hidden = stream->hidden,
                                    .events = stream->events};
}

uint32_t decoder_thread(struct decoder *decoder, const struct channel_block *block)
{
    const struct stream_state *stream = stream_of(decoder, block);
    return stream ? stream->thread : PROFILE_NONE;
}

static int pass_error_on(struct decoder *decoder, struct error *err)
{
    if (!decoder->failed)
        return 0;
    decoder->failed = false;
    *err = decoder->error;
    return -1;
}

int decoder_take(struct decoder *decoder, const struct channel_block *block, enum block_end end,
                 uint32_t *used, struct error *err)
{
    *used = CHANNEL_BLOCK_WORDS * 4;
    struct stream_state *stream = stream_of(decoder, block);
    if (!stream)
        return error_set(err, ERROR_FORMAT, "damaged block of events from process %d", block->pid);
    const uint32_t *first = (const uint32_t *)(const void *)(block + 1);
    struct event_cursor at = {
        .word = first, .end = first + CHANNEL_BLOCK_WORDS, .ticks = block->base_ticks};
    if (at.ticks < stream->ticks)
        at.ticks = stream->ticks;
    uint64_t before = stream->ticks ? stream->ticks : at.ticks;
    take_events(decoder, stream, &at);
    decoder->state.span_ticks += at.ticks - before;
    stream->ticks = at.ticks;
    stream->expected = block->sequence + 1;
    if (end != BLOCK_CONTINUES)
        end_stream(decoder, stream, end == BLOCK_CUT);
    if (at.word < at.end && *at.word == 0)
        *used = (uint32_t)(at.word - first) * 4;
    return pass_error_on(decoder, err);
}

int decoder_finish(struct decoder *decoder, struct error *err)
{
    for (uint32_t i = 0; i < decoder->streams.count; i++) {
        struct stream_state *stream = decoder->streams.data[i];
        if (stream && !stream->ended)
            end_stream(decoder, stream, true);
    }
    return pass_error_on(decoder, err);
}
