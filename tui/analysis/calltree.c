#include "tui/analysis/calltree.h"

#include "tui/analysis/calltree_filter.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS_MAX 100000u

struct visible {
    uint32_t node;
    bool has_children; /* that the filter lets through */
    bool under_match;  /* the node or an ancestor matches: all below is shown */
};

struct calltree {
    struct calltree_nodes nodes;
    struct calltree_filter *filter;
    int64_t total;
    ARRAY(struct visible) rows;
};

static struct calltree_node *node_at(const struct calltree *tree, uint32_t node)
{
    return &tree->nodes.list.data[node];
}

static struct calltree_node *row_node(const struct calltree *tree, uint32_t row)
{
    return node_at(tree, tree->rows.data[row].node);
}

static struct visible see(const struct calltree *tree, uint32_t node, bool under_match)
{
    struct visible visible = {node, calltree_nodes_has_children(&tree->nodes, node), under_match};
    if (!tree->filter)
        return visible;
    visible.under_match |= calltree_filter_matches(tree->filter, node_at(tree, node));
    if (!visible.under_match)
        visible.has_children &= calltree_filter_below(tree->filter, node_at(tree, node));
    return visible;
}

static bool is_shown(const struct calltree *tree, uint32_t node, bool under_match)
{
    return !tree->filter || under_match || calltree_filter_holds(tree->filter, node_at(tree, node));
}

/* Where the walk through the open nodes stands on one level. */
struct level {
    uint32_t node, next;
    bool under_match;
};

/* The open nodes in order; the walk keeps its own stack, however deep the tree is. */
static void rebuild(struct calltree *tree)
{
    ARRAY(struct level) stack = {0};
    tree->rows.count = 0;
    *array_push(&stack) = (struct level){0, 0, false};
    while (stack.count) {
        struct level *level = &stack.data[stack.count - 1];
        const struct calltree_node *parent = node_at(tree, level->node);
        if (level->next == parent->child_count) {
            stack.count--;
            continue;
        }
        uint32_t node = parent->first_child + level->next++;
        if (!is_shown(tree, node, level->under_match))
            continue;
        struct visible visible = see(tree, node, level->under_match);
        *array_push(&tree->rows) = visible;
        if (visible.has_children && node_at(tree, node)->open)
            *array_push(&stack) = (struct level){node, 0, visible.under_match};
    }
    array_free(&stack);
}

static void open_node(struct calltree *tree, uint32_t node)
{
    calltree_nodes_load(&tree->nodes, node);
    node_at(tree, node)->open = true;
}

struct calltree *calltree_new(const struct profile *profile, uint32_t metric, uint32_t thread)
{
    struct calltree *tree = memory_zeroed(1, sizeof *tree);
    struct calltree_source source = {profile, metric, thread, 1, false};
    calltree_nodes_init(&tree->nodes, &source, 1, CALLTREE_BY_CHANGE);
    tree->total = profile_total(profile, metric, thread);
    rebuild(tree);
    return tree;
}

struct calltree *calltree_new_aligned(const struct calltree_source sources[2],
                                      enum calltree_order order)
{
    struct calltree *tree = memory_zeroed(1, sizeof *tree);
    calltree_nodes_init(&tree->nodes, sources, 2, order);
    rebuild(tree);
    return tree;
}

void calltree_free(struct calltree *tree)
{
    if (!tree)
        return;
    calltree_nodes_done(&tree->nodes);
    calltree_filter_free(tree->filter);
    array_free(&tree->rows);
    free(tree);
}

const struct profile *calltree_profile(const struct calltree *tree)
{
    return tree->nodes.sources[0].profile;
}

const struct metric *calltree_metric(const struct calltree *tree)
{
    return &tree->nodes.sources[0].profile->metrics[tree->nodes.sources[0].metric];
}

uint32_t calltree_metric_index(const struct calltree *tree)
{
    return tree->nodes.sources[0].metric;
}

bool calltree_is_apportioned(const struct calltree *tree)
{
    return tree->nodes.sources[0].apportioned || tree->nodes.sources[1].apportioned;
}

uint32_t calltree_count(const struct calltree *tree)
{
    return tree->rows.count;
}

int64_t calltree_total(const struct calltree *tree)
{
    return tree->total;
}

struct calltree_row calltree_row(const struct calltree *tree, uint32_t row)
{
    const struct visible *visible = &tree->rows.data[row];
    const struct calltree_node *node = node_at(tree, visible->node);
    const struct calltree_side *side = &node->sides[calltree_node_source(node)];
    return (struct calltree_row){
        .function = side->function,
        .source = calltree_node_source(node),
        .thread = side->thread,
        .depth = node->depth,
        .values = side->values,
        .has_children = visible->has_children,
        .open = node->open && visible->has_children,
        .recursive = calltree_nodes_is_recursive(&tree->nodes, visible->node),
        .on_hot_path = node->on_hot_path,
    };
}

uint32_t calltree_row_node(const struct calltree *tree, uint32_t row)
{
    return tree->rows.data[row].node;
}

const struct calltree_nodes *calltree_nodes_of(const struct calltree *tree)
{
    return &tree->nodes;
}

