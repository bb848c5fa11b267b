/*
 * What functions and edges have in the trees of a profile: one walk, a row of sums for each. Of
 * many contexts two threads walk over one half each.
 */
#include "formats/profile/aside.h"
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

/*
 * The cells of a row; then self and total of each metric. UNTIL is the end of the last outermost
 * context that was added: whatever comes before it is within that one, whose total has it already.
 */
enum { PAIR, UNTIL, CALLS, PRIMITIVE, VALUES };

#define LINE 8u /* cells of a line of the cache: a row of up to so many is in one */

#define BATCH 64u /* contexts whose rows are fetched together */

/* Rows that begin with a line of the cache where their width lets them. */
struct rows {
    uint64_t *cells;
    void *memory; /* that the cells are in */
    size_t capacity;
};

struct walk {
    const struct profile *profile;
    uint32_t first, end; /* of the contexts to walk over */
    uint32_t width;      /* of a row */
    struct rows functions;
    struct rows edges; /* with what calls what in PAIR, the caller in the upper half */
    uint32_t edge_count;
    uint32_t *slots; /* by pair: the edge + 1; 0 is free */
    uint32_t slot_count;
    uint32_t fetched; /* contexts whose rows were asked for */
};

/* ---- rows ---- */

/* Makes room for so many, of which `used` are kept. */
static void grow_rows(struct rows *rows, uint32_t width, size_t used, size_t count)
{
    void *memory = memory_alloc((count * width + LINE) * sizeof *rows->cells);
    uintptr_t line = LINE * sizeof *rows->cells;
    uint64_t *cells = (uint64_t *)(((uintptr_t)memory + line - 1) / line * line);
    if (used)
        memcpy(cells, rows->cells, used * width * sizeof *cells);
    free(rows->memory);
    *rows = (struct rows){cells, memory, count};
}

static uint64_t *function_row(const struct walk *walk, uint32_t function)
{
    return walk->functions.cells + (size_t)function * walk->width;
}

static uint64_t *edge_row(const struct walk *walk, uint32_t edge)
{
    return walk->edges.cells + (size_t)edge * walk->width;
}

/* ---- edges ---- */

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

static uint32_t find_edge(struct walk *walk, uint64_t pair)
{
    uint32_t *slot = find_slot(walk, pair);
    if (*slot)
        return *slot - 1;
    uint32_t edge = walk->edge_count++;
    if (edge == walk->edges.capacity)
        grow_rows(&walk->edges, walk->width, edge, edge ? edge * (size_t)2 : 64);
    memset(edge_row(walk, edge), 0, walk->width * sizeof(uint64_t));
    edge_row(walk, edge)[PAIR] = pair;
    *slot = edge + 1;
    if (walk->edge_count * 2ull > walk->slot_count)
        grow_slots(walk);
    return edge;
}

/*
 * A function mostly calls what it has called before: its row has, in PAIR, its last callee and that
 * edge + 1. 0: it is another callee.
 */
static uint32_t last_edge(const struct walk *walk, uint32_t caller, uint32_t callee)
{
    uint64_t last = function_row(walk, caller)[PAIR];
    return last >> 32 == callee ? (uint32_t)last : 0;
}

static uint32_t edge_of(struct walk *walk, uint32_t caller, uint32_t callee)
{
    uint32_t last = last_edge(walk, caller, callee);
    if (last)
        return last - 1;
    uint32_t edge = find_edge(walk, pair_of(caller, callee));
    function_row(walk, caller)[PAIR] = pair_of(callee, edge + 1);
    return edge;
}

/* ---- the walk ---- */

/* Whether a context of the row is within no other one; it is the last that was added then. */
static inline bool is_outermost(uint64_t *row, const struct context *contexts, uint32_t c)
{
    if (row[UNTIL] > c)
        return false;
    row[UNTIL] = contexts[c].end;
    return true;
}

static inline void add_context(const struct walk *walk, uint64_t *row, uint32_t c)
{
    const struct profile *p = walk->profile;
    bool outermost = is_outermost(row, p->contexts, c);
    uint64_t calls = profile_context_calls(p, c);
    row[CALLS] += calls;
    row[PRIMITIVE] += outermost ? calls : 0;
    for (uint32_t m = 0; m < p->metric_count; m++) {
        uint64_t *value = row + VALUES + 2 * (size_t)m;
        value[0] += (uint64_t)profile_context_self(p, c, m);
        value[1] += outermost ? (uint64_t)profile_context_total(p, c, m) : 0;
    }
}

/* Whether a context is called by a function; the outermost ones of a thread are by none. */
static inline bool has_caller(const struct context *contexts, uint32_t c)
{
    return contexts[contexts[c].parent].parent != PROFILE_NONE;
}

