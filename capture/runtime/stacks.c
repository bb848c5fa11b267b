/* The stacks a thread runs on, and the memory of their shadow frames. */
#include "capture/channel/target.h"
#include "capture/runtime/made_stacks.h"
#include "capture/runtime/slow.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define FOREIGN_REACH   65536u /* bytes below its first place that a stack is taken to have */
#define UNLIMITED_STACK ((uintptr_t)8 << 30)
#define PAGE            4096u

extern void *__libc_stack_end; /* the dynamic linker's; the main thread's frames lie below */

struct range {
    uintptr_t low, high;
};

static bool contains(struct range range, uintptr_t place)
{
    return place >= range.low && place < range.high;
}

/* One line of /proc/self/maps: "low-high ...". */
static struct range parse_line(const char *line)
{
    char *end;
    struct range range = {strtoul(line, &end, 16), 0};
    if (*end == '-')
        range.high = strtoul(end + 1, NULL, 16);
    return range;
}

/* The mapping that holds `place`; empty when unknown. Mappings are in order of address. */
static struct range mapping_of(uintptr_t place)
{
    char text[PAGE + 1];
    size_t used = 0;
    struct range found = {0, 0};
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return found;
    ssize_t got;
    while (!found.high && (got = read(file, text + used, PAGE - used)) > 0) {
        used += (size_t)got;
        text[used] = '\0';
        char *line = text, *end;
        for (; (end = strchr(line, '\n')); line = end + 1) {
            struct range range = parse_line(line);
            if (contains(range, place)) {
                found = range;
                break;
            }
        }
        used -= (size_t)(line - text);
        if (used == PAGE)
            break; /* a line longer than any path */
        memmove(text, line, used);
    }
    close(file);
    return found;
}

static struct range main_stack(void)
{
    uintptr_t high = ((uintptr_t)__libc_stack_end | (PAGE - 1)) + 1;
    struct rlimit limit;
    uintptr_t size = UNLIMITED_STACK;
    if (getrlimit(RLIMIT_STACK, &limit) == 0 && limit.rlim_cur < size)
        size = limit.rlim_cur;
    return (struct range){high > size ? high - size : 0, high};
}

/* Of a stack made by the thread library the upper end is the thread's descriptor. */
static struct range own_stack(uintptr_t place)
{
    struct range range = main_stack();
    if (contains(range, place))
        return range;
    uintptr_t descriptor = (uintptr_t)pthread_self();
    range = mapping_of(place);
    if (contains(range, descriptor))
        range.high = descriptor;
    return range;
}

static void set_bounds(struct context *context, struct range range)
{
    context->low = range.low;
    context->size = range.high - range.low;
}

void stacks_begin(struct thread *thread, uintptr_t place)
{
    struct range range = own_stack(place);
    if (!range.high)
        range = (struct range){place - UNLIMITED_STACK / 1024, place + PAGE};
    set_bounds(&thread->on, range);
}

/* The main stack's limit may have been raised since. */
static bool has_grown(struct context *context, uintptr_t place)
{
    struct range range = main_stack();
    if (context->low + context->size != range.high || !contains(range, place))
        return false;
    set_bounds(context, range);
    return true;
}

static bool holds(const struct context *context, uintptr_t place)
{
    return place - context->low < context->size;
}

/* ---- many of them ---- */

/*
 * `order` is sorted by the lower ends. Bounds are guesses that hardly ever overlap: of those that
 * hold a place the one that begins last is meant.
 *
 * `open` are those that may hold memory of the channel, in the order in which they got it: beyond
 * CONTEXTS_OPEN the oldest hands it over, as before a fork, and asks again when it goes on.
 */
struct stacks {
    uint32_t room; /* of thread->contexts and `order` */
    uint32_t *order;
    uint32_t open_count, oldest;
    uint32_t open[CONTEXTS_OPEN];
};

#define STACKS_FIRST 256u
#define OVERLAPS     8u /* neighbours that are asked whether they hold a place */

