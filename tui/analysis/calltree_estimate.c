/*
 * A call tree out of call edges only. What a function passes on to a callee is
 * taken to be the same whoever called it: a node's callees get the edge's values
 * times the node's share in its function. A function that is already on the way
 * up is shown, but not opened again.
 */
#include "tui/analysis/calltree_nodes.h"

#include <math.h>

/* Of a function's total that no caller accounts for before it stands at the top as well. */
#define UNACCOUNTED_SHARE 0.01

static int64_t scaled(int64_t value, double factor)
{
    return llround((double)value * factor);
}

static struct values scale(struct values values, double factor)
{
    return (struct values){(uint64_t)llround((double)values.calls * factor),
                           (uint64_t)llround((double)values.primitive * factor),
                           scaled(values.self, factor), scaled(values.total, factor)};
}

static double share(const struct values *part, const struct values *whole)
{
    double factor = 0;
    if (whole->total > 0)
        factor = (double)part->total / (double)whole->total;
    else if (whole->calls > 0)
        factor = (double)part->calls / (double)whole->calls;
    return factor < 0 ? 0 : factor > 1 ? 1 : factor;
}

void calltree_estimate_children(struct calltree_nodes *nodes, uint32_t node)
{
    const struct profile *profile = nodes->profile;
    const struct calltree_node parent = nodes->list.data[node];
    uint32_t first, end;
    if (parent.depth + 1 >= CALLTREE_ESTIMATE_DEPTH || calltree_nodes_is_recursive(nodes, node))
        return;
    struct values whole = profile_function(profile, parent.function, nodes->metric);
    double factor = share(&parent.values, &whole);
    profile_callees(profile, parent.function, &first, &end);
    for (uint32_t e = first; e < end; e++) {
        struct values values = scale(profile_edge(profile, e, nodes->metric), factor);
        /* Edges of recursive functions may count more than what is left here. */
        if (values.total > parent.values.total)
            values.total = parent.values.total;
        if (values.self > values.total)
            values.self = values.total;
        calltree_nodes_add(nodes, node, profile->edges[e].callee, PROFILE_NONE, values);
    }
}

struct accounted {
    uint32_t callers; /* without the function itself */
    uint64_t calls;   /* with its own */
    int64_t total;
};

static struct accounted account(const struct calltree_nodes *nodes, uint32_t function)
{
    const struct profile *profile = nodes->profile;
    struct accounted sum = {0};
    uint32_t first, end;
    profile_callers(profile, function, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = profile->edges_by_callee[i];
        struct values values = profile_edge(profile, edge, nodes->metric);
        sum.calls += values.calls;
        if (profile->edges[edge].caller == function)
            continue;
        sum.callers++;
        sum.total += values.total;
    }
    return sum;
}

static void add_root(struct calltree_nodes *nodes, uint32_t function)
{
    struct values whole = profile_function(nodes->profile, function, nodes->metric);
    struct accounted sum = account(nodes, function);
    bool has_calls = nodes->profile->flags & PROFILE_HAS_CALLS;
    if (!sum.callers) {
        if (whole.calls || whole.total)
            calltree_nodes_add(nodes, 0, function, PROFILE_NONE, whole);
        return;
    }
    double left = (double)(whole.total - sum.total);
    if ((has_calls && whole.calls <= sum.calls) || left <= UNACCOUNTED_SHARE * (double)whole.total)
        return;
    struct values values = scale(whole, left / (double)whole.total);
    if (has_calls)
        values.calls = values.primitive = whole.calls - sum.calls;
    calltree_nodes_add(nodes, 0, function, PROFILE_NONE, values);
}

void calltree_estimate_roots(struct calltree_nodes *nodes)
{
    const struct profile *profile = nodes->profile;
    uint32_t largest = 0;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        add_root(nodes, f);
        if (profile_function(profile, f, nodes->metric).total >
            profile_function(profile, largest, nodes->metric).total)
            largest = f;
    }
    /* Nothing but cycles: one has to be entered somewhere. */
    if (!nodes->list.data[0].child_count && profile->function_count)
        calltree_nodes_add(nodes, 0, largest, PROFILE_NONE,
                           profile_function(profile, largest, nodes->metric));
}
