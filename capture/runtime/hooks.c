/*
 * The hooks of -finstrument-functions and -pg: the hot path.
 *
 * What is rare is a jump to rare.c, which then does all the rest of the hook's
 * work: so the hot path needs no saved registers. Neither file nor what they
 * include may touch vector registers: -pg calls its hooks where arguments and
 * return values are in them.
 */
#include "capture/runtime/hooks.h"
#include "capture/runtime/nested.h"
#include "capture/runtime/rare.h"
#include "capture/runtime/slow.h"

#define VISIBLE __attribute__((visibility("default")))
#define INLINE  __attribute__((always_inline)) static inline

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

INLINE uint64_t clock_now(void)
{
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#else
    return stream_now();
#endif
}

/* Not the one above: then every hook takes the long way. */
INLINE bool clock_is_slow(void)
{
#if defined(__x86_64__)
    return stream_clock != CHANNEL_CLOCK_TSC;
#else
    return false;
#endif
}

/*
 * Whether an entry needs more than a push and an event. `chained` counts the
 * frames at the same place that ended in a jump to this function.
 */
INLINE bool enter_is_rare(const struct thread *thread, uintptr_t place, uintptr_t function,
                          uintptr_t chained)
{
    const struct context *on = &thread->on;
    return place - on->low >= on->size || on->top->place <= place - (chained != 0) ||
           chained > FRAME_CHAIN_MAX || on->top >= on->last ||
           function - thread->module_low >= thread->module_size ||
           on->stream.cursor >= on->stream.limit || clock_is_slow() ||
           atomic_load_explicit(&recording_control.stopped, memory_order_relaxed);
}

INLINE void push(struct thread *thread, struct frame frame)
{
    struct frame *top = thread->on.top + 1;
    *top = frame;
    atomic_signal_fence(memory_order_seq_cst);
    thread->on.top = top;
}

/* The module's range lies within 4 GiB whose upper half the block knows: slow.c sees to that. */
INLINE void finish_enter(struct thread *thread, uintptr_t function)
{
    struct stream *stream = &thread->on.stream;
    uint64_t now = clock_now(), delta = now - stream->ticks;
    if (RARELY(delta > CHANNEL_DT_MAX)) {
        rare_late_enter(thread, function);
        return;
    }
    stream->ticks = now;
    char *cursor = stream->cursor;
    uint64_t event = (uint64_t)function << 32 | delta << 2 | CHANNEL_ENTER;
    memcpy(cursor, &event, sizeof event);
    stream->cursor = cursor + sizeof event;
    hook_end(thread);
}

INLINE void finish_leave(struct thread *thread, uint64_t now)
{
    struct stream *stream = &thread->on.stream;
    uint32_t event = (uint32_t)(now - stream->ticks) << 2 | CHANNEL_LEAVE;
    stream->ticks = now;
    char *cursor = stream->cursor;
    memcpy(cursor, &event, sizeof event);
    stream->cursor = cursor + sizeof event;
    hook_end(thread);
}

/* Whether a leave needs more than a pop and an event. */
INLINE bool leave_is_rare(const struct thread *thread, uint64_t now)
{
    const struct context *on = &thread->on;
    return on->top->marks || clock_is_slow() || on->stream.cursor >= on->stream.limit ||
           now - on->stream.ticks > CHANNEL_DT_MAX;
}

void __cyg_profile_func_enter(void *function_pointer, void *call_site)
{
    (void)call_site;
    struct thread *thread = thread_self;
    uintptr_t place = (uintptr_t)__builtin_dwarf_cfa(), function = (uintptr_t)function_pointer;
    uintptr_t origin = (uintptr_t)__builtin_return_address(0);
    if (RARELY(!thread || thread->busy)) {
        rare_first_enter(place, function, origin);
        return;
    }
    hook_begin(thread, place);
    if (RARELY(enter_is_rare(thread, place, function, 0))) {
        rare_enter(thread, place, function, origin);
        return;
    }
    push(thread, (struct frame){place, function, origin, 0});
    finish_enter(thread, function);
}

void __cyg_profile_func_exit(void *function_pointer, void *call_site)
{
    struct thread *thread = thread_self;
    uintptr_t place = (uintptr_t)__builtin_dwarf_cfa(), function = (uintptr_t)function_pointer;
    /* Called at the function's end, or jumped to after it: then its frame is gone already. */
    bool jumped = __builtin_return_address(0) == call_site;
    if (RARELY(!thread || thread->busy)) {
        rare_first_leave(place, function, jumped);
        return;
    }
    hook_begin(thread, place);
    uint64_t now = clock_now();
    const struct context *on = &thread->on;
    if (RARELY(on->top->function != function || on->top[-jumped].place < place ||
               place - on->low > on->size || leave_is_rare(thread, now))) {
        rare_leave(thread, place, function, jumped);
        return;
    }
    thread->on.top--;
    finish_leave(thread, now);
}

#if defined(__x86_64__)

void hook_enter_return(uintptr_t *slot, uintptr_t function)
{
    struct thread *thread = thread_self;
    uintptr_t place = (uintptr_t)slot, origin = *slot, chained = 0;
    if (RARELY(!thread || thread->busy)) {
        rare_first_enter_return(slot, function);
        return;
    }
    hook_begin(thread, place);
    if (RARELY(origin == (uintptr_t)return_trampoline))
        chained = (thread->on.top->marks & FRAME_CHAINED) + FRAME_CHAIN_ONE;
    if (RARELY(enter_is_rare(thread, place, function, chained))) {
        rare_enter_return(thread, slot, function);
        return;
    }
    push(thread, (struct frame){place, 0, origin, chained});
    *slot = (uintptr_t)return_trampoline;
    finish_enter(thread, function);
}

uintptr_t hook_leave_return(uintptr_t place)
{
    struct thread *thread = thread_self;
    if (RARELY(!thread || thread->busy))
        return rare_first_return(place);
    hook_begin(thread, place);
    uint64_t now = clock_now();
    const struct frame *top = thread->on.top;
    uintptr_t origin = top->origin;
    if (RARELY(top->place != place || leave_is_rare(thread, now)))
        return rare_return(thread, place);
    thread->on.top--;
    finish_leave(thread, now);
    return origin;
}

#endif
