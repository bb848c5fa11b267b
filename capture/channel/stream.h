/*
 * A thread's stream of events into the channel: the hot path of every recorder.
 *
 * The owner keeps one `struct stream` a thread (a pointer in thread-local
 * storage; stay small: extensions have little static TLS). The inline
 * functions are the fast path: one clock read, one store, one compare. What is
 * rare (block full, long pause, other half of the address space) is
 * in target.c.
 *
 * Not async-signal-safe by itself: a hook guards itself against being entered
 * again by a signal handler (runtime/hooks.c says how).
 */
#ifndef NCPROF_CAPTURE_CHANNEL_STREAM_H
#define NCPROF_CAPTURE_CHANNEL_STREAM_H

#include "capture/channel/layout.h"

#include <stdbool.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <x86intrin.h>
#endif

struct stream {
    char *cursor;    /* where the next event goes */
    char *limit;     /* at or past it, stream_refill() first; keeps STREAM_MARGIN free behind it */
    uint64_t ticks;  /* of the event before */
    uint32_t high;   /* upper half of the last function's address, as the block knows it */
    uint32_t number; /* in the session */
    uint32_t sequence;
    uint32_t block; /* index of the open block; UINT32_MAX: none */
    uint32_t depth; /* frames open; kept by the hooks: changed after the event is written */
    uint32_t lost;  /* events since the last block that was to be had */
    uint32_t kind;  /* enum channel_kind */
    int32_t tid;    /* kept: a program may forbid itself to ask (seccomp) */
    char *scratch;  /* takes the events while stopped; the stream's own, or NULL */
    bool stopped;   /* the recorder is gone or there is no block: events are counted, not kept */
};

#define STREAM_MARGIN 64u /* bytes: any event with all its escapes */

#pragma GCC visibility push(hidden) /* no detour through the GOT */
/* The session's clock; x86-64 with an invariant TSC reads that, everything else the vDSO. */
extern uint32_t stream_clock; /* enum channel_clock, set by target_attach() */
extern uint64_t stream_base;  /* what is added to it; 0 but for CHANNEL_CLOCK_CPU */
/* Opens the next block, or scratch memory: cursor < limit holds after it even if nothing is kept.
 */
void stream_refill(struct stream *stream, uint64_t now);
/* Writes ESCAPE_TIME; the following event then has dt 0. */
void stream_jump(struct stream *stream, uint64_t now);
#pragma GCC visibility pop

static inline uint64_t stream_now(void)
{
#if defined(__x86_64__)
    if (__builtin_expect(stream_clock == CHANNEL_CLOCK_TSC, 1))
        return __rdtsc();
#endif
    struct timespec t;
    clock_gettime(stream_clock == CHANNEL_CLOCK_CPU ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC,
                  &t);
    return stream_base + (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

/*
 * For hooks that keep all that calls something out of their usual way: whether the clock is read
 * without a call, and whether an event at `now` is written without one.
 */
static inline bool stream_is_quick(void)
{
#if defined(__x86_64__)
    return stream_clock == CHANNEL_CLOCK_TSC;
#else
    return false;
#endif
}

static inline bool stream_fits(const struct stream *stream, uint64_t now)
{
    return stream->cursor < stream->limit && now - stream->ticks <= CHANNEL_DT_MAX;
}

/* Ticks since the event before, as an event's first word wants it. */
static inline uint32_t stream_delta(struct stream *stream, uint64_t now)
{
    if (__builtin_expect(stream->cursor >= stream->limit, 0))
        stream_refill(stream, now);
    uint64_t delta = now - stream->ticks;
    if (__builtin_expect((int64_t)delta < 0, 0)) {
        delta = 0; /* another core's counter, a few ticks behind: time does not run backwards */
        now = stream->ticks;
    } else if (__builtin_expect(delta > CHANNEL_DT_MAX, 0)) {
        stream_jump(stream, now);
        delta = 0;
    }
    stream->ticks = now;
    return (uint32_t)delta << 2;
}

static inline void stream_word(struct stream *stream, uint32_t word)
{
    memcpy(stream->cursor, &word, sizeof word);
    stream->cursor += sizeof word;
}

static inline void stream_pair(struct stream *stream, uint32_t first, uint32_t second)
{
    uint64_t both = first | (uint64_t)second << 32; /* one store: seen whole or not at all */
    memcpy(stream->cursor, &both, sizeof both);
    stream->cursor += sizeof both;
}

static inline void stream_enter(struct stream *stream, uint32_t function, uint64_t now)
{
    uint32_t delta = stream_delta(stream, now);
    stream_pair(stream, delta | CHANNEL_ENTER, function);
}

static inline void stream_enter_address(struct stream *stream, uint64_t address, uint64_t now)
{
    uint32_t delta = stream_delta(stream, now);
    if (__builtin_expect((uint32_t)(address >> 32) != stream->high, 0)) {
        stream->high = (uint32_t)(address >> 32);
        stream_pair(stream, ESCAPE_HIGH << 2 | CHANNEL_ESCAPE, stream->high);
    }
    stream_pair(stream, delta | CHANNEL_ENTER, (uint32_t)address);
}

static inline void stream_leave(struct stream *stream, uint64_t now)
{
    stream_word(stream, stream_delta(stream, now) | CHANNEL_LEAVE);
}

#endif
