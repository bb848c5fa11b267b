#include "tui/analysis/aligned.h"

#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "tui/analysis/calltree_nodes.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct aligned {
    struct calltree *tree;
    struct aligned_query query;
    double size_ratio, totals[2]; /* as measured, in the unit */
    double factor;                /* of B's whole units, to A's */
    bool calls;
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
    return isfinite(aligned->size_ratio) && aligned->size_ratio > 0 && aligned->size_ratio != 1;
}

double aligned_total(const struct aligned *aligned, uint32_t source)
{
    return aligned->totals[source];
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
    aligned->factor = (scale_a == scale_b ? 1 : scale_b / scale_a) * query->time_factor;
    struct calltree_source sources[2] = {
        {a, query->metric_a, query->thread_a, 1, false},
        {b, query->metric_b, query->thread_b, aligned->factor, false}};
    aligned->query = *query;
    aligned->size_ratio = query->size_b / query->size_a;
    aligned->calls = a->flags & b->flags & PROFILE_HAS_CALLS;
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

static double exponent(const struct aligned *aligned, double a, double b)
{
    bool defined = aligned_has_sizes(aligned) && a > 0 && b > 0;
    return defined ? log(b / a) / log(aligned->size_ratio) : NAN;
}

static bool in_both(const struct calltree_node *node)
{
    return node->sides[0].present && node->sides[1].present;
}

static double seconds(const struct aligned *aligned, uint32_t source, int64_t value)
{
    const struct calltree_source *from = source_of(aligned, source);
    return number_in_unit(value, &from->profile->metrics[from->metric]);
}

static double time_exponent(const struct aligned *aligned, const struct calltree_node *node,
                            int64_t a, int64_t b)
{
    return in_both(node) ? exponent(aligned, seconds(aligned, 0, a), seconds(aligned, 1, b)) : NAN;
}

static double calls_exponent(const struct aligned *aligned, const struct calltree_node *node)
{
    if (!aligned->calls || !in_both(node))
        return NAN;
    return exponent(aligned, (double)node->sides[0].values.calls,
                    (double)node->sides[1].values.calls);
}

static struct compare_change change_of(const struct calltree_node *node, double a, double b)
{
    bool in_a = node->sides[0].present, in_b = node->sides[1].present;
    struct compare_change change = {.a = in_a ? a : NAN, .b = in_b ? b : NAN};
    change.delta = (in_b ? b : 0) - (in_a ? a : 0);
    change.ratio = in_a && in_b && a > 0 ? b / a : NAN;
    return change;
}

static struct compare_change time_change(const struct aligned *aligned,
                                         const struct calltree_node *node, int64_t a, int64_t b)
{
    struct compare_change change = change_of(node, seconds(aligned, 0, a),
                                             seconds(aligned, 1, b) * aligned->query.time_factor);
    if (aligned->factor == 1) /* whole units differ exactly; their quotients do not */
        change.delta = seconds(aligned, 0, b - a);
    change.exponent = time_exponent(aligned, node, a, b);
    return change;
}

static struct compare_change calls_change(const struct aligned *aligned,
                                          const struct calltree_node *node)
{
    double a = (double)node->sides[0].values.calls;
    double b = (double)node->sides[1].values.calls * aligned->query.calls_factor;
    bool known = calltree_node_source(node) ? node->sides[1].function != PROFILE_NONE
                                            : node->sides[0].function != PROFILE_NONE;
    struct compare_change change = change_of(node, a, b);
    change.exponent = calls_exponent(aligned, node);
    if (!aligned->calls || !known)
        change = (struct compare_change){NAN, NAN, NAN, NAN, NAN, GROWTH_NONE};
    return change;
}

/* Called more often, and each call slower; they add up to the change of cumtime. */
static void split_blame(const struct aligned *aligned, struct aligned_row *row)
{
    const struct compare_change *calls = &row->change[COMPARE_NCALLS];
    const struct compare_change *time = &row->change[COMPARE_CUMTIME];
    row->more_calls = row->slower_calls = NAN;
    if (!aligned->calls || isnan(calls->delta))
        return;
    bool pair = calls->a > 0 && !isnan(calls->b);
    row->more_calls = pair ? calls->delta / calls->a * time->a : time->delta;
    row->slower_calls = time->delta - row->more_calls;
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
    if (aligned->calls)
        return parent == 0 || is_thread(node) ? 0 : calls_exponent(aligned, node);
    if (parent == 0)
        return exponent(aligned, aligned->totals[0], aligned->totals[1]);
    return time_exponent(aligned, node, node->sides[0].values.total, node->sides[1].values.total);
}

static unsigned blame_of(const struct aligned *aligned, uint32_t number, double above)
{
    const struct calltree_nodes *nodes = calltree_nodes_of(aligned->tree);
    const struct calltree_node *node = &nodes->list.data[number];
    const struct values *a = &node->sides[0].values, *b = &node->sides[1].values;
    double share_a = seconds(aligned, 0, a->total) / aligned->totals[0];
    double share_b = seconds(aligned, 1, b->total) / aligned->totals[1];
    double self_b = seconds(aligned, 1, b->self) / aligned->totals[1];
    double calls = calls_exponent(aligned, node);
    unsigned blame = 0;
    if (!in_both(node) || is_thread(node) || !aligned_has_sizes(aligned) ||
        !blame_is_judged(share_a, share_b, aligned->calls, a->calls, b->calls) ||
        calltree_nodes_is_recursive(nodes, number))
        return 0;
    if (!aligned->calls) {
        double time = time_exponent(aligned, node, a->total, b->total);
        return share_b >= BLAME_ITSELF_SHARE && blame_jumps(above, time) ? 1u << BLAME_TIME : 0;
    }
    if (blame_jumps(above, calls))
        blame |= 1u << BLAME_CALLS;
    if (self_b >= BLAME_ITSELF_SHARE &&
        blame_jumps(calls, time_exponent(aligned, node, a->self, b->self)))
        blame |= 1u << BLAME_TIME;
    return blame;
}

static void set_growth(const struct aligned *aligned, struct aligned_row *row,
                       const struct calltree_node *node)
{
    double share_a = row->change[COMPARE_CUMTIME].a / aligned->totals[0];
    double share_b = seconds(aligned, 1, node->sides[1].values.total) / aligned->totals[1];
    if (!blame_is_judged(share_a, share_b, aligned->calls, node->sides[0].values.calls,
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
    row.change[COMPARE_NCALLS] = calls_change(aligned, node);
    row.change[COMPARE_TOTTIME] = time_change(aligned, node, a->self, b->self);
    row.change[COMPARE_CUMTIME] = time_change(aligned, node, a->total, b->total);
    split_blame(aligned, &row);
    set_growth(aligned, &row, node);
    row.caller = function_of(aligned, &nodes->list.data[parent]);
    row.exponent_caller = exponent_above(aligned, parent);
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
