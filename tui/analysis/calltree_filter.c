#include "tui/analysis/calltree_filter.h"

#include "tui/analysis/filter.h"

#include <stdlib.h>

static void match_functions(struct calltree_filter_side *filter, const struct profile *profile,
                            const char *text)
{
    struct filter *words = filter_new(text);
    for (uint32_t f = 0; f < profile->function_count; f++)
        filter->matches[f] = filter_matches_function(words, &profile->functions[f]);
    filter_free(words);
}

/* A parent's index is smaller than its children's: one loop from the end carries matches up. */
static void carry_up_contexts(struct calltree_filter_side *filter, const struct profile *profile)
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
static void carry_up_edges(struct calltree_filter_side *filter, const struct profile *profile)
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

/* What matches under the name that it has in one profile matches in the other too. */
static void match_in_either(struct calltree_filter *filter, const struct calltree_nodes *nodes)
{
    for (uint32_t f = 0; f < nodes->sources[0].profile->function_count; f++) {
        uint32_t other = nodes->partner[0][f];
        if (other != PROFILE_NONE)
            filter->sides[0].matches[f] = filter->sides[1].matches[other] |=
                filter->sides[0].matches[f];
    }
}

static uint32_t key_count(const struct calltree_source *source)
{
    return source->apportioned ? source->profile->function_count : source->profile->context_count;
}

struct calltree_filter *calltree_filter_new(const struct calltree_nodes *nodes, const char *text)
{
    if (!text || !*text)
        return NULL;
    struct calltree_filter *filter = memory_zeroed(1, sizeof *filter);
    for (uint32_t s = 0; s < nodes->source_count; s++) {
        struct calltree_filter_side *side = &filter->sides[s];
        const struct calltree_source *source = &nodes->sources[s];
        side->matches = memory_zeroed(source->profile->function_count, sizeof *side->matches);
        side->holds = memory_zeroed(key_count(source), sizeof *side->holds);
        side->below = memory_zeroed(key_count(source), sizeof *side->below);
        match_functions(side, source->profile, text);
    }
    if (nodes->source_count > 1)
        match_in_either(filter, nodes);
    for (uint32_t s = 0; s < nodes->source_count; s++) {
        if (nodes->sources[s].apportioned)
            carry_up_edges(&filter->sides[s], nodes->sources[s].profile);
        else
            carry_up_contexts(&filter->sides[s], nodes->sources[s].profile);
    }
    return filter;
}

void calltree_filter_free(struct calltree_filter *filter)
{
    for (int s = 0; filter && s < 2; s++) {
        free(filter->sides[s].matches);
        free(filter->sides[s].holds);
        free(filter->sides[s].below);
    }
    free(filter);
}

static uint32_t key_of(const struct calltree_side *side)
{
    return side->context != PROFILE_NONE ? side->context : side->function;
}

bool calltree_filter_matches(const struct calltree_filter *filter, const struct calltree_node *node)
{
    for (int s = 0; s < 2; s++)
        if (node->sides[s].present && node->sides[s].function != PROFILE_NONE &&
            filter->sides[s].matches[node->sides[s].function])
            return true;
    return false;
}

bool calltree_filter_holds(const struct calltree_filter *filter, const struct calltree_node *node)
{
    for (int s = 0; s < 2; s++)
        if (node->sides[s].present && filter->sides[s].holds[key_of(&node->sides[s])])
            return true;
    return false;
}

bool calltree_filter_below(const struct calltree_filter *filter, const struct calltree_node *node)
{
    for (int s = 0; s < 2; s++)
        if (node->sides[s].present && filter->sides[s].below[key_of(&node->sides[s])])
            return true;
    return false;
}
