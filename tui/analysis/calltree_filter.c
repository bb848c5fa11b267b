#include "tui/analysis/calltree_filter.h"

#include "tui/analysis/filter.h"

#include <stdlib.h>

static void match_functions(struct calltree_filter *filter, const struct profile *profile,
                            const char *text)
{
    struct filter *words = filter_new(text);
    for (uint32_t f = 0; f < profile->function_count; f++)
        filter->matches[f] = filter_matches_function(words, &profile->functions[f]);
    filter_free(words);
}

/* A parent's index is smaller than its children's: one loop from the end carries matches up. */
static void carry_up_contexts(struct calltree_filter *filter, const struct profile *profile)
{
    for (uint32_t c = profile->context_count; c-- > 0;) {
        const struct context *context = &profile->contexts[c];
        filter->holds[c] = filter->below[c] || (context->function != PROFILE_NONE &&
                                                filter->matches[context->function]);
        if (filter->holds[c] && context->parent != PROFILE_NONE)
            filter->below[context->parent] = true;
    }
}

/* From every match against the direction of calls, each function once. */
static void carry_up_edges(struct calltree_filter *filter, const struct profile *profile)
{
    uint32_t *queue = memory_zeroed(profile->function_count, sizeof *queue);
    uint32_t count = 0, first, end;
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (filter->matches[f]) {
            filter->holds[f] = true;
            queue[count++] = f;
        }
    for (uint32_t next = 0; next < count; next++) {
        profile_callers(profile, queue[next], &first, &end);
        for (uint32_t i = first; i < end; i++) {
            uint32_t caller = profile->edges[profile->edges_by_callee[i]].caller;
            filter->below[caller] = true;
            if (!filter->holds[caller])
                queue[count++] = caller;
            filter->holds[caller] = true;
        }
    }
    free(queue);
}

struct calltree_filter *calltree_filter_new(const struct calltree_nodes *nodes, const char *text)
{
    const struct profile *profile = nodes->profile;
    uint32_t keys = nodes->apportioned ? profile->function_count : profile->context_count;
    if (!text || !*text)
        return NULL;
    struct calltree_filter *filter = memory_zeroed(1, sizeof *filter);
    filter->matches = memory_zeroed(profile->function_count, sizeof *filter->matches);
    filter->holds = memory_zeroed(keys, sizeof *filter->holds);
    filter->below = memory_zeroed(keys, sizeof *filter->below);
    match_functions(filter, profile, text);
    if (nodes->apportioned)
        carry_up_edges(filter, profile);
    else
        carry_up_contexts(filter, profile);
    return filter;
}

void calltree_filter_free(struct calltree_filter *filter)
{
    if (!filter)
        return;
    free(filter->matches);
    free(filter->holds);
    free(filter->below);
    free(filter);
}

static uint32_t key_of(const struct calltree_node *node)
{
    return node->context != PROFILE_NONE ? node->context : node->function;
}

bool calltree_filter_matches(const struct calltree_filter *filter, const struct calltree_node *node)
{
    return node->function != PROFILE_NONE && filter->matches[node->function];
}

bool calltree_filter_holds(const struct calltree_filter *filter, const struct calltree_node *node)
{
    return filter->holds[key_of(node)];
}

bool calltree_filter_below(const struct calltree_filter *filter, const struct calltree_node *node)
{
    return filter->below[key_of(node)];
}
