/* The memory of the shadow frames of a stack. */
#include "capture/runtime/choice.h"
#include "capture/runtime/slow.h"

#include <sys/mman.h>

#define FRAMES_FIRST   1024u /* 32 KiB */
#define FRAMES_FOREIGN 128u  /* there may be many such stacks */
#define FRAMES_KEPT    32768u

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
    size_t count = context->foreign ? FRAMES_FOREIGN : FRAMES_FIRST;
    void *memory = mmap(NULL, count * sizeof(struct frame), PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED)
        return false;
    set_frames(context, memory, count);
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
