/* The edges of a profile: stated ones, of which its tree's are some, each pair once, in both
 * orders. */
#include "formats/profile/build_internal.h"

#include <stdlib.h>
#include <string.h>

/* What was stated, by the profile's numbers of functions. */
struct ends {
    uint32_t count;
    uint32_t *callers, *callees;
};

static struct ends collect(const struct build *build)
{
    struct ends ends = {.count = build->edges.count};
    ends.callers = memory_alloc(ends.count * sizeof *ends.callers);
    ends.callees = memory_alloc(ends.count * sizeof *ends.callees);
    for (uint32_t i = 0; i < ends.count; i++) {
        ends.callers[i] = function_number(build, build->edges.data[i].caller);
        ends.callees[i] = function_number(build, build->edges.data[i].callee);
    }
    return ends;
}

/* A stable counting sort of indices by their keys, linear; keys are at most `largest`. */
static void count_sort(const uint32_t *keys, uint32_t largest, uint32_t *order, uint32_t count)
{
    uint32_t *next = memory_zeroed((size_t)largest + 2, sizeof *next);
    for (uint32_t i = 0; i < count; i++)
        next[keys[i] + 1]++;
    for (uint32_t k = 0; k < largest; k++)
        next[k + 1] += next[k];
    for (uint32_t i = 0; i < count; i++)
        order[next[keys[i]]++] = i;
    free(next);
}

static bool is_sorted(const uint32_t *keys, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++)
        if (keys[i - 1] > keys[i])
            return false;
    return true;
}

struct caller {
    uint32_t callee; /* the last one seen; PROFILE_NONE at first */
    uint32_t next;   /* its next edge */
};

static void forget_callees(struct caller *callers, uint32_t count)
{
    for (uint32_t f = 0; f < count; f++)
        callers[f].callee = PROFILE_NONE;
}

/* True the first time that a pair comes, when all come in order of their callees. */
static bool is_new(struct caller *caller, uint32_t callee)
{
    bool new = caller->callee != callee;
    caller->callee = callee;
    return new;
}

/*
 * Numbers the distinct pairs in order of caller, then callee; returns how many there are. `order`
 * is that of the callees; NULL: as they come.
 */
static uint32_t number_pairs(const struct ends *ends, uint32_t functions, const uint32_t *order,
                             uint32_t *edge_of)
{
    uint32_t edges = 0;
    struct caller *callers = memory_zeroed(functions, sizeof *callers);
    forget_callees(callers, functions);
    for (uint32_t i = 0; i < ends->count; i++) {
        uint32_t at = order ? order[i] : i;
        struct caller *caller = &callers[ends->callers[at]];
        caller->next += is_new(caller, ends->callees[at]);
    }
    for (uint32_t f = 0; f < functions; f++) {
        uint32_t own = callers[f].next;
        callers[f].next = edges;
        edges += own;
    }
    forget_callees(callers, functions);
    for (uint32_t i = 0; i < ends->count; i++) {
        uint32_t at = order ? order[i] : i;
        struct caller *caller = &callers[ends->callers[at]];
        caller->next += is_new(caller, ends->callees[at]);
        edge_of[at] = caller->next - 1;
    }
    free(callers);
    return edges;
}

/* The edge that each becomes; returns how many there are. */
static uint32_t number_ends(const struct ends *ends, uint32_t functions, uint32_t *edge_of)
{
    if (is_sorted(ends->callees, ends->count)) /* as in a file of callers */
        return number_pairs(ends, functions, NULL, edge_of);
    uint32_t *order = memory_alloc(ends->count * sizeof *order);
    count_sort(ends->callees, functions, order, ends->count);
    uint32_t edges = number_pairs(ends, functions, order, edge_of);
    free(order);
    return edges;
}

static void add_values(int64_t *to, const struct values_array *values, const uint32_t *edge_of)
{
    for (uint32_t i = 0; i < values->count; i++)
        values_add(&to[edge_of[i]], values->data[i]);
}

static void fill_edges(struct profile *p, const struct build *build, const struct ends *ends,
                       const uint32_t *edge_of)
{
    for (uint32_t i = 0; i < ends->count; i++) {
        struct edge *edge = &p->edges[edge_of[i]];
        edge->caller = ends->callers[i];
        edge->callee = ends->callees[i];
        edge->calls += build->edges.data[i].calls;
        edge->primitive += build->edges.data[i].primitive;
    }
    for (uint32_t m = 0; m < p->metric_count; m++) {
        add_values(p->edge_self + (size_t)m * p->edge_count, &build->columns[m].edge.self, edge_of);
        add_values(p->edge_total + (size_t)m * p->edge_count, &build->columns[m].edge.total,
                   edge_of);
    }
}

static void order_by_callee(struct profile *p)
{
    uint32_t *callees = memory_alloc(p->edge_count * sizeof *callees);
    for (uint32_t e = 0; e < p->edge_count; e++)
        callees[e] = p->edges[e].callee;
    count_sort(callees, p->function_count, p->edges_by_callee, p->edge_count);
    free(callees);
}

void edges_make(struct profile *p, const struct build *build)
{
    struct ends ends = collect(build);
    uint32_t *edge_of = memory_alloc(ends.count * sizeof *edge_of);
    p->edge_count = number_ends(&ends, p->function_count, edge_of);
    p->edges = arena_array(p->arena, struct edge, p->edge_count);
    p->edges_by_callee = arena_array(p->arena, uint32_t, p->edge_count);
    p->edge_self = arena_array(p->arena, int64_t, (size_t)p->metric_count * p->edge_count);
    p->edge_total = arena_array(p->arena, int64_t, (size_t)p->metric_count * p->edge_count);
    fill_edges(p, build, &ends, edge_of);
    order_by_callee(p);
    free(ends.callers);
    free(ends.callees);
    free(edge_of);
}
