/*
 * -pg: letting the stack be walked although return addresses have been replaced.
 *
 * Exceptions, thread cancellation and pthread_exit() all go through the
 * unwinder, wherever the program has it from. At a replaced return address it
 * finds the trampoline's unwind table (mcount.S), and asks the personality
 * named there, before it reads where the frame returns to. That is the moment
 * to put the real address back. The frames so passed are about to be unwound;
 * their ends are written when something shallower is next entered or left.
 *
 * backtrace() asks no personality and the frames live on: it is interposed, and
 * the trampoline put back in place afterwards.
 */
#include "capture/runtime/unwind.h"
#include "capture/runtime/slow.h"

#include <dlfcn.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#define VISIBLE __attribute__((visibility("default")))

/* Reads or writes memory that may have been unmapped. */
static bool safe_read(uintptr_t place, uintptr_t *value)
{
    struct iovec here = {value, sizeof *value}, there = {(void *)place, sizeof *value};
    return process_vm_readv(getpid(), &here, 1, &there, 1, 0) == (ssize_t)sizeof *value;
}

static void safe_write(uintptr_t place, uintptr_t value)
{
    struct iovec here = {&value, sizeof value}, there = {(void *)place, sizeof value};
    if (process_vm_writev(getpid(), &here, 1, &there, 1, 0) != (ssize_t)sizeof value)
        return; /* gone: nothing will return there */
}

void unwind_release(struct frame *first, struct frame *last)
{
    for (struct frame *frame = last; frame >= first; frame--) {
        uintptr_t value;
        if (!frame->function && !(frame->marks & FRAME_RESTORED) &&
            safe_read(frame->place, &value) && value == (uintptr_t)return_trampoline)
            safe_write(frame->place, frame->origin);
    }
}

#if defined(__x86_64__)

_Unwind_Reason_Code trampoline_personality(int version, _Unwind_Action actions,
                                           _Unwind_Exception_Class class,
                                           struct _Unwind_Exception *exception,
                                           struct _Unwind_Context *context)
    __attribute__((visibility("hidden")));

static bool is_replaced(const struct thread *thread, const struct frame *frame)
{
    if (frame->function || frame->marks & FRAME_RESTORED)
        return false;
    uintptr_t value;
    if (!thread->on.foreign)
        value = *(const uintptr_t *)frame->place;
    else if (!safe_read(frame->place, &value))
        return false;
    return value == (uintptr_t)return_trampoline;
}

/* The frames of the stack that is being walked, which may not have met a hook lately. */
static uintptr_t switch_here(struct thread *thread, const void *place)
{
    return stacks_switch(thread, *(const uintptr_t *)place, false);
}

/*
 * One frame a call, the innermost first. A frame that died unnoticed may come in
 * between; the unwinder then finds the trampoline once more and asks again.
 */
_Unwind_Reason_Code trampoline_personality(int version, _Unwind_Action actions,
                                           _Unwind_Exception_Class class,
                                           struct _Unwind_Exception *exception,
                                           struct _Unwind_Context *context)
{
    (void)version, (void)actions, (void)class, (void)exception, (void)context;
    struct thread *thread = thread_self;
    if (!thread || thread == &thread_off)
        return _URC_CONTINUE_UNWIND;
    uintptr_t here = (uintptr_t)__builtin_frame_address(0);
    if (here - thread->on.low >= thread->on.size)
        outside(thread, switch_here, &here);
    struct frame *frame = thread->on.top;
    while (frame > thread->on.frames && !is_replaced(thread, frame))
        frame--;
    if (frame > thread->on.frames) {
        frame->marks |= FRAME_RESTORED;
        *(uintptr_t *)frame->place = frame->origin;
    }
    return _URC_CONTINUE_UNWIND;
}

#endif
