#include "formats/readers/tracks.h"
#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

#define LOOK_AHEAD 16u /* among events of one time, for the end that fits */
#define NEVER      INT64_MAX

enum kind { END, BEGIN, SPAN };

struct event {
    int64_t at, end;
    uint32_t function;
    uint32_t order : 30, kind : 2; /* order: in the file */
};

struct track {
    uint32_t thread;
    bool unsorted;
    ARRAY(struct event) events;
};

/* A call in progress, or the part of one that is inside its caller's present part. */
struct call {
    uint32_t context, function;
    int64_t begin;   /* of the call */
    int64_t at;      /* of this part */
    int64_t end;     /* NEVER: an event will tell */
    int64_t first;   /* the first end of this call and those outside it */
    int64_t callees; /* time spent in them */
};

struct tracks {
    ARRAY(struct track) items;
    ARRAY(struct call) stack;
    uint32_t *begun; /* by function: how many calls on the stack wait for their end */
    struct histogram *latency;
    uint32_t functions; /* of the two above */
    struct build *build;
    const uint32_t *names; /* functions of the build */
    uint32_t root;
    int64_t now;
    int64_t first, last; /* of all tracks */
    uint64_t unmatched, overlapping, unfinished;
};

struct tracks *tracks_new(void)
{
    struct tracks *tracks = memory_zeroed(1, sizeof *tracks);
    tracks->first = INT64_MAX;
    tracks->last = INT64_MIN;
    return tracks;
}

void tracks_free(struct tracks *tracks)
{
    if (!tracks)
        return;
    for (uint32_t i = 0; i < tracks->items.count; i++)
        array_free(&tracks->items.data[i].events);
    for (uint32_t i = 0; tracks->latency && i < tracks->functions; i++)
        histogram_free(&tracks->latency[i]);
    array_free(&tracks->items);
    array_free(&tracks->stack);
    free(tracks->begun);
    free(tracks->latency);
    free(tracks);
}

/* ---- events as they come ---- */

uint32_t tracks_add(struct tracks *tracks)
{
    *array_push(&tracks->items) = (struct track){0};
    return tracks->items.count - 1;
}

void tracks_thread(struct tracks *tracks, uint32_t track, uint32_t thread)
{
    tracks->items.data[track].thread = thread;
}

static bool before(const struct event *a, const struct event *b)
{
    if (a->at != b->at)
        return a->at < b->at;
    if ((a->kind == SPAN) != (b->kind == SPAN))
        return b->kind == SPAN;
    if (a->kind == SPAN && a->end != b->end)
        return a->end > b->end;
    return a->order < b->order;
}

static void add(struct tracks *tracks, uint32_t index, struct event event)
{
    struct track *track = &tracks->items.data[index];
    event.order = track->events.count & ((1u << 30) - 1);
    if (track->events.count && before(&event, &track->events.data[track->events.count - 1]))
        track->unsorted = true;
    *array_push(&track->events) = event;
    int64_t last = event.kind == SPAN ? event.end : event.at;
    if (event.at < tracks->first)
        tracks->first = event.at;
    if (last > tracks->last)
        tracks->last = last;
    if (event.function != PROFILE_NONE && event.function >= tracks->functions)
        tracks->functions = event.function + 1;
}

void tracks_begin(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at)
{
    add(tracks, track, (struct event){.at = at, .function = function, .kind = BEGIN});
}

void tracks_end(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at)
{
    add(tracks, track, (struct event){.at = at, .function = function, .kind = END});
}

void tracks_span(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at,
                 int64_t duration)
{
    int64_t end;
    if (duration < 0)
        duration = 0;
    if (__builtin_add_overflow(at, duration, &end) || end == NEVER)
        end = NEVER - 1;
    add(tracks, track, (struct event){.at = at, .end = end, .function = function, .kind = SPAN});
}

static int compare(const void *a, const void *b)
{
    return before(a, b) ? -1 : 1;
}

/* ---- calls ---- */

static struct call *top_of(struct tracks *tracks)
{
    return tracks->stack.count ? &tracks->stack.data[tracks->stack.count - 1] : NULL;
}

/* The part of a call that begins now. */
static void push(struct tracks *tracks, struct call call)
{
    const struct call *top = top_of(tracks);
    call.context = build_context(tracks->build, top ? top->context : tracks->root,
                                 tracks->names[call.function]);
    call.at = tracks->now;
    call.callees = 0;
    call.first = top && top->first < call.end ? top->first : call.end;
    tracks->begun[call.function] += call.end == NEVER;
    *array_push(&tracks->stack) = call;
}

static void enter(struct tracks *tracks, uint32_t function, int64_t end)
{
    push(tracks, (struct call){.function = function, .begin = tracks->now, .end = end});
    build_context_calls(tracks->build, top_of(tracks)->context, 1);
}

/* The innermost part ends at `at`. */
static struct call pop(struct tracks *tracks, int64_t at)
{
    struct call call = tracks->stack.data[--tracks->stack.count];
    int64_t time = build_elapsed(call.at, at);
    struct call *caller = top_of(tracks);
    build_context_self(tracks->build, call.context, 0, time - call.callees);
    if (caller)
        caller->callees += time;
    tracks->begun[call.function] -= call.end == NEVER;
    return call;
}

