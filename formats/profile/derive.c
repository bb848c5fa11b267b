/* What functions and edges have in the trees of a profile: one walk, a row of sums for each. */
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

/* The cells of a row; then self and total of each metric. */
enum { PAIR, ACTIVE, CALLS, PRIMITIVE, VALUES };

#define BATCH 64u /* contexts whose rows are fetched together */

struct step {
    uint32_t end; /* of its context */
    uint32_t function, edge;
};

struct walk {
    const struct profile *profile;
    uint32_t width;       /* of a row */
    uint64_t *functions;  /* rows */
    ARRAY(uint64_t) rows; /* of edges: what calls what in PAIR, the caller in the upper half */
    uint32_t edge_count;
    uint32_t *slots; /* by pair: the edge + 1; 0 is free */
    uint32_t slot_count;
    uint32_t fetched; /* contexts whose rows were asked for */
    ARRAY(struct step) path;
};

/* ---- edges ---- */

static uint64_t *edge_row(struct walk *walk, uint32_t edge)
{
    return walk->rows.data + (size_t)edge * walk->width;
}

static uint64_t pair_of(uint32_t caller, uint32_t callee)
{
    return (uint64_t)caller << 32 | callee;
}

/* Where a pair is looked for first. */
static uint32_t *home_slot(const struct walk *walk, uint64_t pair)
{
    return walk->slots + (build_mix(0, pair) & (walk->slot_count - 1));
}

/* Where a pair's edge is, or where it may be put. */
static uint32_t *find_slot(struct walk *walk, uint64_t pair)
{
    uint32_t *slot = home_slot(walk, pair), *end = walk->slots + walk->slot_count;
    while (*slot && edge_row(walk, *slot - 1)[PAIR] != pair)
        slot = slot + 1 == end ? walk->slots : slot + 1;
    return slot;
}

static void grow_slots(struct walk *walk)
{
    free(walk->slots);
    walk->slot_count *= 2;
    walk->slots = memory_zeroed(walk->slot_count, sizeof *walk->slots);
    for (uint32_t e = 0; e < walk->edge_count; e++)
        *find_slot(walk, edge_row(walk, e)[PAIR]) = e + 1;
}

static uint32_t edge_of(struct walk *walk, uint32_t caller, uint32_t callee)
{
    uint64_t pair = pair_of(caller, callee);
    uint32_t *slot = find_slot(walk, pair);
    if (*slot)
        return *slot - 1;
    array_reserve(&walk->rows, walk->width);
    memset(walk->rows.data + walk->rows.count, 0, walk->width * sizeof *walk->rows.data);
    walk->rows.count += walk->width;
    uint32_t edge = walk->edge_count++;
    edge_row(walk, edge)[PAIR] = pair;
    *slot = edge + 1;
    if (walk->edge_count * 2ull > walk->slot_count)
        grow_slots(walk);
    return edge;
}

/* ---- the walk ---- */

/* What is on the path already has the context's total in its own. */
static void add_context(const struct walk *walk, uint64_t *row, uint32_t c)
{
    const struct profile *p = walk->profile;
    bool outermost = !row[ACTIVE]++;
    uint64_t calls = profile_context_calls(p, c);
    row[CALLS] += calls;
    row[PRIMITIVE] += outermost ? calls : 0;
    for (uint32_t m = 0; m < p->metric_count; m++) {
        uint64_t *value = row + VALUES + 2 * (size_t)m;
        value[0] += (uint64_t)profile_context_self(p, c, m);
        value[1] += outermost ? (uint64_t)profile_context_total(p, c, m) : 0;
    }
}

static uint64_t *function_row(const struct walk *walk, uint32_t function)
{
    return walk->functions + (size_t)function * walk->width;
}

