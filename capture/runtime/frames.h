/* Which frames at one place of the stack are alive when a hook is called there again. */
#ifndef NCPROF_CAPTURE_RUNTIME_FRAMES_H
#define NCPROF_CAPTURE_RUNTIME_FRAMES_H

#include "capture/runtime/slow.h"

/*
 * Of the frames at the very place of a new one, from `outermost` on: the first that has ended, or
 * NULL.
 *
 * With a return address that has not been replaced yet the caller has called anew.
 *
 * With -finstrument-functions they are alive if the new function was inlined into
 * them: the hook is then called from the code of the outermost of them, and not
 * from where it has been called already.
 */
static inline struct frame *frames_first_ended(struct frame *outermost, const struct frame *top,
                                               const struct entry *entry)
{
    if (!entry->mark)
        return outermost;
    for (struct frame *frame = outermost; frame <= top; frame++) {
        if (frame->origin == entry->origin)
            return frame;
    }
    uintptr_t outer = outermost->function;
    bool own_code = outer != entry->function && entry->function <= entry->origin &&
                    (outer > entry->origin || entry->function > outer);
    return own_code ? outermost : NULL;
}

static inline struct frame *frames_outermost(struct frame *top, uintptr_t place)
{
    while (top[-1].place == place)
        top--;
    return top;
}

#endif
