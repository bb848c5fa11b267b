#include "capture/runtime/rare.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/frames.h"
#include "capture/runtime/hooks.h"
#include "capture/runtime/modules.h"
#include "capture/runtime/nested.h"
#include "capture/runtime/slow.h"

static void end(struct thread *thread)
{
    atomic_signal_fence(memory_order_seq_cst);
    thread->busy = 0;
    atomic_signal_fence(memory_order_seq_cst);
    if (thread->interrupted)
        nested_flush(thread);
}

/* The frames below the new one are alive: it lies under them, or was inlined into them. */
static bool is_nested(struct frame *top, const struct entry *entry)
{
    if (top->place != entry->place)
        return top->place > entry->place;
    return !frames_first_ended(frames_outermost(top, entry->place), top, entry);
}

/*
 * Calls between two modules, inlined functions and those that were chosen among are not that rare:
 * the way to outside() is spared them.
 */
static bool has_frame(const struct context *on, const struct entry *entry)
{
    return entry->place - on->low < on->size && is_nested(on->top, entry) && on->top < on->end;
}

static bool has_event(struct thread *thread, const struct entry *entry, uint64_t now)
{
    struct stream *stream = &thread->on.stream;
    bool known = choice_rules.names || entry->function - thread->module_low < thread->module_size;
    return stream->cursor < stream->limit - sizeof(uint64_t) &&
           now - stream->ticks <= CHANNEL_DT_MAX / 2 &&
           (known || modules_find(thread, entry->function));
}

static void push(struct thread *thread, const struct entry *entry, uintptr_t marks)
{
    struct frame *top = thread->on.top + 1;
    *top = (struct frame){entry->place, entry->mark, entry->origin, marks};
    atomic_signal_fence(memory_order_seq_cst);
    thread->on.top = top;
}

/* Whether the function is recorded or has a frame to be popped: its return is to be noticed. */
static bool enter(struct thread *thread, const struct entry *entry)
{
    if (!entry->mark && choice_is_never(thread, entry->function))
        return false;
    if (!has_frame(&thread->on, entry))
        return outside(thread, slow_enter, entry);
    enum choice choice = choice_of_entry(thread, entry->function);
    if (choice == CHOICE_SKIP) {
        if (entry->mark) {
            push(thread, entry, FRAME_SILENT);
            thread->on.silent++;
        }
        return entry->mark;
    }
    uint64_t now = stream_now();
    if (choice == CHOICE_ASK || !has_event(thread, entry, now))
        return outside(thread, slow_enter, entry);
    push(thread, entry, 0);
    stream_enter_address(&thread->on.stream, entry->function, now);
    return true;
}

/* The end of a function that is not recorded, when nothing else is unusual about it. */
static bool leave_silent(struct thread *thread, uintptr_t place, uintptr_t function, bool jumped)
{
    struct context *on = &thread->on;
    const struct frame *top = on->top;
    if (top->marks != FRAME_SILENT || top->function != function || top[-jumped].place < place ||
        place - on->low > on->size)
        return false;
    on->silent--;
    on->top--;
    return true;
}

void rare_enter(struct thread *thread, uintptr_t place, uintptr_t function, uintptr_t origin)
{
    struct entry entry = {place, function, function, origin};
    enter(thread, &entry);
    end(thread);
}

void rare_leave(struct thread *thread, uintptr_t place, uintptr_t function, bool jumped)
{
    struct exit exit = {place, function, jumped};
    if (!leave_silent(thread, place, function, jumped))
        outside(thread, slow_leave, &exit);
    end(thread);
}

void rare_late_enter(struct thread *thread, uintptr_t function)
{
    outside(thread, slow_late_enter, &function);
    end(thread);
}

static struct thread *known_thread(enum hook_kind kind)
{
    struct thread *thread = thread_self;
    return thread ? thread : thread_begin(kind);
}

void rare_first_enter(uintptr_t place, uintptr_t function, uintptr_t origin)
{
    struct thread *thread = known_thread(HOOK_CALLS);
    if (thread->busy && nested_enter(thread, place, function))
        return;
    thread->busy = place;
    rare_enter(thread, place, function, origin);
}

void rare_first_leave(uintptr_t place, uintptr_t function, bool jumped)
{
    struct thread *thread = known_thread(HOOK_CALLS);
    if (thread->busy && nested_leave(thread, place, function))
        return;
    thread->busy = place;
    rare_leave(thread, place, function, jumped);
}

#if defined(__x86_64__)

void rare_enter_return(struct thread *thread, uintptr_t *slot, uintptr_t function)
{
    struct entry entry = {(uintptr_t)slot, function, 0, *slot};
    if (enter(thread, &entry))
        *slot = (uintptr_t)return_trampoline;
    end(thread);
}

uintptr_t rare_return(struct thread *thread, uintptr_t place)
{
    uintptr_t origin = outside(thread, slow_return, &place);
    end(thread);
    return origin;
}

void rare_first_enter_return(uintptr_t *slot, uintptr_t function)
{
    struct thread *thread = known_thread(HOOK_RETURNS);
    if (thread->busy && nested_enter_return(thread, slot, function))
        return;
    thread->busy = (uintptr_t)slot;
    rare_enter_return(thread, slot, function);
}

uintptr_t rare_first_return(uintptr_t place)
{
    struct thread *thread = known_thread(HOOK_RETURNS);
    uintptr_t origin;
    if (thread->busy && nested_return(thread, place, &origin))
        return origin;
    thread->busy = place;
    return rare_return(thread, place);
}

#endif
