/* begin.c makes the memory, threads.c the rest. */
#ifndef NCPROF_CAPTURE_RUNTIME_THREADS_H
#define NCPROF_CAPTURE_RUNTIME_THREADS_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

struct beginning {
    uintptr_t place; /* on the thread's stack */
    enum hook_kind kind;
};

/* Outside only, with a struct beginning. 0: not to be recorded. */
uintptr_t thread_set_up(struct thread *thread, const void *data);

#pragma GCC visibility pop

#endif
