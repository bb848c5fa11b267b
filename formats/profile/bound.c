/* What a profile will take of memory, and how many of its metrics may be in it. */
#include "formats/profile/build_internal.h"

/* Bytes while it is finished, which is when it takes most (measured); then those of a metric. */
#define CONTEXT_BYTES  UINT64_C(44)
#define CONTEXT_METRIC UINT64_C(8)
#define PAIR_BYTES     UINT64_C(160) /* a function or an edge */
#define PAIR_METRIC    UINT64_C(40)

/* 16 of the 64 MB are what the program takes without a profile. */
void build_bound(struct build *build, uint64_t input)
{
    uint64_t bytes = input < UINT64_MAX / 128 ? input * 64 + (UINT64_C(48) << 20) : UINT64_MAX;
    build->bound = bytes > build->bound ? bytes : build->bound;
}

bool build_fits(const struct build *build, uint64_t contexts)
{
    return !build->bound || (build->contexts.count + contexts) * CONTEXT_BYTES <= build->bound;
}

struct pair {
    uint32_t caller, callee;
};

static struct pair pair_of(const struct build_context *contexts, uint32_t c)
{
    return (struct pair){contexts[contexts[c].parent].function, contexts[c].function};
}

static bool same_pair(const void *items, uint32_t at, const void *key)
{
    const struct pair a = pair_of(items, at), *b = key;
    return a.caller == b->caller && a.callee == b->callee;
}

/* How many edges the trees come to. */
static uint32_t count_edges(const struct build *build)
{
    struct index index = {0};
    const struct build_context *contexts = build->contexts.data;
    for (uint32_t c = 0; c < build->contexts.count; c++) {
        if (contexts[c].parent == PROFILE_NONE)
            continue;
        struct pair pair = pair_of(contexts, c);
        uint64_t hash = build_mix(build_mix(0, pair.caller), pair.callee);
        if (index_find(&index, hash, contexts, same_pair, &pair) == UINT32_MAX)
            index_add(&index, hash, c);
    }
    uint32_t count = index.used;
    index_free(&index);
    return count;
}

/* How many metrics fit; 0: not even one. */
static uint64_t metrics_of(const struct build *build, uint64_t contexts, uint64_t edges)
{
    uint64_t pairs = build->functions.count + edges;
    uint64_t whole = contexts * CONTEXT_BYTES + pairs * PAIR_BYTES;
    uint64_t metric = contexts * CONTEXT_METRIC + pairs * PAIR_METRIC;
    return whole < build->bound && metric ? (build->bound - whole) / metric : 0;
}

bool bound_is_near(const struct build *build, uint64_t contexts)
{
    return build->bound && metrics_of(build, contexts, contexts) < build->metrics.count;
}

static uint32_t metrics_within(const struct build *build, uint64_t edges)
{
    uint64_t fit = metrics_of(build, build->contexts.count, edges);
    return fit > build->metrics.count ? build->metrics.count : fit ? (uint32_t)fit : 1;
}

uint32_t bound_metrics(const struct build *build)
{
    uint32_t all = build->metrics.count;
    if (!build->bound || all < 2 || build->correction.raw)
        return all;
    /* There are not more edges than contexts: mostly that tells, and is not counted. */
    if (!build->edges.count && !bound_is_near(build, build->contexts.count))
        return all;
    return metrics_within(build, (uint64_t)build->edges.count + count_edges(build));
}
