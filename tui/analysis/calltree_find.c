/* Where in a call tree a function takes most, found without opening what is not on the way. */
#include "tui/analysis/calltree_nodes.h"

#include <stdlib.h>

enum { STEPPED_OVER_MAX = 64 };

/* The way down, the outermost first: contexts, or functions where the tree is apportioned. */
struct way {
    ARRAY(uint32_t) steps; /* the innermost first */
    bool functions;
};

static uint32_t heaviest_context(const struct calltree_source *source, uint32_t function)
{
    const struct profile *profile = source->profile;
    uint32_t best = PROFILE_NONE;
    int64_t most = -1;
    for (uint32_t t = 0; t < profile->thread_count; t++) {
        uint32_t root = profile->threads[t].root;
        if (root == PROFILE_NONE || !profile_chosen(profile, source->thread, t))
            continue;
        for (uint32_t c = root; c < profile->contexts[root].end; c++) {
            bool more = profile->contexts[c].function == function &&
                        profile_context_total(profile, c, source->metric) > most;
            best = more ? c : best;
            most = more ? profile_context_total(profile, c, source->metric) : most;
        }
    }
    return best;
}

/* The caller that gives a function most; PROFILE_NONE: none, or it is on the way already. */
static uint32_t heaviest_caller(const struct calltree_source *source, uint32_t function,
                                const bool *passed)
{
    const struct profile *profile = source->profile;
    uint32_t first, end, best = PROFILE_NONE;
    int64_t most = -1;
    profile_callers(profile, function, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        uint32_t edge = profile->edges_by_callee[i];
        int64_t total = profile_edge(profile, edge, source->metric).total;
        if (total > most && !passed[profile->edges[edge].caller]) {
            most = total;
            best = profile->edges[edge].caller;
        }
    }
    return best;
}

static struct way way_to(const struct calltree_source *source, uint32_t function)
{
    const struct profile *profile = source->profile;
    struct way way = {.functions = source->apportioned};
    if (!source->apportioned) {
        uint32_t context = heaviest_context(source, function);
        for (; context != PROFILE_NONE; context = profile->contexts[context].parent)
            *array_push(&way.steps) = context;
        return way;
    }
    bool *passed = memory_zeroed(profile->function_count, sizeof *passed);
    while (function != PROFILE_NONE && way.steps.count < CALLTREE_ESTIMATE_DEPTH) {
        passed[function] = true;
        *array_push(&way.steps) = function;
        function = heaviest_caller(source, function, passed);
    }
    free(passed);
    return way;
}

/* The child that is the next step, also below frames that this profile lacks. */
static uint32_t step_down(struct calltree_nodes *nodes, uint32_t from, uint32_t source,
                          const struct way *way, uint32_t step)
{
    uint32_t waiting[STEPPED_OVER_MAX], count = 0;
    waiting[count++] = from;
    while (count) {
        uint32_t node = waiting[--count];
        calltree_nodes_load(nodes, node);
        const struct calltree_node *parent = &nodes->list.data[node];
        for (uint32_t c = 0; c < parent->child_count; c++) {
            const struct calltree_node *child = &nodes->list.data[parent->first_child + c];
            const struct calltree_side *side = &child->sides[source];
            if (side->present && (way->functions ? side->function : side->context) == step)
                return parent->first_child + c;
            if (!side->present && child->adopted_count && count < STEPPED_OVER_MAX)
                waiting[count++] = parent->first_child + c;
        }
    }
    return PROFILE_NONE;
}

uint32_t calltree_nodes_find(struct calltree_nodes *nodes, uint32_t source, uint32_t function)
{
    struct way way = way_to(&nodes->sources[source], function);
    uint32_t at = 0;
    for (uint32_t i = way.steps.count; i-- > 0;) {
        uint32_t next = step_down(nodes, at, source, &way, way.steps.data[i]);
        if (next != PROFILE_NONE)
            at = next;
        else if (i + 1 < way.steps.count) /* the root of an only thread is no node */
            break;
    }
    array_free(&way.steps);
    return at;
}
