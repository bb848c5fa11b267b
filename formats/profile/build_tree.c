/* The builder of call trees: contexts, and the events of threads that make them. */
#include "formats/profile/build_internal.h"

/* ---- contexts ---- */

#define CHILDREN_LISTED 8u

static uint32_t add_context(struct build *build, uint32_t parent, uint32_t function,
                            uint32_t thread)
{
    *array_push(&build->contexts) = (struct context){.parent = parent,
                                                     .function = function,
                                                     .first_child = PROFILE_NONE,
                                                     .next_sibling = PROFILE_NONE,
                                                     .thread = thread};
    return build->contexts.count - 1;
}

uint32_t build_root(struct build *build, uint32_t thread)
{
    uint32_t *root = &build->threads.data[thread].root;
    if (*root == PROFILE_NONE)
        *root = add_context(build, PROFILE_NONE, PROFILE_NONE, thread);
    return *root;
}

static bool same_context(const void *items, uint32_t at, const void *key)
{
    const struct context *a = (const struct context *)items + at, *b = key;
    return a->parent == b->parent && a->function == b->function;
}

/* Of a context with many children, those that are not in its list. */
static uint32_t indexed_child(struct build *build, uint32_t parent, uint32_t function)
{
    struct context key = {.parent = parent, .function = function};
    uint64_t hash = build_mix(build_mix(0, parent), function);
    uint32_t found =
        index_find(&build->context_index, hash, build->contexts.data, same_context, &key);
    if (found != UINT32_MAX)
        return found;
    index_add(&build->context_index, hash, build->contexts.count);
    return add_context(build, parent, function, build->contexts.data[parent].thread);
}

/* Most contexts have few children: their list is shorter than any table's way in memory. */
uint32_t build_context(struct build *build, uint32_t parent, uint32_t function)
{
    const struct context *contexts = build->contexts.data;
    uint32_t last = PROFILE_NONE, listed = 0;
    for (uint32_t c = contexts[parent].first_child; c != PROFILE_NONE;
         c = contexts[c].next_sibling) {
        if (contexts[c].function == function)
            return c;
        last = c;
        listed++;
    }
    if (listed == CHILDREN_LISTED)
        return indexed_child(build, parent, function);
    uint32_t child = add_context(build, parent, function, contexts[parent].thread);
    if (last == PROFILE_NONE)
        build->contexts.data[parent].first_child = child;
    else
        build->contexts.data[last].next_sibling = child;
    return child;
}

void build_context_calls(struct build *build, uint32_t context, uint64_t calls)
{
    build->contexts.data[context].calls += calls;
}

/* As much of a value that all sums of any part of the tree stay within 63 bits. */
static int64_t within_bounds(struct build *build, uint32_t metric, int64_t value)
{
    uint64_t *sum = &build->columns[metric].sum, room = BUILD_SUM_MAX - *sum;
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    if (size > room) {
        build->too_large++;
        size = room;
        value = value < 0 ? -(int64_t)room : (int64_t)room;
    }
    *sum += size;
    return value;
}

void build_context_self(struct build *build, uint32_t context, uint32_t metric, int64_t self)
{
    values_add(value_at(&build->columns[metric].context.self, context),
               within_bounds(build, metric, self));
}

void build_stack(struct build *build, uint32_t thread, const uint32_t *functions, size_t count,
                 uint32_t metric, int64_t self)
{
    uint32_t context = build_root(build, thread);
    for (size_t i = 0; i < count; i++)
        context = build_context(build, context, functions[i]);
    build_context_self(build, context, metric, self);
}

/* ---- events ---- */

static int64_t monotonic(struct build *build, struct build_thread *thread, int64_t time)
{
    if (thread->started && time < thread->last) {
        build->backward_times++;
        time = thread->last;
    }
    if (!thread->started)
        thread->first = time;
    thread->started = true;
    /* Whoever is on top has spent the time since the event before. */
    if (thread->stack.count)
        build_context_self(build, thread->stack.data[thread->stack.count - 1].context, 0,
                           build_elapsed(thread->last, time));
    thread->last = time;
    return time;
}

void build_enter(struct build *build, uint32_t thread, uint32_t function, int64_t time)
{
    uint32_t root = build_root(build, thread);
    struct build_thread *t = &build->threads.data[thread];
    time = monotonic(build, t, time);
    uint32_t parent = t->stack.count ? t->stack.data[t->stack.count - 1].context : root;
    uint32_t context = build_context(build, parent, function);
    build->contexts.data[context].calls++;
    *array_push(&t->stack) = (struct build_frame){context, time};
    build->flags |= PROFILE_HAS_CALLS;
}

void build_leave(struct build *build, uint32_t thread, int64_t time)
{
    struct build_thread *t = &build->threads.data[thread];
    if (!t->stack.count) {
        build->unmatched_leaves++;
        return;
    }
    time = monotonic(build, t, time);
    struct build_frame frame = t->stack.data[--t->stack.count];
    if (build->metrics.count && build->metrics.data[0].kind == METRIC_TIME) {
        uint32_t function = build->contexts.data[frame.context].function;
        double ns = (double)build_elapsed(frame.start, time) * build->metrics.data[0].scale * 1e9;
        histogram_add(build_latency_of(build, function), (uint64_t)llround(ns), 1);
        build->flags |= PROFILE_HAS_LATENCY;
    }
}
