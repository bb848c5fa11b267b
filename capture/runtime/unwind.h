/* Real return addresses for those who walk the stack. */
#ifndef NCPROF_CAPTURE_RUNTIME_UNWIND_H
#define NCPROF_CAPTURE_RUNTIME_UNWIND_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

/*
 * Puts back the return addresses of frames whose end is taken for granted, on
 * stacks whose bounds are a guess: should one be alive, it returns by itself.
 */
void unwind_release(struct frame *first, struct frame *last);

#pragma GCC visibility pop

#endif
