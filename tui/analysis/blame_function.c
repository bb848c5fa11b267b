/* Where the growth of one function enters: above it, in it, or below. */
#include "tui/analysis/blame_internal.h"

#define WALK_MAX 64 /* steps up or down; also what ends a walk in a cycle */
#define FAR_MORE 4

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
        struct blame_flow at = blame_function_flow(blame, function);
        uint32_t edge = main_caller(blame, function);
        if (!(blame_calls_exponent(blame, &at) > BLAME_GROWN) || edge == PROFILE_NONE)
            return false;
        struct blame_flow flow = blame_edge_flow(blame, edge);
        if (blame_by_calls(blame, edge, &flow, found))
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
    struct blame_flow flow = blame_edge_flow(blame, edge);
    return blame_by_time(blame, edge, &flow, found);
}

/* The function works through more on each call, whoever calls it. */
static bool in_itself(const struct blame *blame, uint32_t function, struct blame_edge *found)
{
    struct blame_flow flow = blame_function_flow(blame, function);
    uint32_t edge = main_caller(blame, function);
    *found = (struct blame_edge){edge == PROFILE_NONE ? edge : blame->b->edges[edge].caller,
                                 function,
                                 BLAME_TIME,
                                 !blame->scale.calls,
                                 false,
                                 blame_calls_exponent(blame, &flow),
                                 blame_self_exponent(blame, &flow),
                                 blame_share_b(blame, flow.b.total)};
    return blame_share_b(blame, flow.b.self) >= BLAME_ITSELF_SHARE &&
           blame_jumps(found->exponent_caller, found->exponent_edge);
}

static double gain(const struct blame *blame, int64_t a, int64_t b)
{
    return change_seconds_b(&blame->scale, b) - change_seconds_a(&blame->scale, a);
}

/* The callee whose cumtime gained most along its edge, itself left out. */
static uint32_t gained_most(const struct blame *blame, uint32_t function, double *most)
{
    uint32_t first, end, best = PROFILE_NONE;
    *most = 0;
    profile_callees(blame->b, function, &first, &end);
    for (uint32_t edge = first; edge < end; edge++) {
        struct blame_flow flow = blame_edge_flow(blame, edge);
        double gained = gain(blame, flow.a.total, flow.b.total);
        if (blame->b->edges[edge].callee == function || !(gained > *most))
            continue;
        best = edge;
        *most = gained;
    }
    return best;
}

/* Whether it gained so much itself that its callees hardly matter. */
static bool gained_itself(const struct blame *blame, uint32_t function)
{
    struct blame_flow flow = blame_function_flow(blame, function);
    double most;
    gained_most(blame, function, &most);
    return gain(blame, flow.a.self, flow.b.self) >= FAR_MORE * most;
}

static bool walk_down(const struct blame *blame, uint32_t function, enum blame_cause cause,
                      struct blame_edge *found)
{
    for (int step = 0; step < WALK_MAX; step++) {
        double most;
        uint32_t edge = gained_most(blame, function, &most);
        if (edge == PROFILE_NONE)
            return false;
        struct blame_flow flow = blame_edge_flow(blame, edge);
        if (cause == BLAME_CALLS ? blame_by_calls(blame, edge, &flow, found)
                                 : blame_by_time(blame, edge, &flow, found))
            return true;
        if (!(blame_total_exponent(blame, &flow) > BLAME_GROWN))
            return false;
        function = blame->b->edges[edge].callee;
    }
    return false;
}

enum blame_place blame_function(const struct blame *blame, uint32_t function,
                                struct blame_edge *edge)
{
    struct blame_flow flow = blame_function_flow(blame, function);
    if (!blame_has_weight(blame, &flow))
        return BLAME_NOWHERE;
    if (walk_up(blame, function, edge))
        return edge->callee == function ? BLAME_HERE : BLAME_ABOVE;
    if (into_it(blame, function, edge))
        return BLAME_HERE;
    struct blame_edge itself;
    bool own = in_itself(blame, function, &itself);
    bool grows = blame_total_exponent(blame, &flow) > BLAME_GROWN;
    /* Counts are exact; times waver. */
    if (!(own && gained_itself(blame, function)) && grows &&
        walk_down(blame, function, BLAME_CALLS, edge))
        return BLAME_BELOW;
    if (own) {
        *edge = itself;
        return BLAME_ITSELF;
    }
    return grows && walk_down(blame, function, BLAME_TIME, edge) ? BLAME_BELOW : BLAME_NOWHERE;
}
