#include "capture/runtime/slow.h"
#include "capture/channel/target.h"
#include "capture/runtime/choice.h"
#include "capture/runtime/frames.h"
#include "capture/runtime/modules.h"
#include "capture/runtime/unwind.h"

#define LEAVES_MAX 8 /* beyond them one ESCAPE_DEPTH is shorter */

/* Hooks count nothing: the open frames of the stream follow from the shadow stack. */
static void count_depth(struct context *on)
{
    on->stream.depth = (uint32_t)(on->top - on->frames) - on->silent;
}

/* Before any work: what it may do to the stream has hooks look at their next module anew. */
static struct context *begin(struct thread *thread)
{
    thread->module_size = 0;
    count_depth(&thread->on);
    return &thread->on;
}

static uint32_t silent_from(const struct context *on, const struct frame *first)
{
    uint32_t count = 0;
    for (const struct frame *frame = first; frame <= on->top; frame++)
        count += frame->marks & FRAME_SILENT;
    return count;
}

/* The frames above `keep` have ended. */
static void close_above(struct thread *thread, struct frame *keep, uint64_t now)
{
    struct context *on = &thread->on;
    uint32_t silent = silent_from(on, keep + 1);
    uint32_t ended = (uint32_t)(on->top - keep) - silent;
    if (on->foreign)
        unwind_release(keep + 1, on->top);
    on->top = keep;
    on->silent -= silent;
    if (ended > LEAVES_MAX) {
        stream_set_depth(&on->stream, on->stream.depth - ended, now);
        on->stream.depth -= ended;
    }
    for (; ended && ended <= LEAVES_MAX; ended--) {
        stream_leave(&on->stream, now);
        on->stream.depth--;
    }
}

static void close_below(struct thread *thread, uintptr_t place, uint64_t now)
{
    struct frame *keep = thread->on.top;
    while (keep->place < place)
        keep--;
    if (keep != thread->on.top)
        close_above(thread, keep, now);
}

static void settle_equals(struct thread *thread, const struct entry *entry, uint64_t now)
{
    struct frame *outermost = thread->on.top;
    if (outermost->place != entry->place)
        return;
    if (!entry->mark && entry->origin == (uintptr_t)return_trampoline) {
        /* The one before has jumped on: it is kept open as long as the chain is short. */
        if ((outermost->marks & FRAME_CHAINED) >= FRAME_CHAIN_MAX)
            close_above(thread, outermost - 1, now);
        return;
    }
    outermost = frames_outermost(outermost, entry->place);
    struct frame *ended = frames_first_ended(outermost, thread->on.top, entry);
    if (ended)
        close_above(thread, ended - 1, now);
}

static void push(struct context *on, const struct entry *entry, uintptr_t marks)
{
    uintptr_t chained = 0;
    if (on->top->place == entry->place && !entry->mark)
        chained = (on->top->marks & FRAME_CHAINED) + FRAME_CHAIN_ONE;
    *++on->top = (struct frame){entry->place, entry->mark, entry->origin, marks | chained};
}

/* Code that no module holds is recorded: nobody knows its names. */
static bool is_skipped(struct thread *thread, uintptr_t function)
{
    enum choice choice = choice_of_entry(thread, function);
    if (choice == CHOICE_ASK) {
        choice_learn(thread, function);
        choice = choice_of_entry(thread, function);
    }
    return choice == CHOICE_SKIP;
}

/* With -pg nothing is pushed: its return address is left alone. */
static uintptr_t skip(struct context *on, const struct entry *entry)
{
    if (!entry->mark)
        return 0;
    push(on, entry, FRAME_SILENT);
    on->silent++;
    return 1;
}

