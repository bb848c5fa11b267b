/*
 * The loaded programs and libraries, for the recorder to find names in.
 *
 * dlopen() is not interposed: it looks at its caller's RUNPATH, which would
 * become the recorder's. Instead an entered address that lies in no known module
 * makes the list be read again, before its event is written. dlclose(), which
 * has no such interest in its caller, is interposed, so that addresses used
 * again by another library are never taken for the old one's.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_MODULES_H
#define NCPROF_CAPTURE_RUNTIME_MODULES_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/* Defines all that is loaded. */
void modules_begin(void);
/* After fork, in the child, which has the parent's definitions. */
void modules_forked(void);
/* Whether a function's module is defined; remembers its range. Fit for hooks. */
bool modules_find(struct thread *thread, uintptr_t function);
/* Makes sure the module of a function is defined; outside only. */
void modules_know(struct thread *thread, uintptr_t function);
/* Asks which functions of the module are to be recorded and waits for the answer; outside only. */
void modules_ask(uintptr_t function);
/* Notices libraries that came and went unseen; cheap when there are none. */
void modules_refresh(void);

#pragma GCC visibility pop

#endif
