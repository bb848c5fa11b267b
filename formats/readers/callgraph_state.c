/* callgraph_state(): what follows from the sums of a call graph, as callgraph.h says. */
#include "formats/readers/callgraph.h"
#include "formats/readers/cycles.h"

#include <stdlib.h>

struct derivation {
    const struct callgraph *graph;
    struct build *build;
    uint32_t *component, *members; /* by node; by component */
    uint32_t components;
    bool levels;              /* some nodes are deeper levels of others */
    bool told;                /* calls of recursive functions are told apart */
    uint32_t *function;       /* of the builder, by node */
    int64_t *total;           /* a row a node */
    struct index outer_pairs; /* of functions that an edge joins which begins or ends outside */
};

static int64_t saturated(int64_t a, int64_t b)
{
    callgraph_add(&a, &b, 1);
    return a;
}

static uint32_t outermost(const struct callgraph *graph, uint32_t node)
{
    uint32_t outer = graph->nodes.data[node].outer;
    return outer == PROFILE_NONE ? node : outer;
}

static bool is_deeper(const struct callgraph *graph, uint32_t node)
{
    return graph->nodes.data[node].outer != PROFILE_NONE;
}

/* ---- cycles ---- */

static void find_cycles(struct derivation *d)
{
    uint32_t count = d->graph->edges.count;
    uint32_t *callers = memory_alloc(count * sizeof *callers);
    uint32_t *callees = memory_alloc(count * sizeof *callees);
    for (uint32_t e = 0; e < count; e++) {
        callers[e] = d->graph->edges.data[e].caller;
        callees[e] = d->graph->edges.data[e].callee;
    }
    d->component = cycles_find(d->graph->nodes.count, count, callers, callees, &d->components);
    free(callers);
    free(callees);
    d->members = memory_zeroed(d->components, sizeof *d->members);
    for (uint32_t n = 0; n < d->graph->nodes.count; n++) {
        d->members[d->component[n]]++;
        d->levels |= is_deeper(d->graph, n);
    }
    d->told = d->levels || d->components == d->graph->nodes.count;
}

/* ---- totals of nodes, a metric at a time ---- */

/* Calls of a node by others, what it took by its own account, and what its cycle took. */
struct sums {
    int64_t *in, *out, *cycle;
};

static void add_sums(const struct derivation *d, uint32_t m, struct sums *sums)
{
    const struct callgraph *graph = d->graph;
    for (uint32_t n = 0; n < graph->nodes.count; n++) {
        int64_t self = callgraph_row(graph, &graph->self, n)[m];
        uint32_t c = d->component[n];
        sums->in[n] = INT64_MIN; /* nobody calls it */
        sums->out[n] = self;
        sums->cycle[c] = saturated(sums->cycle[c], self);
    }
    for (uint32_t e = 0; e < graph->edges.count; e++) {
        uint32_t caller = graph->edges.data[e].caller, callee = graph->edges.data[e].callee;
        int64_t total = callgraph_row(graph, &graph->total, e)[m];
        uint32_t c = d->component[caller];
        if (caller == callee)
            continue;
        int64_t before = sums->in[callee];
        sums->in[callee] = before == INT64_MIN ? total : saturated(before, total);
        sums->out[caller] = saturated(sums->out[caller], total);
        if (d->component[callee] != c)
            sums->cycle[c] = saturated(sums->cycle[c], total);
    }
}

static void derive_totals(struct derivation *d, uint32_t m)
{
    const struct callgraph *graph = d->graph;
    uint32_t nodes = graph->nodes.count;
    struct sums sums = {.in = memory_alloc(nodes * sizeof(int64_t)),
                        .out = memory_alloc(nodes * sizeof(int64_t)),
                        .cycle = memory_zeroed(d->components, sizeof(int64_t))};
    add_sums(d, m, &sums);
    for (uint32_t n = 0; n < nodes; n++) {
        int64_t total = sums.in[n] > sums.out[n] ? sums.in[n] : sums.out[n];
        int64_t most = sums.cycle[d->component[n]];
        bool alone = d->members[d->component[n]] == 1;
        d->total[(size_t)n * graph->metrics + m] = alone || total < most ? total : most;
    }
    free(sums.in);
    free(sums.out);
    free(sums.cycle);
}

/* ---- functions ---- */

static void state_function(struct derivation *d, uint32_t n)
{
    const struct callgraph_node *node = &d->graph->nodes.data[n];
    d->function[n] =
        build_function_of(d->build, node->name, node->module, node->file, node->line, node->kind);
}

