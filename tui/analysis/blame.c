#include "tui/analysis/blame.h"

#include "formats/profile/memory.h"
#include "tui/analysis/match.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>

#define JUMP        0.4
#define GROWN       1.3
#define LEAST_SHARE 0.001
#define LEAST_CALLS 3
#define WALK_MAX    64 /* steps up or down; also what ends a walk in a cycle */

struct blame {
    const struct profile *a, *b;
    uint32_t metric_a, metric_b;
    struct change_scale scale;
    double total_a, total_b;
    uint32_t *in_a; /* by function of B */
    uint32_t *in_b; /* by function of A */
};

/* What passes along an edge, or through a function, in both runs. */
struct flow {
    struct values a, b;
    bool in_both;
};

bool blame_jumps(double exponent_caller, double exponent_edge)
{
    /* what is exactly 0.4 apart stays so after subtraction */
    return exponent_edge > GROWN && exponent_edge - exponent_caller >= JUMP - 1e-9;
}

static double total_of(const struct profile *profile, uint32_t metric)
{
    return (double)profile_total(profile, metric, PROFILE_NONE) * profile->metrics[metric].scale;
}

struct blame *blame_new(const struct profile *a, const struct profile *b,
                        const struct blame_query *query)
{
    struct blame *blame = memory_zeroed(1, sizeof *blame);
    uint32_t count;
    struct match *matches = match_functions(a, b, &count);
    *blame =
        (struct blame){.a = a, .b = b, .metric_a = query->metric_a, .metric_b = query->metric_b};
    blame->scale =
        change_scale(a, query->metric_a, b, query->metric_b, query->size_b / query->size_a);
    blame->total_a = total_of(a, query->metric_a);
    blame->total_b = total_of(b, query->metric_b);
    blame->in_a = memory_zeroed(b->function_count, sizeof *blame->in_a);
    blame->in_b = memory_zeroed(a->function_count, sizeof *blame->in_b);
    for (uint32_t i = 0; i < count; i++) {
        if (matches[i].b != PROFILE_NONE)
            blame->in_a[matches[i].b] = matches[i].a;
        if (matches[i].a != PROFILE_NONE)
            blame->in_b[matches[i].a] = matches[i].b;
    }
    free(matches);
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

static double calls_exponent(const struct blame *blame, const struct flow *flow)
{
    bool known = blame->scale.calls && flow->in_both;
    return known ? change_exponent(&blame->scale, (double)flow->a.calls, (double)flow->b.calls)
                 : NAN;
}

static double time_exponent(const struct blame *blame, const struct flow *flow, int64_t a,
                            int64_t b)
{
    if (!flow->in_both)
        return NAN;
    return change_exponent(&blame->scale, change_seconds_a(&blame->scale, a),
                           change_seconds_b(&blame->scale, b));
}

static double self_exponent(const struct blame *blame, const struct flow *flow)
{
    return time_exponent(blame, flow, flow->a.self, flow->b.self);
}

static double total_exponent(const struct blame *blame, const struct flow *flow)
{
    return time_exponent(blame, flow, flow->a.total, flow->b.total);
}

static double share_a(const struct blame *blame, int64_t value)
{
    return change_seconds_a(&blame->scale, value) / blame->total_a;
}

static double share_b(const struct blame *blame, int64_t value)
{
    return change_seconds_b(&blame->scale, value) / blame->total_b;
}

/* ---- flows ---- */

static struct flow function_flow(const struct blame *blame, uint32_t function)
{
    uint32_t in_a = blame->in_a[function];
    struct flow flow = {.b = profile_function(blame->b, function, blame->metric_b)};
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

static struct flow edge_flow(const struct blame *blame, uint32_t edge)
{
    uint32_t caller = blame->in_a[blame->b->edges[edge].caller];
    uint32_t callee = blame->in_a[blame->b->edges[edge].callee], in_a = PROFILE_NONE;
    struct flow flow = {.b = profile_edge(blame->b, edge, blame->metric_b)};
    if (caller != PROFILE_NONE && callee != PROFILE_NONE)
        in_a = blame_find_edge(blame->a, caller, callee);
    flow.in_both = in_a != PROFILE_NONE;
    if (flow.in_both)
        flow.a = profile_edge(blame->a, in_a, blame->metric_a);
    return flow;
}

/* ---- edges ---- */

static bool has_weight(double share_in_a, double share_in_b)
{
    return share_in_a >= LEAST_SHARE || share_in_b >= LEAST_SHARE;
}

bool blame_is_judged(double share_in_a, double share_in_b, bool has_calls, uint64_t calls_a,
                     uint64_t calls_b)
{
    return has_weight(share_in_a, share_in_b) &&
           (!has_calls || calls_a >= LEAST_CALLS || calls_b >= LEAST_CALLS);
}

static bool is_judged(const struct blame *blame, const struct flow *flow)
{
    return flow->in_both &&
           blame_is_judged(share_a(blame, flow->a.total), share_b(blame, flow->b.total),
                           blame->scale.calls, flow->a.calls, flow->b.calls);
}

static bool by_calls(const struct blame *blame, uint32_t edge, const struct flow *flow,
                     struct blame_edge *found)
{
    const struct edge *e = &blame->b->edges[edge];
    struct flow caller = function_flow(blame, e->caller);
    if (!blame->scale.calls || e->caller == e->callee || !is_judged(blame, flow))
        return false;
    *found = (struct blame_edge){e->caller,
                                 e->callee,
                                 BLAME_CALLS,
                                 calls_exponent(blame, &caller),
                                 calls_exponent(blame, flow),
                                 share_b(blame, flow->b.total)};
    return blame_jumps(found->exponent_caller, found->exponent_edge);
}

static bool by_time(const struct blame *blame, uint32_t edge, const struct flow *flow,
                    struct blame_edge *found)
{
    const struct edge *e = &blame->b->edges[edge];
    struct flow caller = function_flow(blame, e->caller);
    if (e->caller == e->callee || !is_judged(blame, flow))
        return false;
    *found = (struct blame_edge){e->caller, e->callee, BLAME_TIME,
                                 .share = share_b(blame, flow->b.total)};
    found->exponent_caller =
        blame->scale.calls ? calls_exponent(blame, flow) : total_exponent(blame, &caller);
    found->exponent_edge =
        blame->scale.calls ? self_exponent(blame, flow) : total_exponent(blame, flow);
    return share_b(blame, blame->scale.calls ? flow->b.self : flow->b.total) >=
               BLAME_ITSELF_SHARE &&
           blame_jumps(found->exponent_caller, found->exponent_edge);
}

unsigned blame_causes(const struct blame *blame, uint32_t edge, double *exponent_caller)
{
    struct flow flow = edge_flow(blame, edge);
    struct flow caller = function_flow(blame, blame->b->edges[edge].caller);
    struct blame_edge found;
    *exponent_caller =
        blame->scale.calls ? calls_exponent(blame, &caller) : total_exponent(blame, &caller);
    return (by_calls(blame, edge, &flow, &found) ? 1u << BLAME_CALLS : 0) |
           (by_time(blame, edge, &flow, &found) ? 1u << BLAME_TIME : 0);
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
        struct flow flow = edge_flow(blame, edge);
        struct blame_edge found;
        if (by_calls(blame, edge, &flow, &found))
            *array_push(&list) = found;
        if (by_time(blame, edge, &flow, &found))
            *array_push(&list) = found;
    }
    if (list.count > 1)
        qsort_r(list.data, list.count, sizeof *list.data, compare_edges, blame->b->functions);
    *edges = list.data;
    return list.count;
}

/* ---- seen from a function ---- */

/* The caller that calls it most in B, or without calls gives it most time, itself left out. */
static uint32_t main_caller(const struct blame *blame, uint32_t function)
{
    uint32_t first, end, best = PROFILE_NONE;
    int64_t most = 0;
    profile_callers(blame->b, function, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = blame->b->edges_by_callee[i];
        struct values values = profile_edge(blame->b, edge, blame->metric_b);
        int64_t weight = blame->scale.calls ? (int64_t)values.calls : values.total;
        if (blame->b->edges[edge].caller == function || (best != PROFILE_NONE && weight <= most))
            continue;
        best = edge;
        most = weight;
    }
    return best;
}

static bool walk_up(const struct blame *blame, uint32_t function, struct blame_edge *found)
{
    for (int step = 0; step < WALK_MAX; step++) {
        struct flow at = function_flow(blame, function);
        uint32_t edge = main_caller(blame, function);
        if (!(calls_exponent(blame, &at) > GROWN) || edge == PROFILE_NONE)
            return false;
        struct flow flow = edge_flow(blame, edge);
        if (by_calls(blame, edge, &flow, found))
            return true;
        function = blame->b->edges[edge].caller;
    }
    return false;
}

/* Samples: cumtime grows faster than the caller's. */
static bool into_it(const struct blame *blame, uint32_t function, struct blame_edge *found)
{
    uint32_t edge = blame->scale.calls ? PROFILE_NONE : main_caller(blame, function);
    if (edge == PROFILE_NONE)
        return false;
    struct flow flow = edge_flow(blame, edge);
    return by_time(blame, edge, &flow, found);
}

/* The function works through more on each call, whoever calls it. */
static bool in_itself(const struct blame *blame, uint32_t function, struct blame_edge *found)
{
    struct flow flow = function_flow(blame, function);
    uint32_t edge = main_caller(blame, function);
    *found = (struct blame_edge){edge == PROFILE_NONE ? edge : blame->b->edges[edge].caller,
                                 function,
                                 BLAME_TIME,
                                 calls_exponent(blame, &flow),
                                 self_exponent(blame, &flow),
                                 share_b(blame, flow.b.total)};
    return share_b(blame, flow.b.self) >= BLAME_ITSELF_SHARE &&
           blame_jumps(found->exponent_caller, found->exponent_edge);
}

/* The callee whose cumtime gained most along its edge, itself left out. */
static uint32_t gained_most(const struct blame *blame, uint32_t function)
{
    uint32_t first, end, best = PROFILE_NONE;
    double most = 0;
    profile_callees(blame->b, function, &first, &end);
    for (uint32_t edge = first; edge < end; edge++) {
        struct flow flow = edge_flow(blame, edge);
        double gain = change_seconds_b(&blame->scale, flow.b.total) -
                      change_seconds_a(&blame->scale, flow.a.total);
        if (blame->b->edges[edge].callee == function || !(gain > most))
            continue;
        best = edge;
        most = gain;
    }
    return best;
}

static bool walk_down(const struct blame *blame, uint32_t function, struct blame_edge *found)
{
    for (int step = 0; step < WALK_MAX; step++) {
        uint32_t edge = gained_most(blame, function);
        if (edge == PROFILE_NONE)
            return false;
        struct flow flow = edge_flow(blame, edge);
        if (by_calls(blame, edge, &flow, found) || by_time(blame, edge, &flow, found))
            return true;
        if (!(total_exponent(blame, &flow) > GROWN))
            return false;
        function = blame->b->edges[edge].callee;
    }
    return false;
}

enum blame_place blame_function(const struct blame *blame, uint32_t function,
                                struct blame_edge *edge)
{
    struct flow flow = function_flow(blame, function);
    if (!flow.in_both || !has_weight(share_a(blame, flow.a.total), share_b(blame, flow.b.total)))
        return BLAME_NOWHERE;
    if (walk_up(blame, function, edge))
        return edge->callee == function ? BLAME_HERE : BLAME_ABOVE;
    if (into_it(blame, function, edge))
        return BLAME_HERE;
    if (in_itself(blame, function, edge))
        return BLAME_ITSELF;
    bool grows = total_exponent(blame, &flow) > GROWN;
    return grows && walk_down(blame, function, edge) ? BLAME_BELOW : BLAME_NOWHERE;
}
