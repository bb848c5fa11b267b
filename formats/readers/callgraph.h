/*
 * A call graph of sums, as callgrind's format has it: what each function spent itself, and for
 * each pair how often the one called the other and what these calls took, callees included. What
 * a function took with its callees is not in such a file; callgraph_state() derives it.
 *
 *   - A function is what it and its calls took, or what the calls of it took, whichever is
 *     more: a root is called by nobody, and a call that was not seen is in no sum. Calls of itself
 *     count in neither.
 *   - Functions that reach each other have sums that hold parts of each other. None of them
 *     gets more than what they took together: all they spent themselves, and the calls that
 *     leave their cycle. So a recursive function counts at most once, where a sum chained along
 *     the cycle exceeds the whole program.
 *   - A node may be another one at a deeper level of recursion ("work'2" in callgrind's files).
 *     Both are then one function: calls of the outer level are its primitive calls, and only
 *     what the outer level took is its total.
 */
#ifndef NCPROF_FORMATS_READERS_CALLGRAPH_H
#define NCPROF_FORMATS_READERS_CALLGRAPH_H

#include "formats/profile/build.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"

struct callgraph_node {
    uint32_t name, module, file, line; /* texts of the builder */
    enum function_kind kind;
    uint32_t outer; /* the node that this one is a deeper level of; PROFILE_NONE: it is one */
};

struct callgraph_edge {
    uint32_t caller, callee;
    uint64_t calls;
};

struct callgraph_rows {
    int64_t *data;
    size_t capacity; /* in rows */
};

/* A zeroed struct is an empty graph. */
struct callgraph {
    uint32_t metrics; /* values a row of `self` and `total` */
    ARRAY(struct callgraph_node) nodes;
    ARRAY(struct callgraph_edge) edges;
    struct callgraph_rows self;  /* a row a node */
    struct callgraph_rows total; /* a row an edge */
    struct index node_index, edge_index;
};

/* More values a row, zeroes until something is added. */
void callgraph_widen(struct callgraph *graph, uint32_t metrics);
/* Same name, module and file: same node. The other members count on first sight. */
uint32_t callgraph_node(struct callgraph *graph, const struct callgraph_node *key);
/* PROFILE_NONE when there is none. */
uint32_t callgraph_find(const struct callgraph *graph, const struct callgraph_node *key);
uint32_t callgraph_edge(struct callgraph *graph, uint32_t caller, uint32_t callee);

static inline int64_t *callgraph_row(const struct callgraph *graph,
                                     const struct callgraph_rows *rows, uint32_t at)
{
    return rows->data + (size_t)at * graph->metrics;
}

/*
 * Self costs are summed up later: what does not fit into the sum of its metric is taken as 0.
 * Returns how many were.
 */
uint64_t callgraph_bound(struct callgraph *graph);
/* Adds; more than the largest value there is stays that value. */
void callgraph_add(int64_t *row, const int64_t *values, uint32_t count);

/*
 * States functions and edges to the builder, whose metrics 0 to metrics - 1 are those of the
 * rows. True when calls of recursive functions are told apart: there are deeper levels, or no
 * functions reach each other.
 */
bool callgraph_state(const struct callgraph *graph, struct build *build);
void callgraph_free(struct callgraph *graph);

#endif
