#include "tui/analysis/aligned.h"

#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "tui/analysis/calltree_nodes.h"
#include "tui/analysis/change.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct aligned {
    struct calltree *tree;
    struct aligned_query query;
    struct change_scale scale;
    double totals[2]; /* as measured, in the unit */
};

static const struct calltree_source *source_of(const struct aligned *aligned, uint32_t source)
{
    return &calltree_nodes_of(aligned->tree)->sources[source];
}

const struct profile *aligned_profile(const struct aligned *aligned, uint32_t source)
{
    return source_of(aligned, source)->profile;
}

const struct metric *aligned_metric(const struct aligned *aligned)
{
    return &aligned_profile(aligned, 0)->metrics[aligned->query.metric_a];
}

bool aligned_is_apportioned(const struct aligned *aligned, uint32_t source)
{
    return source_of(aligned, source)->apportioned;
}

bool aligned_has_sizes(const struct aligned *aligned)
{
    return change_has_exponents(&aligned->scale);
}

bool aligned_is_by_b(const struct aligned *aligned)
{
    return aligned->query.by_b;
}

struct calltree *aligned_tree(const struct aligned *aligned)
{
    return aligned->tree;
}

static double total_of(const struct profile *profile, uint32_t metric, uint32_t thread)
{
    return number_in_unit(profile_total(profile, metric, thread), &profile->metrics[metric]);
}

struct aligned *aligned_new(const struct profile *a, const struct profile *b,
                            const struct aligned_query *query)
{
    struct aligned *aligned = memory_zeroed(1, sizeof *aligned);
    double scale_a = a->metrics[query->metric_a].scale, scale_b = b->metrics[query->metric_b].scale;
    double factor = (scale_a == scale_b ? 1 : scale_b / scale_a) * query->time_factor;
    struct calltree_source sources[2] = {{a, query->metric_a, query->thread_a, 1, false},
                                         {b, query->metric_b, query->thread_b, factor, false}};
    aligned->query = *query;
    aligned->scale =
        change_scale(a, query->metric_a, b, query->metric_b, query->size_b / query->size_a);
    aligned->scale.time_factor = query->time_factor;
    aligned->scale.calls_factor = query->calls_factor;
    aligned->totals[0] = total_of(a, query->metric_a, query->thread_a);
    aligned->totals[1] = total_of(b, query->metric_b, query->thread_b);
    aligned->tree =
        calltree_new_aligned(sources, query->by_b ? CALLTREE_BY_SECOND : CALLTREE_BY_CHANGE);
    return aligned;
}

void aligned_free(struct aligned *aligned)
{
    if (aligned)
        calltree_free(aligned->tree);
    free(aligned);
}

/* ---- a row's values ---- */

static bool in_both(const struct calltree_node *node)
{
    return node->sides[0].present && node->sides[1].present;
}

static double exponent(const struct aligned *aligned, const struct calltree_node *node, int64_t a,
                       int64_t b)
{
    return in_both(node) ? change_exponent(&aligned->scale, change_seconds_a(&aligned->scale, a),
                                           change_seconds_b(&aligned->scale, b))
                         : NAN;
}

static double calls_exponent(const struct aligned *aligned, const struct calltree_node *node)
{
    if (!aligned->scale.calls || !in_both(node))
        return NAN;
    return change_exponent(&aligned->scale, (double)node->sides[0].values.calls,
                           (double)node->sides[1].values.calls);
}

static enum compare_status status_of(const struct aligned *aligned,
                                     const struct calltree_node *node)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    const struct calltree_side *a = &node->sides[0], *b = &node->sides[1];
    if (!a->present)
        return COMPARE_NEW;
    if (!b->present)
        return COMPARE_GONE;
    if (b->function != PROFILE_NONE)
        return nodes->moved[b->function] ? COMPARE_MOVED : COMPARE_MATCHED;
    return strcmp(aligned_profile(aligned, 0)->threads[a->thread].name,
                  aligned_profile(aligned, 1)->threads[b->thread].name) != 0
               ? COMPARE_MOVED
               : COMPARE_MATCHED;
}

/* ---- blame ---- */

/* The nearest node above that both profiles hold; 0, the root, is in both runs once. */
static uint32_t parent_of(const struct calltree_nodes *nodes, uint32_t node)
{
    uint32_t up = nodes->list.data[node].parent;
    while (up != 0 && !in_both(&nodes->list.data[up]))
        up = nodes->list.data[up].parent;
    return up;
}

static bool is_thread(const struct calltree_node *node)
{
    return node->sides[calltree_node_source(node)].function == PROFILE_NONE;
}

/* Of the calls above, or without calls of the time there. The top is entered once, whatever n. */
static double exponent_above(const struct aligned *aligned, uint32_t parent)
{
    const struct calltree_node *node = &calltree_nodes_of(aligned->tree)->list.data[parent];
    if (aligned->scale.calls)
        return parent == 0 || is_thread(node) ? 0 : calls_exponent(aligned, node);
    if (parent == 0)
        return change_exponent(&aligned->scale, aligned->totals[0], aligned->totals[1]);
    return exponent(aligned, node, node->sides[0].values.total, node->sides[1].values.total);
}