/* What the node spent belongs to its function; what it took only when it is the outer level. */
static void state_costs(struct derivation *d, uint32_t n)
{
    const struct callgraph *graph = d->graph;
    const int64_t *self = callgraph_row(graph, &graph->self, n);
    const int64_t *total = d->total + (size_t)n * graph->metrics;
    bool deeper = is_deeper(graph, n);
    for (uint32_t m = 0; m < graph->metrics; m++)
        build_function_values(d->build, d->function[n], m,
                              (struct values){.self = self[m], .total = deeper ? 0 : total[m]});
}

static void state_calls(struct derivation *d, const struct callgraph_edge *edge)
{
    bool again = edge->caller == edge->callee || is_deeper(d->graph, edge->callee);
    struct values values = {.calls = edge->calls, .primitive = again && d->told ? 0 : edge->calls};
    build_function_values(d->build, d->function[edge->callee], 0, values);
}

static void state_functions(struct derivation *d)
{
    const struct callgraph *graph = d->graph;
    for (uint32_t n = 0; n < graph->nodes.count; n++)
        if (!is_deeper(graph, n))
            state_function(d, n);
    for (uint32_t n = 0; n < graph->nodes.count; n++) {
        d->function[n] = d->function[outermost(graph, n)];
        state_costs(d, n);
    }
    for (uint32_t e = 0; e < graph->edges.count; e++)
        state_calls(d, &graph->edges.data[e]);
}

/* ---- edges ---- */

static bool same_pair(const void *items, uint32_t at, const void *key)
{
    const struct callgraph *graph = items;
    const struct callgraph_edge *a = &graph->edges.data[at], *b = key;
    return outermost(graph, a->caller) == outermost(graph, b->caller) &&
           outermost(graph, a->callee) == outermost(graph, b->callee);
}

static uint64_t hash_pair(const struct callgraph *graph, const struct callgraph_edge *edge)
{
    uint64_t both = (uint64_t)outermost(graph, edge->caller) << 32 | outermost(graph, edge->callee);
    both *= UINT64_C(0x9e3779b97f4a7c15);
    return both ^ both >> 32;
}

static bool is_inner(const struct callgraph *graph, const struct callgraph_edge *edge)
{
    return is_deeper(graph, edge->caller) && is_deeper(graph, edge->callee);
}

static void find_outer_pairs(struct derivation *d)
{
    const struct callgraph *graph = d->graph;
    for (uint32_t e = 0; d->levels && e < graph->edges.count; e++) {
        const struct callgraph_edge *edge = &graph->edges.data[e];
        uint64_t hash = hash_pair(graph, edge);
        if (!is_inner(graph, edge) &&
            index_find(&d->outer_pairs, hash, graph, same_pair, edge) == UINT32_MAX)
            index_add(&d->outer_pairs, hash, e);
    }
}

/*
 * What calls between two deeper levels took is part of what the outer calls took, where there
 * are any.
 */
static bool is_part_of_others(const struct derivation *d, const struct callgraph_edge *edge)
{
    return is_inner(d->graph, edge) && index_find(&d->outer_pairs, hash_pair(d->graph, edge),
                                                  d->graph, same_pair, edge) != UINT32_MAX;
}

static void state_edge(struct derivation *d, uint32_t e)
{
    const struct callgraph *graph = d->graph;
    const struct callgraph_edge *edge = &graph->edges.data[e];
    const int64_t *total = callgraph_row(graph, &graph->total, e);
    const int64_t *most = d->total + (size_t)outermost(graph, edge->callee) * graph->metrics;
    bool recursive = d->component[edge->caller] == d->component[edge->callee];
    bool part = is_part_of_others(d, edge);
    for (uint32_t m = 0; m < graph->metrics; m++) {
        int64_t value = recursive && total[m] > most[m] ? most[m] : total[m];
        uint64_t calls = m ? 0 : edge->calls;
        build_edge_values(d->build, d->function[edge->caller], d->function[edge->callee], m,
                          (struct values){.calls = calls,
                                          .primitive = part ? 0 : calls,
                                          .total = part ? 0 : value});
    }
}

bool callgraph_state(const struct callgraph *graph, struct build *build)
{
    struct derivation d = {.graph = graph, .build = build};
    uint32_t nodes = graph->nodes.count;
    d.total = memory_zeroed(nodes, graph->metrics * sizeof *d.total);
    d.function = memory_zeroed(nodes, sizeof *d.function);
    find_cycles(&d);
    for (uint32_t m = 0; m < graph->metrics; m++)
        derive_totals(&d, m);
    state_functions(&d);
    find_outer_pairs(&d);
    for (uint32_t e = 0; e < graph->edges.count; e++)
        state_edge(&d, e);
    index_free(&d.outer_pairs);
    free(d.component);
    free(d.members);
    free(d.function);
    free(d.total);
    return d.told;
}
