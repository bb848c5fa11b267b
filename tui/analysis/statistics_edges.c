/* Callers and callees by key, merged as pstats' strip_dirs() merges them. */
#include "tui/analysis/statistics_internal.h"

#include "formats/profile/memory.h"
#include "tui/analysis/order.h"

#include <stdlib.h>
#include <string.h>

struct stated {
    struct statistics_edge edge;
    uint32_t function, position; /* the callee as it was before merging; the file's order */
};

static int compare_keys(const void *left, const void *right, void *context)
{
    const struct statistics_row *rows = context;
    uint32_t x = *(const uint32_t *)left, y = *(const uint32_t *)right;
    const struct statistics_row *a = &rows[x], *b = &rows[y];
    int order = strcmp(a->file, b->file);
    order = order ? order : ORDER_OF(a->line, b->line);
    return order ? order : strcmp(a->name, b->name);
}

/* sorted(call_dict.keys()) is what pstats lists a function's callers by. */
static void rank_rows(struct statistics *s)
{
    uint32_t *order = memory_zeroed(s->row_count, sizeof *order);
    for (uint32_t r = 0; r < s->row_count; r++)
        order[r] = r;
    if (s->row_count > 1)
        qsort_r(order, s->row_count, sizeof *order, compare_keys, s->rows);
    for (uint32_t i = 0; i < s->row_count; i++)
        s->rows[order[i]].rank = i;
    free(order);
}

static int compare_stated(const void *left, const void *right, void *context)
{
    const struct statistics_row *rows = context;
    const struct stated *a = left, *b = right;
    if (a->edge.callee != b->edge.callee)
        return ORDER_OF(a->edge.callee, b->edge.callee);
    if (a->edge.caller != b->edge.caller)
        return ORDER_OF(rows[a->edge.caller].rank, rows[b->edge.caller].rank);
    return ORDER_OF(a->position, b->position);
}

static int compare_by_caller(const void *left, const void *right, void *context)
{
    const struct statistics_row *rows = context;
    const struct statistics_edge *a = left, *b = right;
    if (a->caller != b->caller)
        return ORDER_OF(a->caller, b->caller);
    return ORDER_OF(rows[a->callee].rank, rows[b->callee].rank);
}

static struct stated *state_edges(const struct statistics *s, const uint32_t *row_of)
{
    const struct profile *profile = s->profile;
    struct stated *stated = memory_zeroed(profile->edge_count, sizeof *stated);
    for (uint32_t i = 0; i < profile->edge_count; i++) {
        uint32_t e = profile->edges_by_callee[i];
        const struct edge *edge = &profile->edges[e];
        stated[i].edge = (struct statistics_edge){row_of[edge->caller], row_of[edge->callee],
                                                  profile_edge(profile, e, s->metric)};
        stated[i].function = edge->callee;
        stated[i].position = i;
    }
    if (profile->edge_count > 1)
        qsort_r(stated, profile->edge_count, sizeof *stated, compare_stated, s->rows);
    return stated;
}

static bool is_same_pair(const struct statistics_edge *a, const struct statistics_edge *b)
{
    return a->callee == b->callee && a->caller == b->caller;
}

/*
 * Where stripping makes one of two callers of a function, strip_dirs() forgets the first; where it
 * makes one of two functions, it adds up.
 */
static void merge(struct statistics *s, const struct stated *stated, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        struct statistics_edge edge = stated[i].edge;
        if (i + 1 < count && stated[i + 1].function == stated[i].function &&
            is_same_pair(&stated[i + 1].edge, &edge))
            continue;
        if (s->edge_count && is_same_pair(&s->callers[s->edge_count - 1], &edge))
            statistics_add(&s->callers[s->edge_count - 1].values, &edge.values);
        else
            s->callers[s->edge_count++] = edge;
    }
}

void statistics_edges(struct statistics *s, const uint32_t *row_of)
{
    uint32_t count = s->profile->flags & PROFILE_HAS_EDGES ? s->profile->edge_count : 0;
    if (!count)
        return;
    rank_rows(s);
    s->callers = memory_zeroed(count, sizeof *s->callers);
    struct stated *stated = state_edges(s, row_of);
    merge(s, stated, count);
    free(stated);
    s->callees = memory_zeroed(s->edge_count, sizeof *s->callees);
    memcpy(s->callees, s->callers, s->edge_count * sizeof *s->callees);
    if (s->edge_count > 1)
        qsort_r(s->callees, s->edge_count, sizeof *s->callees, compare_by_caller, s->rows);
}

/* The first edge whose caller or callee is not below `row`. */
static uint32_t lower_bound(const struct statistics_edge *edges, uint32_t count, uint32_t row,
                            bool by_caller)
{
    uint32_t first = 0, end = count;
    while (first < end) {
        uint32_t middle = first + (end - first) / 2;
        if ((by_caller ? edges[middle].caller : edges[middle].callee) < row)
            first = middle + 1;
        else
            end = middle;
    }
    return first;
}

void statistics_callers(const struct statistics *s, uint32_t row, uint32_t *first, uint32_t *end)
{
    *first = lower_bound(s->callers, s->edge_count, row, false);
    *end = lower_bound(s->callers, s->edge_count, row + 1, false);
}

void statistics_callees(const struct statistics *s, uint32_t row, uint32_t *first, uint32_t *end)
{
    *first = lower_bound(s->callees, s->edge_count, row, true);
    *end = lower_bound(s->callees, s->edge_count, row + 1, true);
}