/* Place in `order` of the last stack that begins at or below `place`, and one. */
static uint32_t begins_below(const struct thread *thread, uintptr_t place)
{
    uint32_t first = 0, end = thread->context_count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if (thread->contexts[thread->stacks->order[middle]].low <= place)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

static void hold_memory(struct thread *thread, uint32_t index)
{
    struct stacks *stacks = thread->stacks;
    if (thread->on.open)
        return;
    thread->on.open = true;
    if (stacks->open_count < CONTEXTS_OPEN) {
        stacks->open[stacks->open_count++] = index;
        return;
    }
    struct context *oldest = &thread->contexts[stacks->open[stacks->oldest]];
    stream_park(&oldest->stream);
    oldest->open = false;
    stacks->open[stacks->oldest] = index;
    stacks->oldest = (stacks->oldest + 1) % CONTEXTS_OPEN;
}

static void make_current(struct thread *thread, uint32_t index)
{
    thread->contexts[thread->context_current] = thread->on;
    thread->on = thread->contexts[index];
    thread->context_current = index;
    hold_memory(thread, index);
}

static bool known_stack(struct thread *thread, uintptr_t place)
{
    uint32_t at = thread->context_count ? begins_below(thread, place) : 0;
    for (uint32_t step = 0; step < OVERLAPS && at-- > 0; step++) {
        uint32_t index = thread->stacks->order[at];
        if (index != thread->context_current && holds(&thread->contexts[index], place)) {
            make_current(thread, index);
            return true;
        }
    }
    return false;
}

/* The part of a range around `place` that belongs to no other stack. */
static struct range between_neighbours(const struct thread *thread, struct range range,
                                       uintptr_t place)
{
    uint32_t at = begins_below(thread, place);
    const uint32_t *order = thread->stacks->order;
    if (at < thread->context_count && thread->contexts[order[at]].low < range.high)
        range.high = thread->contexts[order[at]].low;
    for (uint32_t step = 0; step < OVERLAPS && at-- > 0; step++) {
        const struct context *other = &thread->contexts[order[at]];
        uintptr_t end = other->low + other->size;
        if (end <= place && end > range.low)
            range.low = end;
    }
    return range;
}

/* Bounds of a stack seen for the first time: known of signal stacks and makecontext()'s, else a
 * guess. */
static struct range foreign_bounds(const struct thread *thread, uintptr_t place, bool *signals)
{
    stack_t stack;
    struct range range = {0, 0};
    *signals = false;
    if (sigaltstack(NULL, &stack) == 0 && (stack.ss_flags & SS_ONSTACK)) {
        range.low = (uintptr_t)stack.ss_sp;
        range.high = range.low + stack.ss_size;
        *signals = contains(range, place);
        if (*signals)
            return range;
    }
    if (made_stacks_find(place, &range.low, &range.high))
        return range;
    range = mapping_of(place);
    uintptr_t high = (place | (PAGE - 1)) + 1;
    if (!range.high)
        range = (struct range){place - PAGE, high};
    if (range.high > high)
        range.high = high;
    if (place - range.low > FOREIGN_REACH)
        range.low = place - FOREIGN_REACH;
    return between_neighbours(thread, range, place);
}

static void *map_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

/* Room for so many stacks; the contexts may lie elsewhere afterwards. */
static bool make_room(struct thread *thread, uint32_t room)
{
    struct stacks *stacks = thread->stacks;
    struct context *contexts = map_memory(room * sizeof *contexts);
    uint32_t *order = map_memory(room * sizeof *order);
    if (!contexts || !order) {
        if (contexts)
            munmap(contexts, room * sizeof *contexts);
        if (order)
            munmap(order, room * sizeof *order);
        return false;
    }
    if (stacks->room) {
        memcpy(contexts, thread->contexts, thread->context_count * sizeof *contexts);
        memcpy(order, stacks->order, thread->context_count * sizeof *order);
        munmap(thread->contexts, stacks->room * sizeof *contexts);
        munmap(stacks->order, stacks->room * sizeof *order);
    }
    thread->contexts = contexts;
    stacks->order = order;
    stacks->room = room;
    return true;
}

static bool begin_stacks(struct thread *thread)
{
    struct stacks *stacks = map_memory(sizeof *stacks);
    if (!stacks)
        return false;
    thread->stacks = stacks;
    if (!make_room(thread, STACKS_FIRST)) {
        munmap(stacks, sizeof *stacks);
        thread->stacks = NULL;
        return false;
    }
    thread->context_count = 1; /* the thread's own is the first, and always open */
    thread->on.open = true;
    return true;
}

void stacks_end(struct thread *thread)
{
    struct stacks *stacks = thread->stacks;
    if (!stacks)
        return;
    munmap(thread->contexts, stacks->room * sizeof *thread->contexts);
    munmap(stacks->order, stacks->room * sizeof *stacks->order);
    munmap(stacks, sizeof *stacks);
}

static bool has_room(struct thread *thread)
{
    if (!thread->stacks)
        return begin_stacks(thread);
    return thread->context_count < thread->stacks->room ||
           (thread->context_count < CONTEXTS_MAX && make_room(thread, 2 * thread->stacks->room));
}

/* The new stack is the last of the contexts. */
static void sort_in(struct thread *thread, uintptr_t low)
{
    uint32_t *order = thread->stacks->order, at = begins_below(thread, low);
    memmove(order + at + 1, order + at, (thread->context_count - at) * sizeof *order);
    order[at] = thread->context_count++;
}

static void name_stack(const struct context *context, bool signals, uintptr_t high)
{
    char name[48];
    if (signals)
        snprintf(name, sizeof name, "signal stack");
    else
        snprintf(name, sizeof name, "stack %#lx", (unsigned long)high);
    define_thread(&context->stream, name);
}

static bool new_stack(struct thread *thread, uintptr_t place)
{
    if (!has_room(thread))
        return false;
    thread->contexts[thread->context_current] = thread->on;
    bool signals;
    struct range range = foreign_bounds(thread, place, &signals);
    struct context context = {.foreign = !signals};
    if (!frames_allocate(&context))
        return false;
    set_bounds(&context, range);
    stream_open(&context.stream, CHANNEL_NATIVE);
    name_stack(&context, signals, range.high);
    thread->contexts[thread->context_count] = context;
    sort_in(thread, range.low);
    make_current(thread, thread->context_count - 1);
    return true;
}

bool stacks_switch(struct thread *thread, uintptr_t place, bool may_create)
{
    if (holds(&thread->on, place) || known_stack(thread, place))
        return true;
    if (has_grown(&thread->on, place))
        return true;
    return may_create && new_stack(thread, place);
}
