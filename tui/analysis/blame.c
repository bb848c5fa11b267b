#include "tui/analysis/blame_internal.h"

#include "formats/profile/memory.h"
#include "tui/analysis/match.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

#define JUMP 0.4

bool blame_jumps(double exponent_caller, double exponent_edge)
{
    /* what is exactly 0.4 apart stays so after subtraction */
    return exponent_edge > BLAME_GROWN && exponent_edge - exponent_caller >= JUMP - 1e-9;
}

static double total_of(const struct profile *profile, uint32_t metric)
{
    return (double)profile_total(profile, metric, PROFILE_NONE) * profile->metrics[metric].scale;
}

struct blame *blame_new_matched(const struct profile *a, const struct profile *b,
                                const struct blame_query *query, const struct match *pairs,
                                uint32_t count)
{
    struct blame *blame = memory_zeroed(1, sizeof *blame);
    *blame =
        (struct blame){.a = a, .b = b, .metric_a = query->metric_a, .metric_b = query->metric_b};
    blame->scale =
        change_scale(a, query->metric_a, b, query->metric_b, query->size_b / query->size_a);
    blame->total_a = total_of(a, query->metric_a);
    blame->total_b = total_of(b, query->metric_b);
    blame->in_a = memory_zeroed(b->function_count, sizeof *blame->in_a);
    blame->in_b = memory_zeroed(a->function_count, sizeof *blame->in_b);
    for (uint32_t i = 0; i < count; i++) {
        if (pairs[i].b != PROFILE_NONE)
            blame->in_a[pairs[i].b] = pairs[i].a;
        if (pairs[i].a != PROFILE_NONE)
            blame->in_b[pairs[i].a] = pairs[i].b;
    }
    return blame;
}

struct blame *blame_new(const struct profile *a, const struct profile *b,
                        const struct blame_query *query)
{
    uint32_t count;
    struct match *pairs = match_functions(a, b, &count);
    struct blame *blame = blame_new_matched(a, b, query, pairs, count);
    free(pairs);
    return blame;
}

void blame_free(struct blame *blame)
{
    if (blame) {
        free(blame->in_a);
        free(blame->in_b);
    }
    free(blame);
}

uint32_t blame_in_a(const struct blame *blame, uint32_t function_b)
{
    return blame->in_a[function_b];
}

uint32_t blame_in_b(const struct blame *blame, uint32_t function_a)
{
    return blame->in_b[function_a];
}

const struct profile *blame_profile(const struct blame *blame, int side)
{
    return side ? blame->b : blame->a;
}

uint32_t blame_metric(const struct blame *blame, int side)
{
    return side ? blame->metric_b : blame->metric_a;
}

const struct change_scale *blame_scale(const struct blame *blame)
{
    return &blame->scale;
}

bool blame_has_calls(const struct blame *blame)
{
    return blame->scale.calls;
}

/* ---- exponents ---- */

double blame_calls_exponent(const struct blame *blame, const struct blame_flow *flow)
{
    bool known = blame->scale.calls && flow->in_both;
    return known ? change_exponent(&blame->scale, (double)flow->a.calls, (double)flow->b.calls)
                 : NAN;
}

static double time_exponent(const struct blame *blame, const struct blame_flow *flow, int64_t a,
                            int64_t b)
{
    if (!flow->in_both)
        return NAN;
    return change_exponent(&blame->scale, change_seconds_a(&blame->scale, a),
                           change_seconds_b(&blame->scale, b));
}

double blame_self_exponent(const struct blame *blame, const struct blame_flow *flow)
{
    return time_exponent(blame, flow, flow->a.self, flow->b.self);
}

double blame_total_exponent(const struct blame *blame, const struct blame_flow *flow)
{
    return time_exponent(blame, flow, flow->a.total, flow->b.total);
}

static double share_a_of(const struct blame *blame, int64_t value)
{
    return change_seconds_a(&blame->scale, value) / blame->total_a;
}

double blame_share_b(const struct blame *blame, int64_t value)
{
    return change_seconds_b(&blame->scale, value) / blame->total_b;
}

