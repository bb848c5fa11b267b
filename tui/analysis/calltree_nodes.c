#include "tui/analysis/calltree_nodes.h"

#include "tui/analysis/match.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct calltree_side calltree_function_side(uint32_t function, struct values values)
{
    return (struct calltree_side){.present = true,
                                  .function = function,
                                  .context = PROFILE_NONE,
                                  .thread = PROFILE_NONE,
                                  .values = values};
}

void calltree_nodes_add(struct calltree_nodes *nodes, uint32_t parent,
                        const struct calltree_side *first, const struct calltree_side *second)
{
    static const struct calltree_side absent = {
        .function = PROFILE_NONE, .context = PROFILE_NONE, .thread = PROFILE_NONE};
    bool is_root = parent == PROFILE_NONE;
    uint32_t depth = is_root || parent == 0 ? 0 : nodes->list.data[parent].depth + 1;
    *array_push(&nodes->list) =
        (struct calltree_node){.parent = parent,
                               .depth = depth,
                               .sides = {first ? *first : absent, second ? *second : absent}};
    if (!is_root)
        nodes->list.data[parent].child_count++;
}

/* ---- two profiles ---- */

static void find_partners(struct calltree_nodes *nodes)
{
    const struct profile *a = nodes->sources[0].profile, *b = nodes->sources[1].profile;
    uint32_t count;
    struct match *matches = match_functions(a, b, &count);
    nodes->partner[0] = memory_zeroed(a->function_count, sizeof **nodes->partner);
    nodes->partner[1] = memory_zeroed(b->function_count, sizeof **nodes->partner);
    nodes->moved = memory_zeroed(b->function_count, sizeof *nodes->moved);
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].a != PROFILE_NONE)
            nodes->partner[0][matches[i].a] = matches[i].b;
        if (matches[i].b == PROFILE_NONE)
            continue;
        nodes->partner[1][matches[i].b] = matches[i].a;
        nodes->moved[matches[i].b] = matches[i].moved;
    }
    free(matches);
}

static uint32_t root_count(const struct calltree_source *source)
{
    uint32_t count = 0;
    for (uint32_t t = 0; t < source->profile->thread_count; t++)
        count += source->profile->threads[t].root != PROFILE_NONE &&
                 profile_chosen(source->profile, source->thread, t);
    return count;
}

/* An estimate knows no threads: beside it, neither does a tree that has several. */
static void apportion_alike(struct calltree_nodes *nodes)
{
    struct calltree_source *a = &nodes->sources[0], *b = &nodes->sources[1];
    if (a->apportioned && root_count(b) > 1)
        b->apportioned = true;
    if (b->apportioned && root_count(a) > 1)
        a->apportioned = true;
}

void calltree_nodes_init(struct calltree_nodes *nodes, const struct calltree_source *sources,
                         uint32_t source_count, enum calltree_order order)
{
    struct calltree_side root[2];
    memset(nodes, 0, sizeof *nodes);
    nodes->source_count = source_count;
    nodes->order = order;
    for (uint32_t s = 0; s < source_count; s++) {
        unsigned flags = sources[s].profile->flags;
        nodes->sources[s] = sources[s];
        nodes->sources[s].apportioned = !(flags & PROFILE_HAS_TREE) && flags & PROFILE_HAS_EDGES;
        root[s] = calltree_function_side(PROFILE_NONE, (struct values){0});
        root[s].present = flags & (PROFILE_HAS_TREE | PROFILE_HAS_EDGES);
    }
    if (source_count > 1) {
        find_partners(nodes);
        apportion_alike(nodes);
    }
    calltree_nodes_add(nodes, PROFILE_NONE, &root[0], source_count > 1 ? &root[1] : NULL);
    nodes->list.data[0].open = true;
    nodes->list.data[0].on_hot_path = true;
    calltree_nodes_load(nodes, 0);
}

void calltree_nodes_done(struct calltree_nodes *nodes)
{
    array_free(&nodes->list);
    array_free(&nodes->adopted);
    array_free(&nodes->below);
    free(nodes->moved);
    for (int s = 0; s < 2; s++) {
        array_free(&nodes->found[s]);
        free(nodes->partner[s]);
    }
}

/* ---- children in one profile ---- */

