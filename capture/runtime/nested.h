/* Hooks that a signal handler calls while it interrupts a hook of the same thread. */
#ifndef NCPROF_CAPTURE_RUNTIME_NESTED_H
#define NCPROF_CAPTURE_RUNTIME_NESTED_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/*
 * False: the interrupted hook turned out to be dead (the handler jumped out of
 * it); the thread is in order again and the event is an ordinary one.
 */
bool nested_enter(struct thread *thread, uintptr_t place, uintptr_t function);
bool nested_leave(struct thread *thread, uintptr_t place, uintptr_t function);
/* With a replaced return address; *replace says whether to replace it. */
bool nested_enter_return(struct thread *thread, uintptr_t *place, uintptr_t function);
bool nested_return(struct thread *thread, uintptr_t place, uintptr_t *origin);

/* The interrupted hook has ended: writes what was put aside. */
KEEPS_REGISTERS void nested_flush(struct thread *thread);

#pragma GCC visibility pop

#endif