static void leave(struct tracks *tracks, int64_t at)
{
    struct call call = pop(tracks, at);
    histogram_add(&tracks->latency[call.function], (uint64_t)build_elapsed(call.begin, at), 1);
}

/* The call at `index` ends now; those inside it go on. */
static void leave_at(struct tracks *tracks, uint32_t index)
{
    struct call inside[TRACKS_REOPEN];
    uint32_t count = 0;
    if (tracks->stack.count - 1 - index > TRACKS_REOPEN) {
        tracks->overlapping++;
        while (tracks->stack.count - 1 > index)
            leave(tracks, tracks->now);
    }
    while (tracks->stack.count - 1 > index)
        inside[count++] = pop(tracks, tracks->now);
    tracks->overlapping += count != 0;
    leave(tracks, tracks->now);
    while (count)
        push(tracks, inside[--count]);
}

/* Ends what ends at `at` or before, the earliest first. */
static void settle(struct tracks *tracks, int64_t at)
{
    while (tracks->stack.count && top_of(tracks)->first <= at) {
        uint32_t index = tracks->stack.count - 1;
        int64_t first = tracks->stack.data[index].first;
        while (tracks->stack.data[index].end != first)
            index--;
        if (first > tracks->now)
            tracks->now = first;
        leave_at(tracks, index);
    }
}

/* The innermost call that an end event of `function` can end; UINT32_MAX: none. */
static uint32_t begun_call(const struct tracks *tracks, uint32_t function)
{
    const struct call *calls = tracks->stack.data;
    uint32_t index = calls ? tracks->stack.count : 0;
    if (function != PROFILE_NONE && !tracks->begun[function])
        return UINT32_MAX;
    while (index--) {
        const struct call *call = &calls[index];
        if (call->end == NEVER && (function == PROFILE_NONE || call->function == function))
            return index;
    }
    return UINT32_MAX;
}

/* An end that does not fit now changes places with one of the same time that does. */
static void choose_end(struct tracks *tracks, struct event *events, uint32_t count)
{
    const struct call *top = top_of(tracks);
    bool fits = top && top->end == NEVER &&
                (events->function == top->function || events->function == PROFILE_NONE);
    bool begun = begun_call(tracks, events->function) != UINT32_MAX;
    for (uint32_t i = 1; !fits && i < count && i <= LOOK_AHEAD; i++) {
        struct event other = events[i];
        if (other.at != events->at || other.kind == SPAN)
            return;
        if (other.kind == END ? top && top->end == NEVER && other.function == top->function
                              : !begun && other.function == events->function) {
            events[i] = *events;
            *events = other;
            return;
        }
    }
}

static void apply(struct tracks *tracks, const struct event *event)
{
    const struct call *top = top_of(tracks);
    uint32_t index;
    switch (event->kind) {
    case SPAN:
        /* Beyond its caller's end by no more than what is rounded. */
        enter(tracks, event->function,
              top && event->end - 1 == top->first ? top->first : event->end);
        break;
    case BEGIN:
        enter(tracks, event->function, NEVER);
        break;
    default:
        index = begun_call(tracks, event->function);
        if (index == UINT32_MAX)
            tracks->unmatched++;
        else
            leave_at(tracks, index);
    }
}

static void lay_out(struct tracks *tracks, struct track *track)
{
    if (track->unsorted)
        qsort(track->events.data, track->events.count, sizeof *track->events.data, compare);
    tracks->root = build_root(tracks->build, track->thread);
    tracks->now = INT64_MIN;
    for (uint32_t i = 0; i < track->events.count; i++) {
        struct event *event = &track->events.data[i];
        settle(tracks, event->at);
        tracks->now = event->at;
        if (event->kind == END)
            choose_end(tracks, event, track->events.count - i);
        apply(tracks, event);
    }
    settle(tracks, NEVER - 1);
    tracks->unfinished += tracks->stack.count;
    while (tracks->stack.count)
        leave(tracks, tracks->now);
}

void tracks_finish(struct tracks *tracks, struct build *build, const uint32_t *functions)
{
    tracks->build = build;
    tracks->names = functions;
    tracks->begun = memory_zeroed(tracks->functions, sizeof *tracks->begun);
    tracks->latency = memory_zeroed(tracks->functions, sizeof *tracks->latency);
    for (uint32_t i = 0; i < tracks->items.count; i++) {
        lay_out(tracks, &tracks->items.data[i]);
        array_free(&tracks->items.data[i].events);
    }
    for (uint32_t i = 0; i < tracks->functions; i++)
        if (tracks->latency[i].count)
            build_latency(build, functions[i], &tracks->latency[i]);
    if (tracks->first <= tracks->last)
        build_times(build, 0, build_elapsed(tracks->first, tracks->last));
    build_flags(build, PROFILE_HAS_CALLS);
    build_note_count(build, tracks->unmatched,
                     "ends of spans are left out: they have no beginning");
    build_note_count(build, tracks->unfinished,
                     "spans have no end and last as long as their thread");
    build_note_count(build, tracks->overlapping,
                     "spans end before others that began inside them; these go on outside");
}