/* ---- flows ---- */

struct blame_flow blame_function_flow(const struct blame *blame, uint32_t function)
{
    uint32_t in_a = blame->in_a[function];
    struct blame_flow flow = {.b = profile_function(blame->b, function, blame->metric_b)};
    flow.in_both = in_a != PROFILE_NONE;
    if (flow.in_both)
        flow.a = profile_function(blame->a, in_a, blame->metric_a);
    return flow;
}

/* Edges are ordered by caller, then callee. */
uint32_t blame_find_edge(const struct profile *profile, uint32_t caller, uint32_t callee)
{
    uint32_t low, high, end;
    profile_callees(profile, caller, &low, &end);
    for (high = end; low < high;) {
        uint32_t middle = low + (high - low) / 2;
        if (profile->edges[middle].callee < callee)
            low = middle + 1;
        else
            high = middle;
    }
    return low < end && profile->edges[low].callee == callee ? low : PROFILE_NONE;
}

struct blame_flow blame_edge_flow(const struct blame *blame, uint32_t edge)
{
    uint32_t caller = blame->in_a[blame->b->edges[edge].caller];
    uint32_t callee = blame->in_a[blame->b->edges[edge].callee], in_a = PROFILE_NONE;
    struct blame_flow flow = {.b = profile_edge(blame->b, edge, blame->metric_b)};
    if (caller != PROFILE_NONE && callee != PROFILE_NONE)
        in_a = blame_find_edge(blame->a, caller, callee);
    flow.in_both = in_a != PROFILE_NONE;
    if (flow.in_both)
        flow.a = profile_edge(blame->a, in_a, blame->metric_a);
    return flow;
}

/* ---- edges ---- */

double blame_beside(const struct change_scale *scale, const double caller[2], const double edge[2],
                    const double own[2], const double totals[2])
{
    double rest[2] = {caller[0] - edge[0], caller[1] - edge[1]};
    double exponent = change_exponent(scale, rest[0], rest[1]);
    bool weighty =
        rest[0] >= GROWTH_LEAST_SHARE * totals[0] || rest[1] >= GROWTH_LEAST_SHARE * totals[1];
    bool grows_itself = own[1] >= BLAME_ITSELF_SHARE * totals[1] &&
                        blame_jumps(exponent, change_exponent(scale, own[0], own[1]));
    return weighty && grows_itself ? exponent : NAN;
}

static bool weighs(double share_in_a, double share_in_b)
{
    return share_in_a >= GROWTH_LEAST_SHARE || share_in_b >= GROWTH_LEAST_SHARE;
}

bool blame_is_judged(double share_in_a, double share_in_b, bool has_calls, uint64_t calls_a,
                     uint64_t calls_b)
{
    return weighs(share_in_a, share_in_b) &&
           (!has_calls || calls_a >= GROWTH_LEAST_CALLS || calls_b >= GROWTH_LEAST_CALLS);
}

bool blame_has_weight(const struct blame *blame, const struct blame_flow *flow)
{
    return flow->in_both &&
           weighs(share_a_of(blame, flow->a.total), blame_share_b(blame, flow->b.total));
}

static bool is_judged(const struct blame *blame, const struct blame_flow *flow)
{
    return flow->in_both &&
           blame_is_judged(share_a_of(blame, flow->a.total), blame_share_b(blame, flow->b.total),
                           blame->scale.calls, flow->a.calls, flow->b.calls);
}

bool blame_by_calls(const struct blame *blame, uint32_t edge, const struct blame_flow *flow,
                    struct blame_edge *found)
{
    const struct edge *e = &blame->b->edges[edge];
    struct blame_flow caller = blame_function_flow(blame, e->caller);
    if (!blame->scale.calls || e->caller == e->callee || !is_judged(blame, flow))
        return false;
    *found = (struct blame_edge){e->caller,
                                 e->callee,
                                 BLAME_CALLS,
                                 false,
                                 false,
                                 blame_calls_exponent(blame, &caller),
                                 blame_calls_exponent(blame, flow),
                                 blame_share_b(blame, flow->b.total)};
    return blame_jumps(found->exponent_caller, found->exponent_edge);
}

