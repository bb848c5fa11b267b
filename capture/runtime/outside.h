/* switch.S: calls run(thread, data) on another stack with the vector registers saved. */
#ifndef NCPROF_CAPTURE_RUNTIME_OUTSIDE_H
#define NCPROF_CAPTURE_RUNTIME_OUTSIDE_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/* `state` has VECTOR_STATE bytes, aligned to 64. */
uintptr_t outside_switch(struct thread *thread, const void *data,
                         uintptr_t (*run)(struct thread *thread, const void *data), void *stack,
                         void *state);

#pragma GCC visibility pop

#endif
