#include "tui/analysis/calltree_nodes.h"

#include "tui/analysis/names.h"
#include "tui/analysis/order.h"

#include <stdlib.h>
#include <string.h>

void calltree_nodes_add(struct calltree_nodes *nodes, uint32_t parent, uint32_t function,
                        uint32_t context, struct values values)
{
    bool is_root = parent == PROFILE_NONE;
    uint32_t depth = is_root || parent == 0 ? 0 : nodes->list.data[parent].depth + 1;
    uint32_t thread =
        context != PROFILE_NONE ? nodes->profile->contexts[context].thread : PROFILE_NONE;
    *array_push(&nodes->list) = (struct calltree_node){.parent = parent,
                                                       .function = function,
                                                       .context = context,
                                                       .thread = thread,
                                                       .depth = depth,
                                                       .values = values};
    if (!is_root)
        nodes->list.data[parent].child_count++;
}

void calltree_nodes_init(struct calltree_nodes *nodes, const struct profile *profile,
                         uint32_t metric, uint32_t thread)
{
    bool has_tree = profile->flags & PROFILE_HAS_TREE;
    bool has_edges = profile->flags & PROFILE_HAS_EDGES;
    memset(nodes, 0, sizeof *nodes);
    nodes->profile = profile;
    nodes->metric = metric;
    nodes->thread = thread;
    nodes->apportioned = !has_tree && has_edges;
    calltree_nodes_add(nodes, PROFILE_NONE, PROFILE_NONE, PROFILE_NONE, (struct values){0});
    nodes->list.data[0].open = true;
    nodes->list.data[0].on_hot_path = true;
    nodes->list.data[0].loaded = !has_tree && !has_edges;
    calltree_nodes_load(nodes, 0);
}

void calltree_nodes_done(struct calltree_nodes *nodes)
{
    array_free(&nodes->list);
}

static void add_contexts(struct calltree_nodes *nodes, uint32_t parent, uint32_t context)
{
    const struct profile *profile = nodes->profile;
    uint32_t child = profile->contexts[context].first_child;
    for (; child != PROFILE_NONE; child = profile->contexts[child].next_sibling)
        calltree_nodes_add(nodes, parent, profile->contexts[child].function, child,
                           profile_context(profile, child, nodes->metric));
}

/* One thread's functions stand at the top; several threads are a row each. */
static void add_threads(struct calltree_nodes *nodes)
{
    const struct profile *profile = nodes->profile;
    uint32_t only = PROFILE_NONE, count = 0;
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE &&
            (nodes->thread == PROFILE_NONE || nodes->thread == t)) {
            only = profile->threads[t].root;
            count++;
        }
    if (count == 1)
        add_contexts(nodes, 0, only);
    for (uint32_t t = 0; count > 1 && t < profile->thread_count; t++) {
        uint32_t root = profile->threads[t].root;
        if (root != PROFILE_NONE)
            calltree_nodes_add(nodes, 0, PROFILE_NONE, root,
                               profile_context(profile, root, nodes->metric));
    }
}

static int compare_names(const struct profile *profile, const struct calltree_node *a,
                         const struct calltree_node *b)
{
    if (a->function == PROFILE_NONE || b->function == PROFILE_NONE)
        return a->function == b->function
                   ? strcmp(profile->threads[a->thread].name, profile->threads[b->thread].name)
                   : 0;
    return function_compare(&profile->functions[a->function], &profile->functions[b->function]);
}

static int compare_nodes(const void *left, const void *right, void *context)
{
    const struct calltree_node *a = left, *b = right;
    int order = ORDER_OF(b->values.total, a->values.total);
    if (!order)
        order = compare_names(context, a, b);
    return order ? order : ORDER_OF(a->context, b->context);
}

/* The path goes on as long as more time lies in the largest child than in the node itself. */
static void mark_hot_path(struct calltree_nodes *nodes, uint32_t parent, uint32_t first)
{
    if (first == nodes->list.count || !nodes->list.data[parent].on_hot_path)
        return;
    struct calltree_node *child = &nodes->list.data[first];
    child->on_hot_path = child->values.total >= nodes->list.data[parent].values.self;
}

void calltree_nodes_load(struct calltree_nodes *nodes, uint32_t node)
{
    if (nodes->list.data[node].loaded)
        return;
    uint32_t first = nodes->list.count;
    nodes->list.data[node].loaded = true;
    nodes->list.data[node].first_child = first;
    if (nodes->apportioned && node == 0)
        calltree_estimate_roots(nodes);
    else if (nodes->apportioned)
        calltree_estimate_children(nodes, node);
    else if (node == 0)
        add_threads(nodes);
    else
        add_contexts(nodes, node, nodes->list.data[node].context);
    uint32_t count = nodes->list.count - first;
    if (count > 1)
        qsort_r(&nodes->list.data[first], count, sizeof *nodes->list.data, compare_nodes,
                (void *)(uintptr_t)nodes->profile);
    mark_hot_path(nodes, node, first);
}

bool calltree_nodes_is_recursive(const struct calltree_nodes *nodes, uint32_t node)
{
    const struct calltree_node *list = nodes->list.data;
    uint32_t function = list[node].function;
    for (uint32_t up = list[node].parent; up != PROFILE_NONE && function != PROFILE_NONE;
         up = list[up].parent)
        if (list[up].function == function)
            return true;
    return false;
}

bool calltree_nodes_has_children(const struct calltree_nodes *nodes, uint32_t node)
{
    const struct calltree_node *n = &nodes->list.data[node];
    uint32_t first, end;
    if (n->loaded)
        return n->child_count > 0;
    if (n->context != PROFILE_NONE)
        return nodes->profile->contexts[n->context].first_child != PROFILE_NONE;
    profile_callees(nodes->profile, n->function, &first, &end);
    return first < end && n->depth + 1 < CALLTREE_ESTIMATE_DEPTH &&
           !calltree_nodes_is_recursive(nodes, node);
}
