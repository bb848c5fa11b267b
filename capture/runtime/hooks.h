/* The hooks of -pg, called by mcount.S with the program's registers saved. */
#ifndef NCPROF_CAPTURE_RUNTIME_HOOKS_H
#define NCPROF_CAPTURE_RUNTIME_HOOKS_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/* `function` is an address within it; *place is its return address, which is replaced. */
KEEPS_REGISTERS void hook_enter_return(uintptr_t *place, uintptr_t function);
/* The return address that lay at `place`. */
uintptr_t hook_leave_return(uintptr_t place);

#pragma GCC visibility pop

#endif
