/*
 * What hooks do rarely: other stacks, lost exits, full blocks, unknown modules.
 * Called through outside() only, unless said otherwise.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_SLOW_H
#define NCPROF_CAPTURE_RUNTIME_SLOW_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/* A function being entered. */
struct entry {
    uintptr_t place;    /* as in struct frame */
    uintptr_t function; /* for the event */
    uintptr_t mark;     /* for the frame: `function`, or 0 with a return address to replace */
    uintptr_t origin;
};

/* Of a struct entry. 0: it cannot be recorded, its return address is to be left alone. */
uintptr_t slow_enter(struct thread *thread, const void *data);

/* A function of -finstrument-functions being left; `place` is the stack pointer at the hook. */
struct exit {
    uintptr_t place;
    uintptr_t function;
    bool jumped; /* the hook was jumped to when the function's frame was gone already */
};
/* Of a struct exit. */
uintptr_t slow_leave(struct thread *thread, const void *data);

/* A function returns whose return address lay at *(const uintptr_t *)data: where to go on. */
uintptr_t slow_return(struct thread *thread, const void *data);

/* Writes the event of a frame that has been pushed, a function's address. */
uintptr_t slow_late_enter(struct thread *thread, const void *function);

/* A hook died halfway: makes the stream agree with the frames. */
void slow_repair(struct thread *thread);

/* Closes all open frames of the stack it runs on. */
void slow_close(struct thread *thread);

/* trampoline.S: replaced return addresses lead here. */
extern const char return_trampoline[];

/* stacks.c: the context whose stack holds `place`; false when there is none (and none may be made).
 */
bool stacks_switch(struct thread *thread, uintptr_t place, bool may_create);
/* The stack that `place` is on is the one the thread was born with. */
void stacks_begin(struct thread *thread, uintptr_t place);
/* Gives back all that is kept of several stacks but their own memory. */
void stacks_end(struct thread *thread);
bool frames_allocate(struct context *context);
bool frames_grow(struct context *context);
/* Gives back what a deep recursion has left. */
void frames_shrink(struct context *context);
void frames_free(struct context *context);

#pragma GCC visibility pop

#endif