/* Of the caller; or where that does not tell, of what it has beside the edge. */
static double caller_by_samples(const struct blame *blame, const struct blame_flow *caller,
                                const struct blame_flow *flow)
{
    const struct change_scale *scale = &blame->scale;
    double whole = blame_total_exponent(blame, caller);
    if (!caller->in_both || blame_jumps(whole, blame_total_exponent(blame, flow)))
        return whole;
    double beside = blame_beside(
        scale,
        (double[]){change_seconds_a(scale, caller->a.total),
                   change_seconds_b(scale, caller->b.total)},
        (double[]){change_seconds_a(scale, flow->a.total), change_seconds_b(scale, flow->b.total)},
        (double[]){change_seconds_a(scale, flow->a.self), change_seconds_b(scale, flow->b.self)},
        (double[]){blame->total_a, blame->total_b});
    return isnan(beside) ? whole : beside;
}

bool blame_by_time(const struct blame *blame, uint32_t edge, const struct blame_flow *flow,
                   struct blame_edge *found)
{
    const struct edge *e = &blame->b->edges[edge];
    struct blame_flow caller = blame_function_flow(blame, e->caller);
    if (e->caller == e->callee || !is_judged(blame, flow))
        return false;
    *found = (struct blame_edge){e->caller, e->callee, BLAME_TIME, .samples = !blame->scale.calls,
                                 .share = blame_share_b(blame, flow->b.total)};
    found->exponent_caller = blame->scale.calls ? blame_calls_exponent(blame, flow)
                                                : caller_by_samples(blame, &caller, flow);
    found->beside =
        found->samples && found->exponent_caller != blame_total_exponent(blame, &caller);

    found->exponent_edge =
        blame->scale.calls ? blame_self_exponent(blame, flow) : blame_total_exponent(blame, flow);
    return blame_share_b(blame, blame->scale.calls ? flow->b.self : flow->b.total) >=
               BLAME_ITSELF_SHARE &&
           blame_jumps(found->exponent_caller, found->exponent_edge);
}

unsigned blame_causes(const struct blame *blame, uint32_t edge, double *exponent_caller)
{
    struct blame_flow flow = blame_edge_flow(blame, edge);
    struct blame_flow caller = blame_function_flow(blame, blame->b->edges[edge].caller);
    struct blame_edge found;
    *exponent_caller = blame->scale.calls ? blame_calls_exponent(blame, &caller)
                                          : caller_by_samples(blame, &caller, &flow);
    return (blame_by_calls(blame, edge, &flow, &found) ? 1u << BLAME_CALLS : 0) |
           (blame_by_time(blame, edge, &flow, &found) ? 1u << BLAME_TIME : 0);
}

static int compare_edges(const void *left, const void *right, void *context)
{
    const struct blame_edge *a = left, *b = right;
    const struct function *functions = context;
    int order = ORDER_OF(b->share, a->share);
    if (!order)
        order = function_compare(&functions[a->callee], &functions[b->callee]);
    if (!order)
        order = function_compare(&functions[a->caller], &functions[b->caller]);
    return order ? order : ORDER_OF(a->cause, b->cause);
}

uint32_t blame_edges(const struct blame *blame, uint32_t callee, struct blame_edge **edges)
{
    ARRAY(struct blame_edge) list = {0};
    uint32_t first = 0, end = blame->b->edge_count;
    if (callee != PROFILE_NONE)
        profile_callers(blame->b, callee, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = callee != PROFILE_NONE ? blame->b->edges_by_callee[i] : i;
        struct blame_flow flow = blame_edge_flow(blame, edge);
        struct blame_edge found;
        if (blame_by_calls(blame, edge, &flow, &found))
            *array_push(&list) = found;
        if (blame_by_time(blame, edge, &flow, &found))
            *array_push(&list) = found;
    }
    if (list.count > 1)
        qsort_r(list.data, list.count, sizeof *list.data, compare_edges, blame->b->functions);
    *edges = list.data;
    return list.count;
}