static void enter(struct walk *walk, uint32_t c)
{
    const struct context *context = &walk->profile->contexts[c];
    uint32_t edge = PROFILE_NONE;
    if (walk->path.count) {
        edge = edge_of(walk, walk->path.data[walk->path.count - 1].function, context->function);
        add_context(walk, edge_row(walk, edge), c);
    }
    add_context(walk, function_row(walk, context->function), c);
    *array_push(&walk->path) = (struct step){context->end, context->function, edge};
}

/* What ends before `next`. */
static void leave(struct walk *walk, uint32_t next)
{
    while (walk->path.count && walk->path.data[walk->path.count - 1].end <= next) {
        struct step step = walk->path.data[--walk->path.count];
        function_row(walk, step.function)[ACTIVE]--;
        if (step.edge != PROFILE_NONE)
            edge_row(walk, step.edge)[ACTIVE]--;
    }
}

static inline void fetch_row(const struct walk *walk, const uint64_t *row)
{
    __builtin_prefetch(row, 1);
    __builtin_prefetch(row + walk->width - 1, 1);
}

/*
 * Asks for the rows of contexts to come. Most are not in the nearest cache, and the walk would wait
 * for one after the other.
 */
static void fetch(struct walk *walk, uint32_t first)
{
    uint32_t count = walk->profile->context_count;
    uint32_t end = count - first < BATCH ? count : first + BATCH;
    const struct context *contexts = walk->profile->contexts;
    const uint32_t *slots[BATCH];
    for (uint32_t c = first; c < end; c++) {
        uint32_t parent = contexts[c].parent, function = contexts[c].function;
        slots[c - first] = NULL;
        if (parent == PROFILE_NONE || contexts[parent].parent == PROFILE_NONE)
            continue;
        slots[c - first] = home_slot(walk, pair_of(contexts[parent].function, function));
        __builtin_prefetch(slots[c - first]);
        fetch_row(walk, function_row(walk, function));
    }
    for (uint32_t i = 0; i < end - first; i++)
        if (slots[i] && *slots[i])
            fetch_row(walk, edge_row(walk, *slots[i] - 1));
    walk->fetched = end;
}

static void walk_trees(struct walk *walk)
{
    for (uint32_t c = 0; c < walk->profile->context_count; c++) {
        if (c == walk->fetched)
            fetch(walk, c);
        leave(walk, c);
        if (walk->profile->contexts[c].parent != PROFILE_NONE)
            enter(walk, c);
    }
}

/* ---- what it comes to ---- */

static struct values values_of(const uint64_t *row, uint32_t metric)
{
    const uint64_t *value = row + VALUES + 2 * (size_t)metric;
    return (struct values){.calls = metric ? 0 : row[CALLS], /* they are added once */
                           .primitive = metric ? 0 : row[PRIMITIVE],
                           .self = (int64_t)value[0],
                           .total = (int64_t)value[1]};
}

static void state(struct build *build, struct walk *walk)
{
    for (uint32_t m = 0; m < walk->profile->metric_count; m++)
        for (uint32_t f = 0; f < build->functions.count; f++)
            build_function_values(build, f, m, values_of(function_row(walk, f), m));
    for (uint32_t e = 0; e < walk->edge_count; e++) {
        const uint64_t *row = edge_row(walk, e);
        for (uint32_t m = 0; m < walk->profile->metric_count; m++)
            build_edge_values(build, (uint32_t)(row[PAIR] >> 32), (uint32_t)row[PAIR], m,
                              values_of(row, m));
    }
}

void tree_derive(struct build *build, const struct profile *p)
{
    struct walk walk = {.profile = p, .width = VALUES + 2 * p->metric_count, .slot_count = 64};
    walk.slots = memory_zeroed(walk.slot_count, sizeof *walk.slots);
    walk.functions =
        memory_zeroed((size_t)build->functions.count * walk.width, sizeof *walk.functions);
    walk_trees(&walk);
    state(build, &walk);
    free(walk.functions);
    free(walk.slots);
    array_free(&walk.rows);
    array_free(&walk.path);
}
