/* Looks many paths up in the builder's trees at once. */
#include "formats/profile/build_internal.h"

/* So many misses wait together; more do not fit into what a processor has for them. */
#define LANES 16u

/* One path on its way. */
struct lane {
    struct build_walk *walk;
    uint32_t candidate; /* what may be the next context */
};

static inline void look_at(const struct build_context *contexts, struct lane *lane,
                           uint32_t candidate)
{
    lane->candidate = candidate;
    if (candidate < TREE_MANY)
        __builtin_prefetch(&contexts[candidate]);
}

/* One context further or aside; false: the walk is over. */
static inline bool step(const struct build *build, struct lane *lane)
{
    const struct build_context *contexts = build->contexts.data;
    struct build_walk *walk = lane->walk;
    uint32_t function = walk->functions[walk->known], at = lane->candidate;
    if (at == TREE_MANY)
        at = tree_find_indexed(build, walk->context, function);
    if (at == PROFILE_NONE)
        return false;
    if (contexts[at].function != function) {
        look_at(contexts, lane, contexts[at].next_sibling);
        return true;
    }
    walk->context = at;
    if (++walk->known == walk->count)
        return false;
    look_at(contexts, lane, contexts[at].first_child);
    return true;
}

/* The next path that there is anything to look for on; false: there is none. */
static bool begin(const struct build *build, struct lane *lane, struct build_walk **walks,
                  const struct build_walk *end)
{
    while (*walks < end && !(*walks)->count)
        ++*walks;
    if (*walks == end)
        return false;
    lane->walk = (*walks)++;
    look_at(build->contexts.data, lane, build->contexts.data[lane->walk->context].first_child);
    return true;
}

/* How far there are contexts already. */
static void look_up(const struct build *build, struct build_walk *walks, uint32_t count)
{
    const struct build_walk *end = walks + count;
    struct lane lanes[LANES];
    uint32_t used = 0;
    while (used < LANES && begin(build, &lanes[used], &walks, end))
        used++;
    while (used)
        for (uint32_t i = 0; i < used; i++)
            if (!step(build, &lanes[i]) && !begin(build, &lanes[i], &walks, end))
                lanes[i] = lanes[--used];
}

void build_walks(struct build *build, struct build_walk *walks, uint32_t count)
{
    look_up(build, walks, count);
    for (uint32_t i = 0; i < count; i++) {
        struct build_walk *walk = &walks[i];
        walk->context = tree_path(build, walk->context, walk->functions + walk->known,
                                  walk->count - walk->known);
        walk->known = walk->count;
    }
}
