/* What is left of a hook's work when something is out of the ordinary. */
#ifndef NCPROF_CAPTURE_RUNTIME_RARE_H
#define NCPROF_CAPTURE_RUNTIME_RARE_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

#define RARE __attribute__((noinline, cold))

/* No thread is known yet, none is to be, or a hook of this thread has been interrupted. */
RARE void rare_first_enter(uintptr_t place, uintptr_t function, uintptr_t origin);
RARE void rare_first_leave(uintptr_t place, uintptr_t function, bool jumped);
KEEPS_REGISTERS RARE void rare_first_enter_return(uintptr_t *slot, uintptr_t function);
RARE uintptr_t rare_first_return(uintptr_t place);

/* The thread is busy with this. */
RARE void rare_enter(struct thread *thread, uintptr_t place, uintptr_t function, uintptr_t origin);
RARE void rare_leave(struct thread *thread, uintptr_t place, uintptr_t function, bool jumped);
KEEPS_REGISTERS RARE void rare_enter_return(struct thread *thread, uintptr_t *slot,
                                            uintptr_t function);
RARE uintptr_t rare_return(struct thread *thread, uintptr_t place);

/* The frame is pushed; the pause before it is too long for an event, or the clock ran backwards. */
KEEPS_REGISTERS RARE void rare_late_enter(struct thread *thread, uintptr_t function);

#pragma GCC visibility pop

#endif
