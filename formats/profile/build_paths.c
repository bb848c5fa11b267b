/*
 * Many stacks become contexts at once. They are split by their outermost functions, those that
 * agree by their next ones, and so on, each part to its end before the next. What is at hand stays
 * in the cache, a context is looked up once, and whoever is alone on his way needs no look-up.
 *
 * Parts come in the order of their first stack: so do the children of a context, as if each stack
 * had been added on its own.
 */
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

#define AHEAD 8u /* stacks whose functions are fetched meanwhile */

/* What is left of a stack. */
struct stack {
    const uint32_t *at;
    uint32_t left;
    uint32_t path;
};

/* Stacks that go the same way: stacks[first .. first + count), up to the function here. */
struct branch {
    uint32_t first, count;
    uint32_t parent, function; /* PROFILE_NONE: a root's, and its place */
    bool alone;                /* nothing else is called by the parent but few branches like this */
};

struct sorting {
    struct build *build;
    const uint32_t *roots;
    struct stack *stacks, *sorted;
    uint32_t *numbers;             /* by function: of its branch in the split at hand, from 1 */
    ARRAY(struct branch) branches; /* to do, the next one last */
    uint32_t *contexts;
};

/* ---- splitting ---- */

/* Counts the branches that leave here into s->branches, in the order of their coming. */
static void count_branches(struct sorting *s, const struct stack *stacks, uint32_t count)
{
    uint32_t before = s->branches.count;
    for (uint32_t i = 0; i < count; i++) {
        if (i + AHEAD < count)
            __builtin_prefetch(stacks[i + AHEAD].at);
        uint32_t function = *stacks[i].at, *number = &s->numbers[function];
        if (!*number) {
            *array_push(&s->branches) = (struct branch){.function = function};
            *number = s->branches.count - before;
        }
        s->branches.data[before + *number - 1].count++;
    }
}

static inline struct stack next_of(struct stack stack)
{
    return (struct stack){stack.at + 1, stack.left - 1, stack.path};
}

/* Moves the stacks into the order of their branches, one function further. */
static void sort_stacks(struct sorting *s, uint32_t first, uint32_t count, struct branch *branches)
{
    struct stack *stacks = s->stacks + first, *sorted = s->sorted;
    for (uint32_t i = 0; i < count; i++)
        sorted[branches[s->numbers[*stacks[i].at] - 1].first++] = next_of(stacks[i]);
    memcpy(stacks, sorted, count * sizeof *stacks);
}

/* Places the branches from `before` on, the last one first, behind each other from `first` on. */
static void place_branches(struct sorting *s, uint32_t before, uint32_t first, uint32_t parent,
                           bool alone)
{
    struct branch *branches = s->branches.data + before;
    uint32_t count = s->branches.count - before;
    for (uint32_t b = 0; b < count; b++) {
        s->numbers[branches[b].function] = 0;
        branches[b].first += first - branches[b].count; /* sorting has moved it to its end */
        branches[b].parent = parent;
        branches[b].alone = alone && count <= TREE_CHILDREN_LISTED;
    }
    for (uint32_t a = 0, b = count; a + 1 < b; a++) {
        struct branch other = branches[--b];
        branches[b] = branches[a];
        branches[a] = other;
    }
}

/* Of stacks that have functions left. */
static void split(struct sorting *s, uint32_t first, uint32_t count, uint32_t parent, bool alone)
{
    uint32_t before = s->branches.count, start = 0;
    count_branches(s, s->stacks + first, count);
    struct branch *branches = s->branches.data + before;
    for (uint32_t b = 0; b < s->branches.count - before; b++) {
        branches[b].first = start;
        start += branches[b].count;
    }
    sort_stacks(s, first, count, branches);
    place_branches(s, before, first, parent, alone);
}

/* ---- contexts ---- */

/* Those that end here are done; the others move together. Returns how many they are. */
static uint32_t end_stacks(struct sorting *s, uint32_t first, uint32_t count, uint32_t context)
{
    struct stack *stacks = s->stacks + first;
    uint32_t left = 0;
    for (uint32_t i = 0; i < count; i++) {
        if (stacks[i].left)
            stacks[left++] = stacks[i];
        else
            s->contexts[stacks[i].path] = context;
    }
    return left;
}

static void go_on(struct sorting *s, uint32_t first, uint32_t count, uint32_t context, bool fresh)
{
    count = end_stacks(s, first, count, context);
    if (count > 1) {
        split(s, first, count, context, fresh);
    } else if (count) {
        struct stack *stack = &s->stacks[first];
        s->contexts[stack->path] =
            (fresh ? tree_add_chain : tree_path)(s->build, context, stack->at, stack->left);
    }
}

static uint32_t context_of(struct sorting *s, const struct branch *branch)
{
    if (branch->parent == PROFILE_NONE)
        return s->roots[branch->function];
    if (branch->alone)
        return tree_add_child(s->build, branch->parent, branch->function);
    return build_context(s->build, branch->parent, branch->function);
}

static void follow(struct sorting *s)
{
    while (s->branches.count) {
        struct branch branch = s->branches.data[--s->branches.count];
        uint32_t before = s->build->contexts.count, context = context_of(s, &branch);
        go_on(s, branch.first, branch.count, context, context == before);
    }
}

/* ---- the whole ---- */

/* The numbers by function are all 0 between two splits, and so they are only grown. */
static uint32_t *numbers_for(struct build *build, const uint32_t *functions, size_t count)
{
    uint32_t largest = 0, before = build->branches.count;
    for (size_t i = 0; i < count; i++)
        largest = functions[i] > largest ? functions[i] : largest;
    if (largest >= before) {
        array_reserve(&build->branches, (size_t)largest + 1 - before);
        memset(build->branches.data + before, 0,
               ((size_t)largest + 1 - before) * sizeof *build->branches.data);
        build->branches.count = largest + 1;
    }
    return build->branches.data;
}

void build_paths(struct build *build, const uint32_t *roots, const uint32_t *stacks,
                 const uint32_t *lengths, uint32_t count, uint32_t *contexts)
{
    struct sorting s = {.build = build, .roots = roots, .contexts = contexts};
    const uint32_t *at = stacks;
    if (!count)
        return;
    s.stacks = memory_alloc(count * sizeof *s.stacks);
    s.sorted = memory_alloc(count * sizeof *s.sorted);
    for (uint32_t i = 0; i < count; at += lengths[i++])
        s.stacks[i] = (struct stack){at, lengths[i], i};
    array_reserve(&s.branches, TREE_CHILDREN_LISTED);
    s.numbers = numbers_for(build, stacks, (size_t)(at - stacks));
    split(&s, 0, count, PROFILE_NONE, false);
    follow(&s);
    free(s.stacks);
    free(s.sorted);
    array_free(&s.branches);
}
