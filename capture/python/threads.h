/*
 * Recorded threads, and when they are recorded.
 *
 * The main thread: while the frame of `<module>` in `__main__` is open, so that
 * the interpreter's start and end stay out. Other threads: from their first
 * event after that. The check costs nothing while it cannot matter: `watch` is
 * the depth below which enter and leave have to be looked at, and it is at its
 * highest while nothing is recorded.
 *
 * A forked child begins with nothing recorded as open. Frames that its parent
 * had open are `hidden`: their ends are seen and not written.
 */
#ifndef NCPROF_CAPTURE_PYTHON_THREADS_H
#define NCPROF_CAPTURE_PYTHON_THREADS_H

#include "capture/channel/stream.h"
#include "capture/python/choice.h"
#include "capture/python/functions.h"
#include "capture/python/segments.h"

struct thread {
    struct stream stream; /* its depth: frames recorded and open */
    uint32_t watch;
    uint32_t hidden;
    uint32_t hidden_outside; /* of these, so many lie outside of all that is included */
    uint32_t looks;          /* for the thread's name */
    bool main, recording;
    bool green;                          /* on another stack than it was born with */
    struct threads_greenlets *greenlets; /* greenlets.h; NULL: it had none */
    struct choice_skips skips;           /* frames that are not recorded */
    struct segments stack;               /* segments.h */
    const void *main_code;               /* of `<module>` in `__main__` */
    PyObject *name;                      /* as it was told to the channel */
};

/* This thread's; NULL before its first event. */
extern __thread struct thread *threads_current;

/* Makes the calling thread the main one, and looks after forks. */
bool threads_open(void);
/* A thread without a state had an event: its new state, or NULL when it is not to be recorded. */
struct thread *threads_begin(void);

/* NULL: nothing is to be recorded here. A thread state can move between the system's threads. */
static inline struct thread *threads_this(void)
{
    struct thread *thread = threads_current;
    return __builtin_expect(thread != NULL, 1) ? thread : threads_begin();
}

/*
 * The usual enter or leave of a hook, in which nothing is called, so that it needs no registers
 * saved. False: nothing was done, threads_enter_*() and threads_leave() it is. `thread` may be
 * NULL; `key` as functions.h has it.
 */
static inline __attribute__((always_inline)) bool threads_enter_quickly(struct thread *thread,
                                                                        const void *key)
{
    if (__builtin_expect(!thread || !stream_is_quick(), 0) ||
        __builtin_expect(thread->stream.depth < thread->watch || choice_is_stopped(), 0))
        return false;
    uint32_t function = functions_find(key);
    uint64_t now = stream_now();
    if (__builtin_expect(function == FUNCTIONS_UNSEEN || !stream_fits(&thread->stream, now), 0))
        return false;
    stream_enter(&thread->stream, function, now);
    thread->stream.depth++;
    return true;
}

static inline __attribute__((always_inline)) bool threads_leave_quickly(struct thread *thread)
{
    if (__builtin_expect(!thread || !stream_is_quick(), 0) ||
        __builtin_expect(thread->stream.depth <= thread->watch, 0))
        return false;
    uint64_t now = stream_now();
    if (__builtin_expect(!stream_fits(&thread->stream, now), 0))
        return false;
    stream_leave(&thread->stream, now);
    thread->stream.depth--;
    return true;
}

/* Out of the way: whether the enter or leave at a watched depth is to be written. */
bool threads_may_enter(struct thread *thread, PyObject *code, PyObject *globals);
bool threads_may_enter_builtin(struct thread *thread, PyMethodDef *definition, PyObject *callable);
bool threads_may_leave(struct thread *thread, const void *key);
/* Watches what has to be now. */
void threads_settle(struct thread *thread);

/* `globals` of the frame; NULL: it is the current one. */
static inline void threads_enter_code(struct thread *thread, PyObject *code, PyObject *globals)
{
    if (__builtin_expect(thread->stream.depth < thread->watch || choice_is_stopped(), 0) &&
        !threads_may_enter(thread, code, globals))
        return;
    uint32_t function = functions_of_code(code, globals);
    stream_enter(&thread->stream, function, stream_now());
    thread->stream.depth++;
}

static inline void threads_enter_builtin(struct thread *thread, PyMethodDef *definition,
                                         PyObject *callable)
{
    if (__builtin_expect(thread->stream.depth < thread->watch || choice_is_stopped(), 0) &&
        !threads_may_enter_builtin(thread, definition, callable))
        return;
    uint32_t function = functions_of_builtin(definition, callable);
    stream_enter(&thread->stream, function, stream_now());
    thread->stream.depth++;
}

/* `key` as functions.h has it. */
static inline void threads_leave(struct thread *thread, const void *key)
{
    uint64_t now = stream_now();
    if (__builtin_expect(thread->stream.depth <= thread->watch, 0) &&
        !threads_may_leave(thread, key))
        return;
    stream_leave(&thread->stream, now);
    thread->stream.depth--;
}

#endif