static uintptr_t enter(struct thread *thread, const struct entry *entry)
{
    struct context *on = &thread->on;
    if (is_skipped(thread, entry->function))
        return skip(on, entry);
    if (on->stream.cursor >= on->stream.limit) {
        modules_refresh();
        stream_refill(&on->stream, stream_now());
        frames_shrink(on);
    }
    modules_know(thread, entry->function);
    push(on, entry, 0);
    stream_enter_address(&on->stream, entry->function, stream_now());
    return 1;
}

/* The function before ended in a jump to this one: its frame and the trampoline stay. */
static bool is_skipped_in_chain(struct thread *thread, const struct entry *entry)
{
    return !entry->mark && entry->origin == (uintptr_t)return_trampoline &&
           is_skipped(thread, entry->function);
}

uintptr_t slow_enter(struct thread *thread, const void *data)
{
    const struct entry *entry = data;
    begin(thread);
    if (!stacks_switch(thread, entry->place, true)) {
        thread->on.stream.lost += 2;
        return 0;
    }
    struct context *on = begin(thread);
    uint64_t now = stream_now();
    close_below(thread, entry->place, now);
    if (is_skipped_in_chain(thread, entry))
        return 0;
    settle_equals(thread, entry, now);
    if (on->top >= on->end && !frames_grow(on)) {
        on->stream.lost += 2;
        return 0;
    }
    return enter(thread, entry);
}

uintptr_t slow_late_enter(struct thread *thread, const void *function)
{
    struct context *on = begin(thread);
    stream_enter_address(&on->stream, *(const uintptr_t *)function, stream_now());
    return 0;
}

static void leave_top(struct thread *thread, uint64_t now)
{
    close_above(thread, thread->on.top - 1, now);
}

uintptr_t slow_leave(struct thread *thread, const void *data)
{
    const struct exit *exit = data;
    if (!stacks_switch(thread, exit->place - exit->jumped, false))
        return 0;
    begin(thread);
    uint64_t now = stream_now();
    struct frame *found = thread->on.top;
    if (exit->jumped) {
        /* Its frame is gone: it was the outermost below the stack pointer. */
        while (found->place < exit->place && found[-1].place < exit->place)
            found--;
        if (found->place >= exit->place)
            return 0;
    } else {
        close_below(thread, exit->place, now);
        found = thread->on.top;
    }
    while (found > thread->on.frames && found->function != exit->function)
        found--;
    if (found == thread->on.frames)
        return 0; /* entered before the recording, or lost */
    close_above(thread, found, now);
    leave_top(thread, now);
    return 0;
}

/* In vain only if the program has copied a return address to another place. */
static struct frame *find_place(struct thread *thread, uintptr_t place)
{
    if (!stacks_switch(thread, place, false))
        __builtin_trap();
    struct frame *frame = thread->on.top;
    while (frame > thread->on.frames && (frame->place != place || frame->function))
        frame--;
    if (frame == thread->on.frames)
        __builtin_trap();
    return frame;
}

uintptr_t slow_return(struct thread *thread, const void *data)
{
    uint64_t now = stream_now();
    uintptr_t place = *(const uintptr_t *)data;
    struct frame *frame = find_place(thread, place);
    begin(thread);
    close_above(thread, frame, now);
    uintptr_t origin = frame->origin;
    leave_top(thread, now);
    /* What ended in a jump to another function has returned with it. */
    while (origin == (uintptr_t)return_trampoline) {
        frame = find_place(thread, place);
        origin = frame->origin;
        leave_top(thread, now);
    }
    return origin;
}

/* The hook may have pushed its frame and not written the event: what it entered is gone. */
void slow_repair(struct thread *thread)
{
    struct context *on = begin(thread);
    if (on->top->place == thread->busy) {
        on->silent -= silent_from(on, on->top);
        on->top--;
    }
    count_depth(on);
    stream_set_depth(&on->stream, on->stream.depth, stream_now());
}

void slow_close(struct thread *thread)
{
    struct context *on = begin(thread);
    if (on->top > on->frames)
        close_above(thread, on->frames, stream_now());
}
