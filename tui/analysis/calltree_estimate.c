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

void calltree_estimate_children(const struct calltree_source *source,
                                const struct calltree_side *parent, struct calltree_sides *out)
{
    const struct profile *profile = source->profile;
    uint32_t first, end;
    struct values whole = profile_function(profile, parent->function, source->metric);
    double factor = share(&parent->values, &whole);
    profile_callees(profile, parent->function, &first, &end);
    for (uint32_t e = first; e < end; e++) {
        struct values values = scale(profile_edge(profile, e, source->metric), factor);
        /* Edges of recursive functions may count more than what is left here. */
        if (values.total > parent->values.total)
            values.total = parent->values.total;
        if (values.self > values.total)
            values.self = values.total;
        *array_push(out) = calltree_function_side(profile->edges[e].callee, values);
    }
}

struct accounted {
    uint32_t callers; /* without the function itself */
    uint64_t calls;   /* with its own */
    int64_t total;
};

static struct accounted account(const struct calltree_source *source, uint32_t function)
{
    const struct profile *profile = source->profile;
    struct accounted sum = {0};
    uint32_t first, end;
    profile_callers(profile, function, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = profile->edges_by_callee[i];
        struct values values = profile_edge(profile, edge, source->metric);
        sum.calls += values.calls;
        if (profile->edges[edge].caller == function)
            continue;
        sum.callers++;
        sum.total += values.total;
    }
    return sum;
}

static void add_root(const struct calltree_source *source, uint32_t function,
                     struct calltree_sides *out)
{
    struct values whole = profile_function(source->profile, function, source->metric);
    struct accounted sum = account(source, function);
    bool has_calls = source->profile->flags & PROFILE_HAS_CALLS;
    if (!sum.callers) {
        if (whole.calls || whole.total)
            *array_push(out) = calltree_function_side(function, whole);
        return;
    }
    double left = (double)(whole.total - sum.total);
    if ((has_calls && whole.calls <= sum.calls) || left <= UNACCOUNTED_SHARE * (double)whole.total)
        return;
    struct values values = scale(whole, left / (double)whole.total);
    if (has_calls)
        values.calls = values.primitive = whole.calls - sum.calls;
    *array_push(out) = calltree_function_side(function, values);
}

void calltree_estimate_roots(const struct calltree_source *source, struct calltree_sides *out)
{
    const struct profile *profile = source->profile;
    uint32_t largest = 0;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        add_root(source, f, out);
        if (profile_function(profile, f, source->metric).total >
            profile_function(profile, largest, source->metric).total)
            largest = f;
    }
    /* Nothing but cycles: one has to be entered somewhere. */
    if (!out->count && profile->function_count)
        *array_push(out) =
            calltree_function_side(largest, profile_function(profile, largest, source->metric));
}
