#include "capture/runtime/nested.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/slow.h"

/* Ticks, one to ten seconds: no handler runs that long with more events than fit. */
#define PATIENCE (UINT64_C(1) << 33)

static bool on_this_stack(const struct thread *thread, uintptr_t place)
{
    return place - thread->on.low < thread->on.size;
}

/*
 * A handler that left by siglongjmp() instead of returning never lets the hook
 * go on. Its place is then among what has been left: something shallower runs.
 */
static bool hook_is_dead(const struct thread *thread, uintptr_t place)
{
    const struct nested *nested = &thread->nested;
    if (on_this_stack(thread, place) && on_this_stack(thread, thread->busy))
        return place >= thread->busy;
    return nested->lost && stream_now() - nested->events[0].ticks > PATIENCE;
}

static void defer(struct thread *thread, uintptr_t function)
{
    struct nested *nested = &thread->nested;
    if (nested->event_count < NESTED_EVENTS)
        nested->events[nested->event_count++] = (struct deferred){stream_now(), function};
    else
        nested->lost++;
}

/* Room is kept for the leaves of all open frames, so that whole calls are dropped, never halves. */
static bool has_room(const struct nested *nested)
{
    return nested->frame_count < NESTED_FRAMES &&
           nested->event_count + nested->frame_count + 2 <= NESTED_EVENTS;
}

static void pop(struct thread *thread, uint32_t keep)
{
    struct nested *nested = &thread->nested;
    for (; nested->frame_count > keep; nested->frame_count--)
        defer(thread, 0);
}

static bool push(struct thread *thread, struct frame frame, uintptr_t function)
{
    struct nested *nested = &thread->nested;
    thread->interrupted = 1;
    while (nested->frame_count && nested->frames[nested->frame_count - 1].place < frame.place)
        pop(thread, nested->frame_count - 1);
    if (!has_room(nested)) {
        nested->lost += 2;
        return false;
    }
    nested->frames[nested->frame_count++] = frame;
    defer(thread, function);
    return true;
}

/* Outside: with signals blocked nothing is put aside meanwhile. */
static uintptr_t write_events(struct thread *thread, const void *unused)
{
    (void)unused;
    struct nested *nested = &thread->nested;
    struct stream *stream = &thread->on.stream;
    thread->module_size = 0;
    stream->depth = (uint32_t)(thread->on.top - thread->on.frames) - thread->on.silent;
    pop(thread, 0);
    for (uint32_t i = 0; i < nested->event_count; i++) {
        const struct deferred *event = &nested->events[i];
        if (event->function) {
            stream_enter_address(stream, event->function, event->ticks);
            stream->depth++;
        } else {
            stream_leave(stream, event->ticks);
            stream->depth--;
        }
    }
    stream->lost += nested->lost;
    nested->event_count = nested->lost = 0;
    thread->interrupted = 0;
    return 0;
}

void nested_flush(struct thread *thread)
{
    outside(thread, write_events, NULL);
}

static uintptr_t repair(struct thread *thread, const void *unused)
{
    slow_repair(thread);
    write_events(thread, unused);
    thread->busy = 0;
    return 0;
}

static void bury_hook(struct thread *thread)
{
    outside(thread, repair, NULL);
}

bool nested_enter(struct thread *thread, uintptr_t place, uintptr_t function)
{
    if (thread == &thread_off)
        return true;
    if (hook_is_dead(thread, place)) {
        bury_hook(thread);
        return false;
    }
    if (!choice_is_nested_skip(thread, function))
        push(thread, (struct frame){.place = place, .function = function}, function);
    return true;
}

bool nested_leave(struct thread *thread, uintptr_t place, uintptr_t function)
{
    if (thread == &thread_off)
        return true;
    if (hook_is_dead(thread, place)) {
        bury_hook(thread);
        return false;
    }
    const struct nested *nested = &thread->nested;
    uint32_t i = nested->frame_count;
    while (i && nested->frames[i - 1].function != function)
        i--;
    if (i)
        pop(thread, i - 1);
    return true;
}

#if defined(__x86_64__)

bool nested_enter_return(struct thread *thread, uintptr_t *place, uintptr_t function)
{
    if (thread == &thread_off)
        return true;
    if (hook_is_dead(thread, (uintptr_t)place)) {
        bury_hook(thread);
        return false;
    }
    struct frame frame = {.place = (uintptr_t)place, .origin = *place};
    if (!choice_is_nested_skip(thread, function) && push(thread, frame, function))
        *place = (uintptr_t)return_trampoline;
    return true;
}

/* Functions that ended in a jump to another share its place: all return at once. */
bool nested_return(struct thread *thread, uintptr_t place, uintptr_t *origin)
{
    const struct nested *nested = &thread->nested;
    uint32_t i = nested->frame_count;
    while (i && (nested->frames[i - 1].place != place || nested->frames[i - 1].function))
        i--;
    if (!i) {
        bury_hook(thread);
        return false;
    }
    while (nested->frames[i - 1].origin == (uintptr_t)return_trampoline && i > 1)
        i--;
    *origin = nested->frames[i - 1].origin;
    pop(thread, i - 1);
    return true;
}

#endif
