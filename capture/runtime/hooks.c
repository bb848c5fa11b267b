/*
 * The hooks of -finstrument-functions and the common hot path of all hooks.
 *
 * This file and what it includes may not touch vector registers: -pg calls its
 * hooks where arguments and return values are in them.
 */
#pragma GCC target("general-regs-only")

#include "capture/runtime/hooks.h"
#include "capture/runtime/emit.h"
#include "capture/runtime/modules.h"
#include "capture/runtime/nested.h"
#include "capture/runtime/slow.h"

#define VISIBLE __attribute__((visibility("default")))

VISIBLE void __cyg_profile_func_enter(void *function, void *call_site);
VISIBLE void __cyg_profile_func_exit(void *function, void *call_site);

static inline void hook_begin(struct thread *thread, uintptr_t place)
{
    thread->busy = place;
    atomic_signal_fence(memory_order_seq_cst);
}

static inline void hook_end(struct thread *thread)
{
    atomic_signal_fence(memory_order_seq_cst);
    thread->busy = 0;
    atomic_signal_fence(memory_order_seq_cst);
    if (RARELY(thread->interrupted))
        nested_flush(thread);
}

static inline struct thread *hook_thread(enum hook_kind kind)
{
    struct thread *thread = thread_self;
    return RARELY(!thread) ? thread_begin(kind) : thread;
}

/* Whether an entry needs more than a push and an event. */
static inline bool enter_is_rare(struct thread *thread, uintptr_t place, uintptr_t function)
{
    const struct context *on = &thread->on;
    return place - on->low >= on->size || on->top->place <= place || on->top >= on->last ||
           (function - thread->module_low >= thread->module_size &&
            !modules_find(thread, function)) ||
           on->stream.cursor >= on->stream.limit ||
           atomic_load_explicit(&recording_stopped, memory_order_relaxed);
}

static inline bool enter(struct thread *thread, const struct entry *entry)
{
    if (RARELY(enter_is_rare(thread, entry->place, entry->function)) &&
        !outside(thread, slow_enter, entry))
        return false;
    struct frame *frame = thread->on.top + 1;
    frame->place = entry->place;
    frame->function = entry->mark;
    frame->origin = entry->origin;
    frame->marks = 0;
    atomic_signal_fence(memory_order_seq_cst);
    thread->on.top = frame;
    emit_enter(thread, entry->function, stream_now());
    return true;
}

static inline void leave(struct thread *thread, uint64_t now)
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
    struct entry entry = {place, (uintptr_t)function, (uintptr_t)function,
                          (uintptr_t)__builtin_return_address(0)};
    enter(thread, &entry);
    hook_end(thread);
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
               on->stream.cursor >= on->stream.limit)) {
        struct exit exit = {place, (uintptr_t)function, jumped};
        outside(thread, slow_leave, &exit);
    } else {
        leave(thread, now);
    }
    hook_end(thread);
}

#if defined(__x86_64__)

void hook_enter_return(uintptr_t *place, uintptr_t function)
{
    struct thread *thread = hook_thread(HOOK_RETURNS);
    if (RARELY(thread->busy) && nested_enter_return(thread, place, function))
        return;
    hook_begin(thread, (uintptr_t)place);
    struct entry entry = {(uintptr_t)place, function, 0, *place};
    if (enter(thread, &entry))
        *place = (uintptr_t)return_trampoline;
    hook_end(thread);
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
        origin = outside(thread, slow_return, &place);
    else
        leave(thread, now);
    hook_end(thread);
    return origin;
}

#endif