static void seconds_of(const struct aligned *aligned, const struct calltree_node *node, bool own,
                       double seconds[2])
{
    const struct values *a = &node->sides[0].values, *b = &node->sides[1].values;
    seconds[0] = change_seconds_a(&aligned->scale, own ? a->self : a->total);
    seconds[1] = change_seconds_b(&aligned->scale, own ? b->self : b->total);
}

/* Without calls: where the caller is hardly more than this node, what it has beside it. */
static double beside(const struct aligned *aligned, uint32_t number, uint32_t parent, double above)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    const struct calltree_node *node = &nodes->list.data[number];
    double caller[2] = {aligned->totals[0], aligned->totals[1]}, edge[2], own[2];
    seconds_of(aligned, node, false, edge);
    seconds_of(aligned, node, true, own);
    if (!in_both(node) || is_thread(node) ||
        blame_jumps(above, change_exponent(&aligned->scale, edge[0], edge[1])))
        return above;
    if (parent != 0)
        seconds_of(aligned, &nodes->list.data[parent], false, caller);
    double rest = blame_beside(&aligned->scale, caller, edge, own, aligned->totals);
    return isnan(rest) ? above : rest;
}

static unsigned blame_of(const struct aligned *aligned, uint32_t number, double above)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    const struct calltree_node *node = &nodes->list.data[number];
    const struct values *a = &node->sides[0].values, *b = &node->sides[1].values;
    double share_a = change_seconds_a(&aligned->scale, a->total) / aligned->totals[0];
    double share_b = change_seconds_b(&aligned->scale, b->total) / aligned->totals[1];
    double self_b = change_seconds_b(&aligned->scale, b->self) / aligned->totals[1];
    double calls = calls_exponent(aligned, node);
    unsigned blame = 0;
    if (!in_both(node) || is_thread(node) || !aligned_has_sizes(aligned) ||
        !blame_is_judged(share_a, share_b, aligned->scale.calls, a->calls, b->calls) ||
        calltree_nodes_is_recursive(nodes, number))
        return 0;
    if (!aligned->scale.calls) {
        double time = exponent(aligned, node, a->total, b->total);
        return share_b >= BLAME_ITSELF_SHARE && blame_jumps(above, time) ? 1u << BLAME_TIME : 0;
    }
    if (blame_jumps(above, calls))
        blame |= 1u << BLAME_CALLS;
    if (self_b >= BLAME_ITSELF_SHARE &&
        blame_jumps(calls, exponent(aligned, node, a->self, b->self)))
        blame |= 1u << BLAME_TIME;
    return blame;
}

static void set_growth(const struct aligned *aligned, struct aligned_row *row,
                       const struct calltree_node *node)
{
    double share_a = row->change[COMPARE_CUMTIME].a / aligned->totals[0];
    double share_b =
        change_seconds_b(&aligned->scale, node->sides[1].values.total) / aligned->totals[1];
    if (!blame_is_judged(share_a, share_b, aligned->scale.calls, node->sides[0].values.calls,
                         node->sides[1].values.calls))
        return;
    for (int m = 0; m < COMPARE_MEASURES; m++)
        row->change[m].growth = growth_of(row->change[m].exponent);
}

static const struct function *function_of(const struct aligned *aligned,
                                          const struct calltree_node *node)
{
    uint32_t source = calltree_node_source(node), function = node->sides[source].function;
    return function == PROFILE_NONE ? NULL : &aligned_profile(aligned, source)->functions[function];
}

struct aligned_row aligned_row(const struct aligned *aligned, uint32_t number)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    uint32_t at = calltree_row_node(aligned->tree, number), parent = parent_of(nodes, at);
    const struct calltree_node *node = &nodes->list.data[at];
    const struct values *a = &node->sides[0].values, *b = &node->sides[1].values;
    struct aligned_row row = {.row = calltree_row(aligned->tree, number),
                              .status = status_of(aligned, node),
                              .function_a = node->sides[0].function,
                              .function_b = node->sides[1].function};
    change_of(&aligned->scale, node->sides[0].present ? a : NULL, node->sides[1].present ? b : NULL,
              row.change);
    if (is_thread(node)) /* nobody calls it */
        row.change[COMPARE_NCALLS] = (struct compare_change){NAN, NAN, NAN, NAN, NAN, GROWTH_NONE};
    change_split(row.change, &row.more_calls, &row.slower_calls);
    set_growth(aligned, &row, node);
    row.caller = function_of(aligned, &nodes->list.data[parent]);
    row.exponent_caller = exponent_above(aligned, parent);
    if (!aligned->scale.calls)
        row.exponent_caller = beside(aligned, at, parent, row.exponent_caller);
    row.blame = blame_of(aligned, at, row.exponent_caller);
    return row;
}

const struct function *aligned_function(const struct aligned *aligned, uint32_t number)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    return function_of(aligned, &nodes->list.data[calltree_row_node(aligned->tree, number)]);
}

void aligned_thread(const struct aligned *aligned, uint32_t number, char *buffer, size_t size)
{
    struct calltree_row row = calltree_row(aligned->tree, number);
    const char *name = aligned_profile(aligned, row.source)->threads[row.thread].name;
    if (!text_escape(name, strlen(name), buffer, size))
        snprintf(buffer, size, "thread %u", row.thread + 1);
}