void calltree_toggle(struct calltree *tree, uint32_t row)
{
    uint32_t node = tree->rows.data[row].node;
    if (!tree->rows.data[row].has_children)
        return;
    if (node_at(tree, node)->open)
        node_at(tree, node)->open = false;
    else
        open_node(tree, node);
    rebuild(tree);
}

static bool leads_to_match(const struct calltree *tree, uint32_t node)
{
    return node == 0 || calltree_filter_below(tree->filter, node_at(tree, node));
}

/* A node to be looked at by open_levels(). */
struct pending {
    struct visible visible;
    uint32_t level;
};

/*
 * Opens level by level, so that a bound cuts the depth and not the right-hand side of the tree.
 * With `to_matches` only what leads to a match of the filter.
 */
static void open_levels(struct calltree *tree, struct visible from, uint32_t levels,
                        bool to_matches)
{
    ARRAY(struct pending) queue = {0};
    uint32_t shown = tree->rows.count;
    *array_push(&queue) = (struct pending){from, 0};
    for (uint32_t i = 0; i < queue.count && shown < ROWS_MAX; i++) {
        struct pending at = queue.data[i];
        if (at.level >= levels || !at.visible.has_children)
            continue;
        if (to_matches && !leads_to_match(tree, at.visible.node))
            continue;
        open_node(tree, at.visible.node);
        const struct calltree_node parent = *node_at(tree, at.visible.node);
        for (uint32_t c = 0; c < parent.child_count; c++) {
            uint32_t child = parent.first_child + c;
            if (!is_shown(tree, child, at.visible.under_match))
                continue;
            shown++;
            *array_push(&queue) =
                (struct pending){see(tree, child, at.visible.under_match), at.level + 1};
        }
    }
    array_free(&queue);
}

static void open_from_top(struct calltree *tree, uint32_t levels, bool to_matches)
{
    struct visible root = {0, tree->rows.count > 0, false};
    tree->rows.count = 0;
    open_levels(tree, root, levels, to_matches);
    rebuild(tree);
}

void calltree_expand_all(struct calltree *tree, uint32_t levels)
{
    open_from_top(tree, levels, false);
}

void calltree_expand(struct calltree *tree, uint32_t row, uint32_t levels)
{
    open_levels(tree, tree->rows.data[row], levels, false);
    rebuild(tree);
}

void calltree_collapse_all(struct calltree *tree)
{
    for (uint32_t n = 1; n < tree->nodes.list.count; n++)
        node_at(tree, n)->open = false;
    rebuild(tree);
}

static uint32_t row_of_node(const struct calltree *tree, uint32_t node)
{
    for (uint32_t row = 0; row < tree->rows.count; row++)
        if (tree->rows.data[row].node == node)
            return row;
    return 0;
}

/* The largest child that is shown, if the path goes on there. */
static bool largest_child(const struct calltree *tree, const struct visible *from,
                          struct visible *child)
{
    const struct calltree_node *parent = node_at(tree, from->node);
    for (uint32_t c = 0; c < parent->child_count; c++) {
        uint32_t node = parent->first_child + c;
        if (!is_shown(tree, node, from->under_match))
            continue;
        *child = see(tree, node, from->under_match);
        return calltree_node_weight(&tree->nodes, node_at(tree, node)) >=
               calltree_node_own(&tree->nodes, parent);
    }
    return false;
}

uint32_t calltree_hot_path(struct calltree *tree, uint32_t row)
{
    struct visible at = tree->rows.data[row], child;
    for (uint32_t steps = 0; at.has_children && steps < ROWS_MAX; steps++) {
        calltree_nodes_load(&tree->nodes, at.node);
        if (!largest_child(tree, &at, &child))
            break;
        node_at(tree, at.node)->open = true;
        at = child;
    }
    rebuild(tree);
    return row_of_node(tree, at.node);
}

uint32_t calltree_reveal(struct calltree *tree, uint32_t source, uint32_t function)
{
    uint32_t node = calltree_nodes_find(&tree->nodes, source, function);
    for (uint32_t up = node_at(tree, node)->parent; up != PROFILE_NONE;
         up = node_at(tree, up)->parent)
        node_at(tree, up)->open = true;
    rebuild(tree);
    return row_of_node(tree, node);
}

uint32_t calltree_parent(const struct calltree *tree, uint32_t row)
{
    uint32_t depth = row_node(tree, row)->depth;
    for (uint32_t up = row; up-- > 0;)
        if (row_node(tree, up)->depth < depth)
            return up;
    return row;
}

/* What the user opened before the first letter of a filter comes back after the last. */
static void keep_open_nodes(struct calltree *tree, bool begins, bool ends)
{
    for (uint32_t n = 1; n < tree->nodes.list.count; n++) {
        struct calltree_node *node = node_at(tree, n);
        if (begins)
            node->was_open = node->open;
        node->open = ends ? node->was_open : false;
    }
}

void calltree_filter(struct calltree *tree, const char *text)
{
    bool was_filtered = tree->filter != NULL;
    calltree_filter_free(tree->filter);
    tree->filter = calltree_filter_new(&tree->nodes, text);
    if (!was_filtered && !tree->filter)
        return;
    keep_open_nodes(tree, !was_filtered, !tree->filter);
    rebuild(tree);
    if (!tree->filter)
        return;
    open_from_top(tree, UINT32_MAX, true);
}
