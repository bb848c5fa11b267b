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
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <unwind.h>

#define VISIBLE    __attribute__((visibility("default")))
#define DEPTH_MOST 1024

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

_Unwind_Reason_Code
trampoline_personality(int version, _Unwind_Action actions, _Unwind_Exception_Class class,
                       struct _Unwind_Exception *exception, struct _Unwind_Context *context)
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
 * The frame above the top, when its hook has popped it and is still at work, or about to go on to
 * the real address: a thread can be cancelled at that moment. One that has long returned may look
 * the same; to put its address back does no harm, and the unwinder asks again.
 */
static struct frame *popped_frame(const struct thread *thread, uintptr_t here)
{
    struct frame *frame = thread->on.top + 1;
    bool whole = frame <= thread->on.end && frame->place > here &&
                 frame->place < thread->on.top->place &&
                 frame->place - thread->on.low < thread->on.size;
    return whole && is_replaced(thread, frame) ? frame : NULL;
}

static struct frame *innermost_replaced(const struct thread *thread)
{
    struct frame *frame = thread->on.top;
    while (frame > thread->on.frames && !is_replaced(thread, frame))
        frame--;
    return frame > thread->on.frames ? frame : NULL;
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
    struct frame *frame = popped_frame(thread, here);
    if (!frame)
        frame = innermost_replaced(thread);
    if (frame) {
        frame->marks |= FRAME_RESTORED;
        *(uintptr_t *)frame->place = frame->origin;
    }
    return _URC_CONTINUE_UNWIND;
}

VISIBLE int backtrace(void **buffer, int size);
VISIBLE _Unwind_Reason_Code _Unwind_Backtrace(_Unwind_Trace_Fn trace, void *data);

/* Puts the real return addresses of the stack that `here` is on in place. */
static struct thread *hide_trampolines(uintptr_t here)
{
    struct thread *thread = thread_self;
    if (!thread || thread == &thread_off)
        return NULL;
    if (here - thread->on.low >= thread->on.size)
        outside(thread, switch_here, &here);
    for (struct frame *frame = thread->on.top; frame > thread->on.frames; frame--) {
        if (frame->place > here && is_replaced(thread, frame)) {
            frame->marks |= FRAME_HIDDEN;
            *(uintptr_t *)frame->place = frame->origin;
        }
    }
    return thread;
}

static void show_trampolines(struct thread *thread)
{
    if (!thread)
        return;
    for (struct frame *frame = thread->on.top; frame > thread->on.frames; frame--) {
        if (frame->marks & FRAME_HIDDEN) {
            frame->marks &= ~(uintptr_t)FRAME_HIDDEN;
            *(uintptr_t *)frame->place = (uintptr_t)return_trampoline;
        }
    }
}

/* Our own frame, the innermost, is not to be seen; so one more is asked for than wanted. */
int backtrace(void **buffer, int size)
{
    int (*next)(void **, int) = (int (*)(void **, int))dlsym(RTLD_NEXT, "backtrace");
    void *all[DEPTH_MOST + 1];
    if (!next || size <= 0)
        return 0;
    struct thread *thread = hide_trampolines((uintptr_t)__builtin_frame_address(0));
    int count = size <= DEPTH_MOST ? next(all, size + 1) : next(buffer, size);
    show_trampolines(thread);
    if (count <= 0)
        return count;
    void **from = size <= DEPTH_MOST ? all : buffer;
    memmove(buffer, from + 1, (size_t)(count - 1) * sizeof *buffer);
    return count - 1;
}

struct walk {
    _Unwind_Trace_Fn trace;
    void *data;
    bool began;
};

static _Unwind_Reason_Code skip_own_frame(struct _Unwind_Context *context, void *data)
{
    struct walk *walk = data;
    if (walk->began)
        return walk->trace(context, walk->data);
    walk->began = true;
    return _URC_NO_REASON;
}

_Unwind_Reason_Code _Unwind_Backtrace(_Unwind_Trace_Fn trace, void *data)
{
    _Unwind_Reason_Code (*next)(_Unwind_Trace_Fn, void *) =
        (_Unwind_Reason_Code(*)(_Unwind_Trace_Fn, void *))dlsym(RTLD_NEXT, "_Unwind_Backtrace");
    struct walk walk = {trace, data, false};
    if (!next)
        return _URC_END_OF_STACK;
    struct thread *thread = hide_trampolines((uintptr_t)__builtin_frame_address(0));
    _Unwind_Reason_Code result = next(skip_own_frame, &walk);
    show_trampolines(thread);
    return result;
}

#endif