static uint32_t edge_into(struct walk *walk, const struct context *contexts, uint32_t c)
{
    return edge_of(walk, contexts[contexts[c].parent].function, contexts[c].function);
}

static inline void enter(struct walk *walk, uint32_t c)
{
    const struct context *contexts = walk->profile->contexts;
    if (has_caller(contexts, c))
        add_context(walk, edge_row(walk, edge_into(walk, contexts, c)), c);
    add_context(walk, function_row(walk, contexts[c].function), c);
}

/* What `c` is within is added by another walk; the outermost of the same comes last here. */
static void enter_callers(struct walk *walk, uint32_t c)
{
    const struct context *contexts = walk->profile->contexts;
    for (c = contexts[c].parent; c != PROFILE_NONE && contexts[c].parent != PROFILE_NONE;
         c = contexts[c].parent) {
        function_row(walk, contexts[c].function)[UNTIL] = contexts[c].end;
        if (has_caller(contexts, c))
            edge_row(walk, edge_into(walk, contexts, c))[UNTIL] = contexts[c].end;
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
    uint32_t end = walk->end - first < BATCH ? walk->end : first + BATCH;
    const struct context *contexts = walk->profile->contexts;
    const uint32_t *slots[BATCH] = {0};
    for (uint32_t c = first; c < end; c++) {
        uint32_t parent = contexts[c].parent, function = contexts[c].function;
        if (parent == PROFILE_NONE || contexts[parent].parent == PROFILE_NONE)
            continue;
        fetch_row(walk, function_row(walk, function));
        uint32_t edge = last_edge(walk, contexts[parent].function, function);
        if (edge) {
            fetch_row(walk, edge_row(walk, edge - 1));
            continue;
        }
        slots[c - first] = home_slot(walk, pair_of(contexts[parent].function, function));
        __builtin_prefetch(slots[c - first]);
    }
    for (uint32_t i = 0; i < end - first; i++)
        if (slots[i] && *slots[i])
            fetch_row(walk, edge_row(walk, *slots[i] - 1));
    walk->fetched = end;
}

static void walk_trees(void *opaque)
{
    struct walk *walk = opaque;
    enter_callers(walk, walk->first);
    for (uint32_t c = walk->fetched = walk->first; c < walk->end; c++) {
        if (c == walk->fetched)
            fetch(walk, c);
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

static void walk_init(struct walk *walk, const struct profile *p, uint32_t first, uint32_t end,
                      uint32_t functions)
{
    *walk = (struct walk){.profile = p,
                          .first = first,
                          .end = end,
                          .width = VALUES + 2 * p->metric_count,
                          .slot_count = 64};
    walk->width = walk->width < LINE ? LINE : walk->width;
    walk->slots = memory_zeroed(walk->slot_count, sizeof *walk->slots);
    grow_rows(&walk->functions, walk->width, 0, functions);
    memset(walk->functions.cells, 0, (size_t)functions * walk->width * sizeof(uint64_t));
}

static void walk_done(struct walk *walk)
{
    free(walk->functions.memory);
    free(walk->edges.memory);
    free(walk->slots);
}

static void add_row(uint64_t *row, const uint64_t *more, uint32_t width)
{
    for (uint32_t cell = CALLS; cell < width; cell++)
        row[cell] += more[cell];
}

/* What the walk over the contexts behind these has come to. */
static void add_walk(struct walk *walk, struct walk *behind, uint32_t functions)
{
    for (uint32_t f = 0; f < functions; f++)
        add_row(function_row(walk, f), function_row(behind, f), walk->width);
    for (uint32_t e = 0; e < behind->edge_count; e++) {
        const uint64_t *row = edge_row(behind, e);
        uint32_t edge = edge_of(walk, (uint32_t)(row[PAIR] >> 32), (uint32_t)row[PAIR]);
        add_row(edge_row(walk, edge), row, walk->width);
    }
}

/* The second half in a thread of its own. */
static void walk_both(struct walk *walk, uint32_t functions)
{
    struct walk behind;
    struct aside aside;
    uint32_t end = walk->end;
    walk->end = end / 2;
    walk_init(&behind, walk->profile, walk->end, end, functions);
    aside_begin(&aside, walk_trees, &behind);
    walk_trees(walk);
    aside_end(&aside);
    add_walk(walk, &behind, functions);
    walk_done(&behind);
}

void tree_derive(struct build *build, const struct profile *p)
{
    struct walk walk;
    walk_init(&walk, p, 0, p->context_count, build->functions.count);
    if (p->context_count < TREE_WORTH_A_THREAD || p->context_count / 4 < build->functions.count ||
        bound_is_near(build, p->context_count)) /* two walks have rows of their own */
        walk_trees(&walk);
    else
        walk_both(&walk, build->functions.count);
    state(build, &walk);
    walk_done(&walk);
}
