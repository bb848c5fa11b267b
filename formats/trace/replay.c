#include "formats/trace/replay.h"

#include "formats/trace/events.h"

#include <stdlib.h>

/* Of one chunk's events; a writer's chunks unpack to 4 MiB at most. */
#define EVENTS_LIMIT (256u << 20)

struct replay {
    struct trace *trace;
    const struct replay_part *part;
    const struct replay_visitor *visitor;
    void *payload;
    uint32_t thread;
    ARRAY(uint32_t) stack; /* functions of the open frames */
    uint64_t ticks;        /* of the last event */
};

static void enter(struct replay *replay, uint32_t function)
{
    *array_push(&replay->stack) = function;
    replay->visitor->enter(replay->payload, function,
                           trace_clock_at(&replay->trace->clock, replay->ticks));
}

static void reopen(struct replay *replay, uint32_t function)
{
    if (!replay->part->open) {
        enter(replay, function);
        return;
    }
    *array_push(&replay->stack) = function;
    replay->part->open(replay->payload, function,
                       trace_clock_at(&replay->trace->clock, replay->ticks));
}

static void leave(struct replay *replay)
{
    uint32_t function = replay->stack.data[--replay->stack.count];
    replay->visitor->leave(replay->payload, function,
                           trace_clock_at(&replay->trace->clock, replay->ticks));
}

/* Enters the frames of the stack that the chunk says it begins with. */
static int enter_start(struct replay *replay, const struct events *events, struct error *err)
{
    const struct definitions *definitions = &replay->trace->definitions;
    const struct trace_tree *tree = &definitions->threads.data[replay->thread].tree;
    ARRAY(uint32_t) path = {0};
    if (events->start_context >= tree->contexts.count)
        return error_set(err, ERROR_FORMAT, "a chunk begins in a context that is not defined");
    for (uint32_t at = events->start_context; at; at = tree->contexts.data[at].parent)
        *array_push(&path) = tree->contexts.data[at].function;
    /* The folded context itself stands for the frames inside it. */
    uint32_t last = events->folded_count && path.count ? 1 : 0;
    while (path.count > last)
        reopen(replay, path.data[--path.count]);
    array_free(&path);
    struct decoder folded = {events->folded, events->tokens.at, false};
    for (uint32_t i = 0; i < events->folded_count; i++)
        reopen(replay, decoder_below(&folded, definitions->functions.count));
    return 0;
}

static int walk(struct replay *replay, struct events *events, struct error *err)
{
    uint32_t functions = replay->trace->definitions.functions.count;
    uint32_t function;
    unsigned leaves;
    while (events_token(events, &function, &leaves)) {
        if (function >= functions || leaves > replay->stack.count + (function ? 1 : 0))
            return error_set(err, ERROR_FORMAT, "an event that cannot be");
        if (function) {
            replay->ticks += events_delta(events);
            enter(replay, function);
        }
        for (; leaves > 0; leaves--) {
            replay->ticks += events_delta(events);
            leave(replay);
        }
    }
    if (!events_complete(events))
        return error_set(err, ERROR_FORMAT, "a chunk's columns do not fit each other");
    return 0;
}

static int replay_chunk(struct replay *replay, const struct chunk_place *place, bool continues,
                        struct error *err)
{
    struct chunk_header header;
    struct events events;
    struct trace *trace = replay->trace;
    if (chunk_decode(&header, trace->data, trace->size, place->offset, err) < 0 ||
        trace_unpack(trace, place->offset, &header, 2, EVENTS_LIMIT, err) < 0)
        return -1;
    if (!events_decode(&events, &trace->payload, header.events))
        return error_set(err, ERROR_FORMAT, "a chunk's events are damaged");
    replay->ticks = header.begin;
    while (!continues && replay->stack.count > 0)
        leave(replay);
    if (!continues && enter_start(replay, &events, err) < 0)
        return -1;
    return walk(replay, &events, err);
}

int trace_replay(struct trace *trace, uint32_t thread, const struct replay_visitor *visitor,
                 void *payload, struct error *err)
{
    static const struct replay_part all = {.to = UINT64_MAX};
    return trace_replay_part(trace, thread, &all, visitor, payload, err);
}

static bool overlaps(const struct trace *trace, const struct chunk_place *place,
                     const struct replay_part *part)
{
    uint64_t start = trace->clock.start;
    uint64_t begin = place->begin > start ? place->begin - start : 0;
    uint64_t end = place->end > start ? place->end - start : 0;
    return end >= part->from && begin <= part->to;
}

int trace_replay_part(struct trace *trace, uint32_t thread, const struct replay_part *part,
                      const struct replay_visitor *visitor, void *payload, struct error *err)
{
    struct replay replay = {
        .trace = trace, .part = part, .visitor = visitor, .payload = payload, .thread = thread};
    int result = 0;
    const struct chunk_place *previous = NULL;
    for (uint32_t i = 0; i < trace->table.chunks.count && result == 0; i++) {
        const struct chunk_place *place = &trace->table.chunks.data[i];
        if (place->type != CHUNK_DATA || place->thread != thread || place->events == 0 ||
            !overlaps(trace, place, part))
            continue;
        bool continues =
            previous && previous->end == place->begin && previous->open == replay.stack.count;
        result = replay_chunk(&replay, place, continues, err);
        if (result < 0 && !err->has_offset) {
            err->offset = place->offset;
            err->has_offset = 1;
        }
        previous = place;
    }
    array_free(&replay.stack);
    return result;
}
