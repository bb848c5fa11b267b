/*
 * The hooks of -finstrument-functions and -pg: the hot path.
 *
 * This file and what it includes may not touch vector registers: -pg calls its
 * hooks where arguments and return values are in them.
 */
#if defined(__x86_64__)
#pragma GCC target("general-regs-only")
#endif

#include "capture/runtime/hooks.h"
#include "capture/runtime/emit.h"
#include "capture/runtime/modules.h"
#include "capture/runtime/nested.h"
#include "capture/runtime/slow.h"

#define VISIBLE    __attribute__((visibility("default")))
#define INLINE     __attribute__((always_inline)) static inline
#define NOT_INLINE __attribute__((noinline, cold)) static

VISIBLE void __cyg_profile_func_enter(void *function, void *call_site);
VISIBLE void __cyg_profile_func_exit(void *function, void *call_site);

INLINE void hook_begin(struct thread *thread, uintptr_t place)
{
    thread->busy = place;
    atomic_signal_fence(memory_order_seq_cst);
}

INLINE void hook_end(struct thread *thread)
{
    atomic_signal_fence(memory_order_seq_cst);
    thread->busy = 0;
    atomic_signal_fence(memory_order_seq_cst);
    if (RARELY(thread->interrupted))
        nested_flush(thread);
}

INLINE struct thread *hook_thread(enum hook_kind kind)
{
    struct thread *thread = thread_self;
    return RARELY(!thread) ? thread_begin(kind) : thread;
}

/*
 * Whether an entry needs more than a push and an event. `chained` counts the
 * frames at the same place that ended in a jump to this function.
 */
INLINE bool enter_is_rare(struct thread *thread, uintptr_t place, uintptr_t function,
                          uintptr_t chained)
{
    const struct context *on = &thread->on;
    return place - on->low >= on->size || on->top->place <= place - (chained != 0) ||
           chained > FRAME_CHAIN_MAX || on->top >= on->last ||
           (function - thread->module_low >= thread->module_size &&
            !modules_find(thread, function)) ||
           on->stream.cursor >= on->stream.limit ||
           atomic_load_explicit(&recording_stopped, memory_order_relaxed);
}

/* Out of line, as all that is rare, so that the hot path stays in registers. */
NOT_INLINE bool prepare(struct thread *thread, uintptr_t place, uintptr_t function, uintptr_t mark,
                        uintptr_t origin)
{
    struct entry entry = {place, function, mark, origin};
    return outside(thread, slow_enter, &entry);
}

/* Of a function with a replaced return address: how many have jumped on before it. */
INLINE uintptr_t chain(const struct thread *thread, uintptr_t mark, uintptr_t origin)
{
    if (mark || __builtin_expect(origin != (uintptr_t)return_trampoline, 1))
        return 0;
    return (thread->on.top->marks & FRAME_CHAINED) + FRAME_CHAIN_ONE;
}

INLINE bool enter(struct thread *thread, uintptr_t place, uintptr_t function, uintptr_t mark,
                  uintptr_t origin)
{
    uintptr_t chained = chain(thread, mark, origin);
    if (RARELY(enter_is_rare(thread, place, function, chained)) &&
        !prepare(thread, place, function, mark, origin))
        return false;
    struct frame *frame = thread->on.top + 1;
    frame->place = place;
    frame->function = mark;
    frame->origin = origin;
    frame->marks = chained;
    atomic_signal_fence(memory_order_seq_cst);
    thread->on.top = frame;
    emit_enter(thread, function, stream_now());
    return true;
}

INLINE void leave(struct thread *thread, uint64_t now)
{
    thread->on.top--;
    emit_leave(thread, now);
}

void __cyg_profile_func_enter(void *function, void *call_site)
{
    (void)call_site;
    struct thread *thread = hook_thread(HOOK_CALLS);
    uintptr_t place = (uintptr_t)__builtin_dwarf_cfa();
    if (RARELY(thread->busy) && nested_enter(thread, place, (uintptr_t)function))
        return;
    hook_begin(thread, place);
    enter(thread, place, (uintptr_t)function, (uintptr_t)function,
          (uintptr_t)__builtin_return_address(0));
    hook_end(thread);
}

NOT_INLINE void leave_rarely(struct thread *thread, uintptr_t place, uintptr_t function,
                             bool jumped)
{
    struct exit exit = {place, function, jumped};
    outside(thread, slow_leave, &exit);
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
    struct thread *thread = hook_thread(HOOK_CALLS);
    uintptr_t place = (uintptr_t)__builtin_dwarf_cfa();
    if (RARELY(thread->busy) && nested_leave(thread, place, (uintptr_t)function))
        return;
    hook_begin(thread, place);
    uint64_t now = stream_now();
    const struct context *on = &thread->on;
    /* Called at the function's end, or jumped to after it: then its frame is gone already. */
    bool jumped = __builtin_return_address(0) == call_site;
    if (RARELY(on->top->function != (uintptr_t)function || on->top[-jumped].place < place ||
               place - on->low > on->size || on->top->marks ||
               on->stream.cursor >= on->stream.limit))
        leave_rarely(thread, place, (uintptr_t)function, jumped);
    else
        leave(thread, now);
    hook_end(thread);
}

#if defined(__x86_64__)

void hook_enter_return(uintptr_t *place, uintptr_t function)
{
    struct thread *thread = hook_thread(HOOK_RETURNS);
    if (RARELY(thread->busy) && nested_enter_return(thread, place, function))
        return;
    hook_begin(thread, (uintptr_t)place);
    if (enter(thread, (uintptr_t)place, function, 0, *place))
        *place = (uintptr_t)return_trampoline;
    hook_end(thread);
}

NOT_INLINE uintptr_t return_rarely(struct thread *thread, uintptr_t place)
{
    return outside(thread, slow_return, &place);
}

uintptr_t hook_leave_return(uintptr_t place)
{
    struct thread *thread = hook_thread(HOOK_RETURNS);
    uintptr_t origin;
    if (RARELY(thread->busy) && nested_return(thread, place, &origin))
        return origin;
    hook_begin(thread, place);
    uint64_t now = stream_now();
    const struct frame *top = thread->on.top;
    origin = top->origin;
    if (RARELY(top->place != place || top->function || top->marks ||
               origin == (uintptr_t)return_trampoline ||
               thread->on.stream.cursor >= thread->on.stream.limit))
        origin = return_rarely(thread, place);
    else
        leave(thread, now);
    hook_end(thread);
    return origin;
}

#endif
