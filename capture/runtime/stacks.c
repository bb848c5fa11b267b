/* The stacks a thread runs on, and the memory of their shadow frames. */
#include "capture/channel/target.h"
#include "capture/runtime/choice.h"
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

#define FRAMES_FIRST    1024u /* 32 KiB */
#define FRAMES_KEPT     32768u
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

static void make_current(struct thread *thread, uint32_t index)
{
    thread->contexts[thread->context_current] = thread->on;
    thread->on = thread->contexts[index];
    thread->context_current = index;
}

static bool known_stack(struct thread *thread, uintptr_t place)
{
    for (uint32_t i = 0; i < thread->context_count; i++) {
        if (i != thread->context_current && holds(&thread->contexts[i], place)) {
            make_current(thread, i);
            return true;
        }
    }
    return false;
}

/* Bounds of a stack seen for the first time; the signal stack's are known, others' are guessed. */
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
    range = mapping_of(place);
    uintptr_t high = (place | (PAGE - 1)) + 1;
    if (!range.high)
        range = (struct range){place - PAGE, high};
    if (range.high > high)
        range.high = high;
    if (place - range.low > FOREIGN_REACH)
        range.low = place - FOREIGN_REACH;
    for (uint32_t i = 0; i < thread->context_count; i++) {
        const struct context *other = &thread->contexts[i];
        uintptr_t end = other->low + other->size;
        if (end <= place && end > range.low)
            range.low = end;
        if (other->low > place && other->low < range.high)
            range.high = other->low;
    }
    return range;
}

static bool allocate_contexts(struct thread *thread)
{
    if (thread->contexts)
        return true;
    void *memory = mmap(NULL, CONTEXTS_MAX * sizeof *thread->contexts, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    thread->contexts = memory;
    thread->context_count = 1;
    return true;
}

static bool new_stack(struct thread *thread, uintptr_t place)
{
    if (!allocate_contexts(thread) || thread->context_count >= CONTEXTS_MAX)
        return false;
    thread->contexts[thread->context_current] = thread->on;
    bool signals;
    struct range range = foreign_bounds(thread, place, &signals);
    struct context context = {.foreign = !signals};
    if (!frames_allocate(&context))
        return false;
    set_bounds(&context, range);
    stream_open(&context.stream, CHANNEL_NATIVE);
    char name[48];
    if (signals)
        snprintf(name, sizeof name, "signal stack");
    else
        snprintf(name, sizeof name, "stack %#lx", (unsigned long)range.high);
    define_thread(&context.stream, name);
    thread->contexts[thread->context_count] = context;
    make_current(thread, thread->context_count++);
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

static void set_frames(struct context *context, void *memory, size_t capacity)
{
    ptrdiff_t top = context->frames ? context->top - context->frames : 0;
    context->frames = memory;
    context->top = context->frames + top;
    context->end = context->frames + capacity - 1;
    context->last = choice_rules.on ? context->frames : context->end;
}

static size_t frames_capacity(const struct context *context)
{
    return (size_t)(context->end - context->frames) + 1;
}

bool frames_allocate(struct context *context)
{
    void *memory = mmap(NULL, FRAMES_FIRST * sizeof(struct frame), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    set_frames(context, memory, FRAMES_FIRST);
    context->frames[0] = (struct frame){.place = UINTPTR_MAX, .function = UINTPTR_MAX};
    return true;
}

static bool resize(struct context *context, size_t capacity)
{
    void *memory = mremap(context->frames, frames_capacity(context) * sizeof(struct frame),
                          capacity * sizeof(struct frame), MREMAP_MAYMOVE);
    if (memory == MAP_FAILED)
        return false;
    set_frames(context, memory, capacity);
    return true;
}

bool frames_grow(struct context *context)
{
    return resize(context, frames_capacity(context) * 2);
}

void frames_shrink(struct context *context)
{
    size_t capacity = frames_capacity(context);
    if (capacity > FRAMES_KEPT && (size_t)(context->top - context->frames) < FRAMES_KEPT / 2)
        resize(context, FRAMES_KEPT);
}

void frames_free(struct context *context)
{
    munmap(context->frames, frames_capacity(context) * sizeof(struct frame));
    context->frames = NULL;
}
