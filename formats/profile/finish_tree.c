/* The builder's trees become the profile's: depth first, and nothing is kept twice for long. */
#include "formats/profile/build_internal.h"

#include <stdlib.h>

/* In the order of their coming; the builder's lists have lost it. */
static void link_children(struct build *build)
{
    struct build_context *contexts = build->contexts.data;
    for (uint32_t c = 0; c < build->contexts.count; c++)
        contexts[c].first_child = contexts[c].next_sibling = PROFILE_NONE;
    for (uint32_t c = build->contexts.count; c-- > 0;) {
        uint32_t parent = contexts[c].parent;
        if (parent == PROFILE_NONE)
            continue;
        contexts[c].next_sibling = contexts[parent].first_child;
        contexts[parent].first_child = c;
    }
}

struct placing {
    const struct build_context *from;
    struct context *to;
    uint32_t *rows; /* of values, by context */
    uint32_t next;
};

/* Ends what has no further callee, `at` and outwards; returns what comes next in the builder. */
static uint32_t next_of(struct placing *placing, uint32_t root, uint32_t at, uint32_t *parent)
{
    uint32_t place = placing->next - 1;
    placing->to[place].end = placing->next;
    while (at != root && placing->from[at].next_sibling == PROFILE_NONE) {
        at = placing->from[at].parent;
        place = placing->to[place].parent;
        placing->to[place].end = placing->next;
    }
    *parent = placing->to[place].parent;
    return at == root ? PROFILE_NONE : placing->from[at].next_sibling;
}

static void place_tree(struct placing *placing, uint32_t root)
{
    uint32_t parent = PROFILE_NONE;
    for (uint32_t at = root; at != PROFILE_NONE;) {
        const struct build_context *from = &placing->from[at];
        placing->rows[placing->next] = from->row;
        placing->to[placing->next] = (struct context){.parent = parent, .function = from->function};
        parent = placing->next++;
        at = from->first_child != PROFILE_NONE ? from->first_child
                                               : next_of(placing, root, at, &parent);
    }
}

/* Returns the row of each one's values; the caller frees it. */
static uint32_t *place_contexts(struct profile *p, struct build *build)
{
    struct placing placing = {.from = build->contexts.data};
    placing.to = memory_alloc(build->contexts.count * sizeof *placing.to);
    placing.rows = memory_alloc(build->contexts.count * sizeof *placing.rows);
    for (uint32_t t = 0; t < build->threads.count; t++) {
        uint32_t *root = &build->threads.data[t].root, place = placing.next;
        if (*root == PROFILE_NONE)
            continue;
        place_tree(&placing, *root);
        *root = place;
    }
    p->contexts = placing.to;
    p->context_count = placing.next;
    arena_adopt(p->arena, p->contexts);
    array_free(&build->contexts);
    return placing.rows;
}

static void add_up_before(int64_t *before, const struct values_array *self, const uint32_t *rows,
                          uint32_t count)
{
    before[0] = 0;
    for (uint32_t c = 0; c < count; c++)
        before[c + 1] = before[c] + (rows[c] && rows[c] < self->count ? self->data[rows[c]] : 0);
}

static void hand_over_calls(struct profile *p, struct build *build, const uint32_t *rows)
{
    if (!build->context_calls.count)
        return;
    p->context_calls = memory_alloc(p->context_count * sizeof *p->context_calls);
    arena_adopt(p->arena, p->context_calls);
    for (uint32_t c = 0; c < p->context_count; c++)
        p->context_calls[c] = rows[c] && rows[c] < build->context_calls.count
                                  ? build->context_calls.data[rows[c]]
                                  : 0;
    array_free(&build->context_calls);
}

void tree_hand_over(struct profile *p, struct build *build)
{
    link_children(build);
    uint32_t *rows = place_contexts(p, build);
    hand_over_calls(p, build, rows);
    size_t column = (size_t)p->context_count + 1;
    p->context_before = memory_alloc(p->metric_count * column * sizeof *p->context_before);
    arena_adopt(p->arena, p->context_before);
    for (uint32_t m = 0; m < p->metric_count; m++) {
        struct values_array *self = &build->columns[m].context;
        add_up_before(p->context_before + m * column, self, rows, p->context_count);
        array_free(self);
    }
    free(rows);
}
