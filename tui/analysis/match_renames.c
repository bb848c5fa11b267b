/* Functions that were given another name; the rules stand in match.h. */
#include "tui/analysis/match_internal.h"

#include <string.h>

/* In a file with more of what is new or gone nothing is clear. */
#define CANDIDATES 8
/* A function with more callers and callees is told by its name. */
#define NEIGHBOURS 64
#define AGREE      0.6

struct neighbours {
    uint64_t ids[NEIGHBOURS]; /* of B's functions; callers apart from callees */
    uint32_t count;
};

enum evidence { AGAINST, UNKNOWN, FOR };

/* A's function in B's terms; PROFILE_NONE without a match. */
static uint32_t in_terms_of_b(const struct match_side *side, bool is_a, uint32_t function)
{
    if (function == PROFILE_NONE || side->partner[function] == PROFILE_NONE)
        return PROFILE_NONE;
    return is_a ? side->partner[function] : function;
}

static bool add(struct neighbours *neighbours, uint32_t function, unsigned direction)
{
    if (function == PROFILE_NONE)
        return true;
    if (neighbours->count == NEIGHBOURS)
        return false;
    neighbours->ids[neighbours->count++] = (uint64_t)function << 1 | direction;
    return true;
}

/* False when there are too many. */
static bool list_neighbours(const struct match_side *side, bool is_a, uint32_t function,
                            struct neighbours *neighbours)
{
    const struct profile *profile = side->profile;
    uint32_t first, end;
    neighbours->count = 0;
    profile_callees(profile, function, &first, &end);
    for (uint32_t i = first; i < end; i++)
        if (!add(neighbours, in_terms_of_b(side, is_a, profile->edges[i].callee), 0))
            return false;
    profile_callers(profile, function, &first, &end);
    for (uint32_t i = first; i < end; i++) {
        const struct edge *edge = &profile->edges[profile->edges_by_callee[i]];
        if (!add(neighbours, in_terms_of_b(side, is_a, edge->caller), 1))
            return false;
    }
    return true;
}

/* The share of neighbours that both have among those that one has (Jaccard). */
static enum evidence by_neighbours(const struct match_side *a, const struct match_side *b,
                                   uint32_t in_a, uint32_t in_b)
{
    struct neighbours of_a, of_b;
    uint32_t common = 0;
    if (!list_neighbours(a, true, in_a, &of_a) || !list_neighbours(b, false, in_b, &of_b) ||
        (!of_a.count && !of_b.count))
        return UNKNOWN;
    for (uint32_t i = 0; i < of_a.count; i++)
        for (uint32_t j = 0; j < of_b.count; j++)
            common += of_a.ids[i] == of_b.ids[j];
    uint32_t all = of_a.count + of_b.count - common;
    return common >= AGREE * all ? FOR : AGAINST;
}

static size_t common_start(const char *a, const char *b)
{
    size_t length = 0;
    while (a[length] && a[length] == b[length])
        length++;
    return length;
}

/* Of the same class or of the same name in it, and alike in more than half of what is left. */
static bool are_similar(const char *a, const char *b)
{
    const char *dot_a = strrchr(a, '.'), *dot_b = strrchr(b, '.');
    if (dot_a && dot_b && !strcmp(dot_a, dot_b))
        return true;
    size_t start = common_start(a, b);
    if (dot_a && dot_b && dot_a - a == dot_b - b && start > (size_t)(dot_a - a)) {
        start -= (size_t)(dot_a + 1 - a);
        a = dot_a + 1;
        b = dot_b + 1;
    }
    size_t length_a = strlen(a), length_b = strlen(b), end = 0;
    size_t shorter = length_a < length_b ? length_a : length_b;
    size_t longer = length_a < length_b ? length_b : length_a;
    while (end < shorter - start && a[length_a - 1 - end] == b[length_b - 1 - end])
        end++;
    return 2 * (start + end) > longer;
}

static bool is_rename(const struct match_side *a, const struct match_side *b, uint32_t in_a,
                      uint32_t in_b)
{
    const struct function *f = &a->profile->functions[in_a], *g = &b->profile->functions[in_b];
    bool line = f->line && f->line == g->line, name = are_similar(f->name, g->name);
    if (!line && !name)
        return false;
    enum evidence neighbours = by_neighbours(a, b, in_a, in_b);
    return neighbours == FOR || (neighbours == UNKNOWN && line && name);
}

/* Only what has no other candidate is clear. */
static void pair_candidates(struct match_side *a, struct match_side *b,
                            const struct match_group *keys)
{
    unsigned of_a[CANDIDATES] = {0}, of_b[CANDIDATES] = {0};
    if (keys->count_a > CANDIDATES || keys->count_b > CANDIDATES)
        return;
    for (uint32_t i = 0; i < keys->count_a; i++)
        for (uint32_t j = 0; j < keys->count_b; j++)
            if (is_rename(a, b, keys->a[i].function, keys->b[j].function)) {
                of_a[i] |= 1u << j;
                of_b[j] |= 1u << i;
            }
    for (uint32_t i = 0; i < keys->count_a; i++)
        for (uint32_t j = 0; j < keys->count_b; j++)
            if (of_a[i] == 1u << j && of_b[j] == 1u << i)
                match_pair(a, b, keys->a[i].function, keys->b[j].function, true);
}

void match_renames(struct match_side *a, struct match_side *b)
{
    match_join(a, b, MATCH_NO_NAME | MATCH_MODULE | MATCH_TAIL | MATCH_KIND, pair_candidates);
}