static void add_context(const struct calltree_source *source, uint32_t thread, uint32_t context,
                        struct calltree_sides *out)
{
    uint32_t function = source->profile->contexts[context].function;
    struct values values = profile_context(source->profile, context, source->metric);
    *array_push(out) = (struct calltree_side){true, function, context, thread, values};
}

static void add_contexts(const struct calltree_source *source, uint32_t thread, uint32_t context,
                         struct calltree_sides *out)
{
    const struct context *contexts = source->profile->contexts;
    uint32_t child = profile_first_child(contexts, context);
    for (; child != PROFILE_NONE; child = profile_next_sibling(contexts, child))
        add_context(source, thread, child, out);
}

/* One thread's functions stand at the top; several threads are a row each. */
static void add_threads(const struct calltree_nodes *nodes, const struct calltree_source *source,
                        struct calltree_sides *out)
{
    bool rows = root_count(source) > 1;
    if (nodes->source_count > 1 && !nodes->sources[0].apportioned && !nodes->sources[1].apportioned)
        rows = root_count(&nodes->sources[0]) > 1 || root_count(&nodes->sources[1]) > 1;
    for (uint32_t t = 0; t < source->profile->thread_count; t++) {
        uint32_t root = source->profile->threads[t].root;
        if (root == PROFILE_NONE || !profile_chosen(source->profile, source->thread, t))
            continue;
        if (rows)
            add_context(source, t, root, out);
        else
            add_contexts(source, t, root, out);
    }
}

void calltree_collect(const struct calltree_nodes *nodes, uint32_t source,
                      const struct calltree_side *parent, struct calltree_sides *out)
{
    const struct calltree_source *from = &nodes->sources[source];
    if (!parent->present)
        return;
    if (parent->context != PROFILE_NONE)
        add_contexts(from, parent->thread, parent->context, out);
    else if (parent->function != PROFILE_NONE)
        calltree_estimate_children(from, parent, out);
    else if (from->apportioned)
        calltree_estimate_roots(from, out);
    else
        add_threads(nodes, from, out);
}

static bool may_collect(const struct calltree_nodes *nodes, uint32_t node, uint32_t source)
{
    const struct calltree_node *n = &nodes->list.data[node];
    const struct calltree_side *side = &n->sides[source];
    if (!side->present)
        return false;
    if (side->context != PROFILE_NONE || side->function == PROFILE_NONE)
        return true;
    return n->depth + 1 < CALLTREE_ESTIMATE_DEPTH && !calltree_nodes_is_recursive(nodes, node);
}

static void find_children(struct calltree_nodes *nodes, uint32_t node)
{
    const struct calltree_node *n = &nodes->list.data[node];
    for (uint32_t s = 0; s < nodes->source_count; s++) {
        nodes->found[s].count = 0;
        if (may_collect(nodes, node, s))
            calltree_collect(nodes, s, &n->sides[s], &nodes->found[s]);
        for (uint32_t i = 0; !n->sides[s].present && i < n->adopted_count; i++)
            *array_push(&nodes->found[s]) = nodes->adopted.data[n->first_adopted + i];
    }
}

/* ---- order ---- */

uint32_t calltree_node_source(const struct calltree_node *node)
{
    return node->sides[1].present;
}

static int64_t scaled(int64_t value, double factor)
{
    return factor == 1 ? value : llround((double)value * factor);
}

static int64_t weigh(const struct calltree_nodes *nodes, int64_t first, int64_t second)
{
    if (nodes->source_count == 1)
        return first;
    second = scaled(second, nodes->sources[1].factor);
    return nodes->order == CALLTREE_BY_SECOND ? second : llabs(second - first);
}

int64_t calltree_node_weight(const struct calltree_nodes *nodes, const struct calltree_node *node)
{
    return weigh(nodes, node->sides[0].values.total, node->sides[1].values.total);
}

int64_t calltree_node_own(const struct calltree_nodes *nodes, const struct calltree_node *node)
{
    return weigh(nodes, node->sides[0].values.self, node->sides[1].values.self);
}

