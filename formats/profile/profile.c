#include "formats/profile/profile.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

void profile_free(struct profile *profile)
{
    if (!profile)
        return;
    struct arena *arena = profile->arena; /* the profile itself lies in it */
    arena_free(arena);
    free(arena);
}

struct values profile_function(const struct profile *p, uint32_t function, uint32_t metric)
{
    size_t at = (size_t)metric * p->function_count + function;
    return (struct values){p->function_calls[function], p->function_primitive[function],
                           p->function_self[at], p->function_total[at]};
}

struct values profile_context(const struct profile *p, uint32_t context, uint32_t metric)
{
    uint64_t calls = profile_context_calls(p, context);
    return (struct values){calls, calls, profile_context_self(p, context, metric),
                           profile_context_total(p, context, metric)};
}

struct values profile_edge(const struct profile *p, uint32_t edge, uint32_t metric)
{
    size_t at = (size_t)metric * p->edge_count + edge;
    return (struct values){p->edges[edge].calls, p->edges[edge].primitive, p->edge_self[at],
                           p->edge_total[at]};
}

static int64_t thread_total(const struct profile *p, uint32_t metric, uint32_t thread)
{
    uint32_t root = p->threads[thread].root;
    return root == PROFILE_NONE ? 0 : profile_context_total(p, root, metric);
}

int64_t profile_total(const struct profile *p, uint32_t metric, uint32_t threads)
{
    int64_t total = 0;
    if (threads < p->thread_count)
        return thread_total(p, metric, threads);
    if (threads != PROFILE_NONE || p->flags & PROFILE_HAS_TREE) {
        for (uint32_t t = 0; t < p->thread_count; t++)
            total += profile_chosen(p, threads, t) ? thread_total(p, metric, t) : 0;
        return total;
    }
    for (uint32_t f = 0; f < p->function_count; f++)
        total += p->function_self[(size_t)metric * p->function_count + f];
    return total;
}

uint32_t profile_next_context(const struct context *contexts, uint32_t root, uint32_t c,
                              uint32_t *left)
{
    uint32_t next = c + 1;
    for (*left = 0; c != root && contexts[c].end <= next; c = contexts[c].parent)
        ++*left;
    return next < contexts[root].end ? next : PROFILE_NONE;
}

/* Adds one context to its function's values; `active` counts the function on the path. */
static void visit(const struct profile *p, uint32_t c, uint32_t metric, uint32_t *active,
                  struct values *out)
{
    uint32_t f = p->contexts[c].function;
    struct values values = profile_context(p, c, metric);
    bool outermost = !active[f]++;
    out[f].calls += values.calls;
    out[f].self += values.self;
    if (outermost) {
        out[f].primitive += values.calls;
        out[f].total += values.total;
    }
}

static void visit_tree(const struct profile *p, uint32_t root, uint32_t metric, uint32_t *active,
                       struct values *out)
{
    uint32_t left, c = profile_next_context(p->contexts, root, root, &left);
    while (c != PROFILE_NONE) {
        visit(p, c, metric, active, out);
        uint32_t next = profile_next_context(p->contexts, root, c, &left);
        for (; left; left--, c = p->contexts[c].parent)
            active[p->contexts[c].function]--;
        c = next;
    }
}

void profile_thread_functions(const struct profile *p, uint32_t threads, uint32_t metric,
                              struct values *out)
{
    memset(out, 0, p->function_count * sizeof *out);
    uint32_t *active = memory_zeroed(p->function_count, sizeof *active);
    for (uint32_t t = 0; t < p->thread_count; t++)
        if (profile_chosen(p, threads, t) && p->threads[t].root != PROFILE_NONE)
            visit_tree(p, p->threads[t].root, metric, active, out);
    free(active);
}

void profile_callees(const struct profile *p, uint32_t function, uint32_t *first, uint32_t *end)
{
    uint32_t low = 0, high = p->edge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->edges[middle].caller < function)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low < p->edge_count && p->edges[low].caller == function)
        low++;
    *end = low;
}

void profile_callers(const struct profile *p, uint32_t function, uint32_t *first, uint32_t *end)
{
    uint32_t low = 0, high = p->edge_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (p->edges[p->edges_by_callee[middle]].callee < function)
            low = middle + 1;
        else
            high = middle;
    }
    *first = low;
    while (low < p->edge_count && p->edges[p->edges_by_callee[low]].callee == function)
        low++;
    *end = low;
}

int function_compare(const struct function *a, const struct function *b)
{
    int order = strcmp(a->name, b->name);
    if (!order)
        order = strcmp(a->file, b->file);
    if (!order)
        order = strcmp(a->module, b->module);
    return order ? order : (a->line > b->line) - (a->line < b->line);
}

const char *profile_metadata(const struct profile *p, const char *key)
{
    for (uint32_t i = 0; i < p->metadata_count; i++)
        if (!strcmp(p->metadata[i].key, key))
            return p->metadata[i].value;
    return NULL;
}

bool profile_is_below_resolution(const struct profile *profile, uint32_t function)
{
    const struct correction *correction = &profile->correction;
    double calls = (double)profile->function_calls[function];
    double resolution = correction->resolution[profile->functions[function].kind];
    double ns = (double)profile->function_self[function] * profile->metrics[0].scale * 1e9;
    return correction->raw && calls > 0 && ns < resolution * calls;
}
