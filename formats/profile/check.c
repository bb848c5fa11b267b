/* profile_check(): the invariants of profile.h, verified; for tests. */
#include "formats/profile/profile.h"

#include "formats/profile/memory.h"

#include <inttypes.h>
#include <stdlib.h>

#define REQUIRE(condition, ...)                                                                    \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return error_set(err, ERROR_FORMAT, __VA_ARGS__);                                      \
    } while (0)

static int check_functions(const struct profile *p, struct error *err)
{
    for (uint32_t f = 0; f < p->function_count; f++) {
        const struct function *function = &p->functions[f];
        REQUIRE(function->name && function->module && function->file, "function %u lacks a text",
                f);
        REQUIRE(p->function_primitive[f] <= p->function_calls[f],
                "function %u (%s): %" PRIu64 " primitive calls of %" PRIu64, f, function->name,
                p->function_primitive[f], p->function_calls[f]);
    }
    return 0;
}

static int check_context(const struct profile *p, uint32_t root, uint32_t c, struct error *err)
{
    const struct context *context = &p->contexts[c], *parent = &p->contexts[context->parent];
    REQUIRE(context->function < p->function_count, "context %u names function %u", c,
            context->function);
    REQUIRE(context->parent >= root && context->parent < c, "context %u comes before its parent",
            c);
    REQUIRE(c < context->end && context->end <= parent->end,
            "context %u ends at %u, its parent at %u", c, context->end, parent->end);
    /* What stands before it is its parent, or the last one under its sibling. */
    REQUIRE(context->parent == c - 1 || p->contexts[c - 1].end == c, "context %u is misplaced", c);
    return 0;
}

/* Every context is in the tree of one thread, and they are in order. */
static int check_links(const struct profile *p, struct error *err)
{
    uint32_t next = 0;
    for (uint32_t t = 0; t < p->thread_count; t++) {
        uint32_t root = p->threads[t].root;
        if (root == PROFILE_NONE)
            continue;
        REQUIRE(root == next && root < p->context_count, "thread %u has no such root", t);
        next = p->contexts[root].end;
        REQUIRE(next > root && next <= p->context_count, "the tree of thread %u ends at %u", t,
                next);
        REQUIRE(p->contexts[root].parent == PROFILE_NONE &&
                    p->contexts[root].function == PROFILE_NONE,
                "root context %u has a function or a parent", root);
        for (uint32_t c = root + 1; c < next; c++)
            if (check_context(p, root, c, err))
                return -1;
    }
    REQUIRE(next == p->context_count, "%u of %u contexts are in no tree", p->context_count - next,
            p->context_count);
    return 0;
}

static int check_sums(const struct profile *p, uint32_t m, struct error *err)
{
    int64_t all = 0, functions = 0, roots = 0;
    for (uint32_t c = 0; c < p->context_count; c++) {
        int64_t self = profile_context_self(p, c, m), total = self;
        for (uint32_t k = profile_first_child(p->contexts, c); k != PROFILE_NONE;
             k = profile_next_sibling(p->contexts, k))
            total += profile_context_total(p, k, m);
        REQUIRE(total == profile_context_total(p, c, m),
                "context %u: self and children make %" PRId64 ", total is %" PRId64, c, total,
                profile_context_total(p, c, m));
        all += self;
        if (p->contexts[c].parent == PROFILE_NONE) {
            roots += total;
            functions += self;
        }
    }
    for (uint32_t f = 0; f < p->function_count; f++)
        functions += p->function_self[(size_t)m * p->function_count + f];
    REQUIRE(all == roots, "self values sum to %" PRId64 ", roots hold %" PRId64, all, roots);
    REQUIRE(functions == all, "functions' self values sum to %" PRId64 ", contexts' to %" PRId64,
            functions, all);
    return 0;
}

static int check_edges(const struct profile *p, struct error *err)
{
    for (uint32_t e = 0; e < p->edge_count; e++) {
        const struct edge *edge = &p->edges[e];
        REQUIRE(edge->caller < p->function_count && edge->callee < p->function_count,
                "edge %u names a function that is not there", e);
        REQUIRE(p->edges_by_callee[e] < p->edge_count, "edge order %u is wrong", e);
        if (!e)
            continue;
        const struct edge *a = edge - 1, *x = &p->edges[p->edges_by_callee[e - 1]],
                          *y = &p->edges[p->edges_by_callee[e]];
        REQUIRE(a->caller < edge->caller || (a->caller == edge->caller && a->callee < edge->callee),
                "edge %u is out of order", e);
        REQUIRE(x->callee < y->callee || (x->callee == y->callee && x->caller < y->caller),
                "edge %u is out of order by callee", e);
    }
    return 0;
}

static int check_latency(const struct profile *p, struct error *err)
{
    for (uint32_t f = 0; p->latency && f < p->function_count; f++) {
        const struct histogram *h = &p->latency[f];
        uint64_t total = 0;
        for (uint32_t i = 0; i < h->count; i++) {
            REQUIRE(!i || h->buckets[i - 1].bucket < h->buckets[i].bucket,
                    "function %u: histogram out of order", f);
            total += h->buckets[i].count;
        }
        REQUIRE(total == h->total, "function %u: histogram counts do not add up", f);
        REQUIRE(!(p->flags & PROFILE_HAS_CALLS) || total <= p->function_calls[f],
                "function %u: more latencies than calls", f);
    }
    return 0;
}

/* A correction takes time off what was recorded, and never more than there was. */
static int check_correction(const struct profile *p, struct error *err)
{
    uint32_t raw = p->correction.raw;
    REQUIRE(raw < p->metric_count, "metric %u is the raw one, and there are %u", raw,
            p->metric_count);
    for (uint32_t c = 0; raw && c < p->context_count; c++) {
        int64_t recorded = profile_context_self(p, c, raw), left = profile_context_self(p, c, 0);
        REQUIRE(left >= 0 && left <= recorded, "context %u: %" PRId64 " is left of %" PRId64, c,
                left, recorded);
    }
    return 0;
}

int profile_check(const struct profile *p, struct error *err)
{
    REQUIRE(p->metric_count, "no metric");
    REQUIRE(!(p->flags & PROFILE_HAS_LATENCY) == !p->latency, "latency flag and data differ");
    if (check_links(p, err) || check_correction(p, err) || check_functions(p, err) ||
        check_edges(p, err) || check_latency(p, err))
        return -1;
    for (uint32_t m = 0; m < p->metric_count && p->flags & PROFILE_HAS_TREE; m++)
        if (check_sums(p, m, err))
            return -1;
    return 0;
}