static int compare_names(const struct calltree_nodes *nodes, const struct calltree_node *a,
                         const struct calltree_node *b)
{
    const struct calltree_side *left = &a->sides[calltree_node_source(a)];
    const struct calltree_side *right = &b->sides[calltree_node_source(b)];
    const struct profile *of_left = nodes->sources[calltree_node_source(a)].profile;
    const struct profile *of_right = nodes->sources[calltree_node_source(b)].profile;
    if (left->function != PROFILE_NONE && right->function != PROFILE_NONE)
        return function_compare(&of_left->functions[left->function],
                                &of_right->functions[right->function]);
    if (left->function == PROFILE_NONE && right->function == PROFILE_NONE)
        return strcmp(of_left->threads[left->thread].name, of_right->threads[right->thread].name);
    return 0;
}

static int compare_nodes(const void *left, const void *right, void *context)
{
    const struct calltree_nodes *nodes = context;
    const struct calltree_node *a = left, *b = right;
    int64_t weight_a = calltree_node_weight(nodes, a), weight_b = calltree_node_weight(nodes, b);
    int order = ORDER_OF(weight_b, weight_a);
    if (!order)
        order = compare_names(nodes, a, b);
    for (int s = 0; s < 2 && !order; s++)
        order = ORDER_OF(a->sides[s].context, b->sides[s].context);
    return order;
}

/* The path goes on as long as more time lies in the largest child than in the node itself. */
static void mark_hot_path(struct calltree_nodes *nodes, uint32_t parent, uint32_t first)
{
    if (first == nodes->list.count || !nodes->list.data[parent].on_hot_path)
        return;
    struct calltree_node *child = &nodes->list.data[first];
    child->on_hot_path =
        calltree_node_weight(nodes, child) >= calltree_node_own(nodes, &nodes->list.data[parent]);
}

void calltree_nodes_load(struct calltree_nodes *nodes, uint32_t node)
{
    if (nodes->list.data[node].loaded)
        return;
    uint32_t first = nodes->list.count;
    nodes->list.data[node].loaded = true;
    nodes->list.data[node].first_child = first;
    find_children(nodes, node);
    if (nodes->source_count > 1)
        calltree_pair(nodes, node);
    for (uint32_t i = 0; nodes->source_count == 1 && i < nodes->found[0].count; i++)
        calltree_nodes_add(nodes, node, &nodes->found[0].data[i], NULL);
    uint32_t count = nodes->list.count - first;
    if (count > 1)
        qsort_r(&nodes->list.data[first], count, sizeof *nodes->list.data, compare_nodes, nodes);
    mark_hot_path(nodes, node, first);
}

static bool stands_above(const struct calltree_nodes *nodes, uint32_t node)
{
    const struct calltree_node *list = nodes->list.data;
    uint32_t source = calltree_node_source(&list[node]);
    uint32_t function = list[node].sides[source].function;
    for (uint32_t up = list[node].parent; up != PROFILE_NONE && function != PROFILE_NONE;
         up = list[up].parent)
        if (list[up].sides[source].function == function)
            return true;
    return false;
}

bool calltree_nodes_is_recursive(const struct calltree_nodes *nodes, uint32_t node)
{
    uint8_t *recursion = &nodes->list.data[node].recursion;
    if (*recursion == RECURSION_UNKNOWN)
        *recursion = stands_above(nodes, node) ? RECURSION_FOUND : RECURSION_NONE;
    return *recursion == RECURSION_FOUND;
}

static bool calls_something(const struct calltree_nodes *nodes, uint32_t node, uint32_t source)
{
    const struct profile *profile = nodes->sources[source].profile;
    const struct calltree_side *side = &nodes->list.data[node].sides[source];
    uint32_t first, end;
    if (side->present && side->context != PROFILE_NONE)
        return profile_first_child(profile->contexts, side->context) != PROFILE_NONE;
    if (!side->present || side->function == PROFILE_NONE)
        return false;
    profile_callees(profile, side->function, &first, &end);
    return first < end && may_collect(nodes, node, source);
}

bool calltree_nodes_has_children(const struct calltree_nodes *nodes, uint32_t node)
{
    const struct calltree_node *n = &nodes->list.data[node];
    if (n->loaded)
        return n->child_count > 0;
    if (n->adopted_count)
        return true;
    for (uint32_t s = 0; s < nodes->source_count; s++)
        if (calls_something(nodes, node, s))
            return true;
    return false;
}
