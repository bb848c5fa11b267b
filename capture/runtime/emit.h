/*
 * Writing one event: as stream.h does, but what is rare goes through outside(),
 * so that the hooks leave the program's vector registers alone.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_EMIT_H
#define NCPROF_CAPTURE_RUNTIME_EMIT_H

#include "capture/runtime/slow.h"
#include "capture/runtime/thread.h"

/* Out of line and by value: the hot path's clock stays in a register. */
__attribute__((noinline, cold)) static uint64_t emit_settle(struct thread *thread, uint64_t now)
{
    return outside(thread, slow_settle, &now);
}

/* The low word of an event but for its kind. There is room in the block. */
__attribute__((always_inline)) static inline uint32_t emit_delta(struct thread *thread, uint64_t now)
{
    struct stream *stream = &thread->on.stream;
    uint64_t delta = now - stream->ticks;
    if (RARELY(delta > CHANNEL_DT_MAX)) {
        now = emit_settle(thread, now);
        delta = 0;
    }
    stream->ticks = now;
    return (uint32_t)delta << 2;
}

/* The event first, the depth after it: whoever interrupts in between can tell. */
__attribute__((always_inline)) static inline void emit_enter(struct thread *thread, uintptr_t function, uint64_t now)
{
    struct stream *stream = &thread->on.stream;
    uint32_t delta = emit_delta(thread, now);
    uint32_t high = (uint32_t)((uint64_t)function >> 32);
    if (RARELY(high != stream->high)) {
        stream->high = high;
        stream_pair(stream, ESCAPE_HIGH << 2 | CHANNEL_ESCAPE, high);
    }
    stream_pair(stream, delta | CHANNEL_ENTER, (uint32_t)function);
    stream->depth++;
}

__attribute__((always_inline)) static inline void emit_leave(struct thread *thread, uint64_t now)
{
    struct stream *stream = &thread->on.stream;
    stream_word(stream, emit_delta(thread, now) | CHANNEL_LEAVE);
    stream->depth--;
}

#endif
