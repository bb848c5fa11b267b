/* The builder of call trees: contexts, and the events of threads that make them. */
#include "formats/profile/build_internal.h"

#include <string.h>

/* ---- contexts ---- */

/*
 * The children of a context are a list, the one asked for last in front: the next stack often goes
 * the same way. When they are many the list is TREE_MANY behind its first, and all are in the
 * index.
 */
#define EXPECTED_MAX (UINT32_C(1) << 24) /* contexts that there is room for before they come */

static uint32_t add_context(struct build *build, uint32_t parent, uint32_t function)
{
    *array_push(&build->contexts) = (struct build_context){.parent = parent,
                                                           .function = function,
                                                           .first_child = PROFILE_NONE,
                                                           .next_sibling = PROFILE_NONE};
    return build->contexts.count - 1;
}

uint32_t build_tree(struct build *build)
{
    return add_context(build, PROFILE_NONE, PROFILE_NONE);
}

void build_thread_tree(struct build *build, uint32_t thread, uint32_t root)
{
    build->threads.data[thread].root = root;
}

uint32_t build_root(struct build *build, uint32_t thread)
{
    uint32_t *root = &build->threads.data[thread].root;
    if (*root == PROFILE_NONE)
        *root = build_tree(build);
    return *root;
}

/* `before` is what stood before the child in the list; PROFILE_NONE: it was in none. */
static void put_in_front(struct build_context *contexts, uint32_t parent, uint32_t child,
                         uint32_t before)
{
    if (before != PROFILE_NONE)
        contexts[before].next_sibling = contexts[child].next_sibling;
    contexts[child].next_sibling = contexts[parent].first_child;
    contexts[parent].first_child = child;
}

static bool same_context(const void *items, uint32_t at, const void *key)
{
    const struct build_context *a = (const struct build_context *)items + at, *b = key;
    return a->parent == b->parent && a->function == b->function;
}

static uint64_t hash_of(uint32_t parent, uint32_t function)
{
    return build_mix(build_mix(0, parent), function);
}

uint32_t tree_find_indexed(const struct build *build, uint32_t parent, uint32_t function)
{
    struct build_context key = {.parent = parent, .function = function};
    return index_find(&build->context_index, hash_of(parent, function), build->contexts.data,
                      same_context, &key);
}

/* Of a context whose children are in the index; the one found or made becomes the first. */
static uint32_t indexed_child(struct build *build, uint32_t parent, uint32_t function)
{
    uint32_t child = tree_find_indexed(build, parent, function);
    if (child == PROFILE_NONE) {
        child = add_context(build, parent, function);
        index_add(&build->context_index, hash_of(parent, function), child);
    }
    build->contexts.data[child].next_sibling = TREE_MANY;
    build->contexts.data[parent].first_child = child;
    return child;
}

static void index_children(struct build *build, uint32_t parent)
{
    const struct build_context *contexts = build->contexts.data;
    for (uint32_t c = contexts[parent].first_child; c != PROFILE_NONE; c = contexts[c].next_sibling)
        index_add(&build->context_index, hash_of(parent, contexts[c].function), c);
}

/* Of a context whose first child is another one. */
static uint32_t further_child(struct build *build, uint32_t parent, uint32_t function)
{
    struct build_context *contexts = build->contexts.data;
    uint32_t before = contexts[parent].first_child, listed = 1,
             child = contexts[before].next_sibling;
    if (child == TREE_MANY)
        return indexed_child(build, parent, function);
    for (; child != PROFILE_NONE; before = child, child = contexts[child].next_sibling, listed++)
        if (contexts[child].function == function) {
            put_in_front(contexts, parent, child, before);
            return child;
        }
    if (listed == TREE_CHILDREN_LISTED) {
        index_children(build, parent);
        return indexed_child(build, parent, function);
    }
    child = add_context(build, parent, function);
    put_in_front(build->contexts.data, parent, child, PROFILE_NONE);
    return child;
}

static inline uint32_t child_of(struct build *build, uint32_t parent, uint32_t function)
{
    const struct build_context *contexts = build->contexts.data;
    uint32_t first = contexts[parent].first_child;
    if (first != PROFILE_NONE)
        return contexts[first].function == function ? first
                                                    : further_child(build, parent, function);
    uint32_t child = add_context(build, parent, function);
    build->contexts.data[parent].first_child = child;
    return child;
}

uint32_t build_context(struct build *build, uint32_t parent, uint32_t function)
{
    return child_of(build, parent, function);
}

void build_expect_contexts(struct build *build, double times)
{
    double more = times * build->contexts.count;
    array_reserve(&build->contexts, more < EXPECTED_MAX ? (uint32_t)more : EXPECTED_MAX);
}

uint32_t tree_add_child(struct build *build, uint32_t parent, uint32_t function)
{
    uint32_t child = add_context(build, parent, function);
    put_in_front(build->contexts.data, parent, child, PROFILE_NONE);
    return child;
}

uint32_t tree_add_chain(struct build *build, uint32_t context, const uint32_t *functions,
                        size_t count)
{
    array_reserve(&build->contexts, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t child = add_context(build, context, functions[i]);
        build->contexts.data[context].first_child = child;
        context = child;
    }
    return context;
}

uint32_t tree_path(struct build *build, uint32_t context, const uint32_t *functions, size_t count)
{
    size_t i = 0;
    for (uint32_t before = build->contexts.count; i < count && before == build->contexts.count;)
        context = child_of(build, context, functions[i++]);
    return i < count ? tree_add_chain(build, context, functions + i, count - i) : context;
}

static uint32_t row_of(struct build *build, uint32_t context)
{
    struct build_context *c = &build->contexts.data[context];
    if (!c->row)
        c->row = ++build->rows;
    return c->row;
}

static uint64_t *calls_of(struct build *build, uint32_t context)
{
    uint32_t row = row_of(build, context), before = build->context_calls.count;
    if (row >= before) {
        array_reserve(&build->context_calls, (size_t)row + 1 - before);
        memset(build->context_calls.data + before, 0,
               ((size_t)row + 1 - before) * sizeof(uint64_t));
        build->context_calls.count = row + 1;
    }
    return &build->context_calls.data[row];
}

void build_context_calls(struct build *build, uint32_t context, uint64_t calls)
{
    if (calls)
        *calls_of(build, context) += calls;
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
    if (self)
        values_add(value_at(&build->columns[metric].context, row_of(build, context)),
                   within_bounds(build, metric, self));
    build_show(build);
}

void build_stack(struct build *build, uint32_t thread, const uint32_t *functions, size_t count,
                 uint32_t metric, int64_t self)
{
    build_context_self(build, tree_path(build, build_root(build, thread), functions, count), metric,
                       self);
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
    uint32_t context = child_of(build, parent, function);
    ++*calls_of(build, context);
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
