/* The builder's trees become the profile's: depth first, and nothing is kept twice for long. */
#include "formats/profile/aside.h"
#include "formats/profile/build_internal.h"

#include <stdlib.h>

static void count_trees(struct build *build)
{
    struct build_context *contexts = build->contexts.data;
    for (uint32_t c = 0; c < build->contexts.count; c++)
        contexts[c].size = 1;
    for (uint32_t c = build->contexts.count; c-- > 0;)
        if (contexts[c].parent != PROFILE_NONE)
            contexts[contexts[c].parent].size += contexts[c].size;
}

/* Of each thread behind those of the ones before; returns how many contexts these trees have. */
static uint32_t place_roots(struct build *build)
{
    uint32_t next = 0;
    for (uint32_t t = 0; t < build->threads.count; t++) {
        uint32_t *root = &build->threads.data[t].root;
        if (*root == PROFILE_NONE)
            continue;
        struct build_context *context = &build->contexts.data[*root];
        context->next_place = next;
        *root = next;
        next += context->size;
    }
    return next;
}

/* Children in the order of their coming, which the builder's lists have lost. */
static void place(struct build_context *contexts, uint32_t c, struct context *to, uint32_t *rows)
{
    struct build_context *context = &contexts[c];
    uint32_t parent = context->parent, at = context->next_place;
    if (parent != PROFILE_NONE) {
        at = contexts[parent].next_place;
        contexts[parent].next_place += context->size;
        parent = contexts[parent].place;
    }
    to[at] = (struct context){parent, context->function, at + context->size};
    rows[at] = context->row;
    context->next_place = at + 1;
    context->place = at;
}

/* Returns the row of each one's values; the caller frees it. */
static uint32_t *place_contexts(struct profile *p, struct build *build)
{
    count_trees(build);
    p->context_count = place_roots(build);
    p->contexts = memory_alloc(p->context_count * sizeof *p->contexts);
    arena_adopt(p->arena, p->contexts);
    uint32_t *rows = memory_alloc(p->context_count * sizeof *rows);
    for (uint32_t c = 0; c < build->contexts.count; c++)
        place(build->contexts.data, c, p->contexts, rows);
    array_free(&build->contexts);
    return rows;
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

/* The columns of some metrics: what all contexts before each have, which have these rows. */
struct columns {
    const struct profile *profile;
    struct build *build;
    const uint32_t *rows;
    uint32_t first, end; /* of the metrics */
};

static void add_up_before(int64_t *before, const struct values_array *self, const uint32_t *rows,
                          uint32_t count)
{
    before[0] = 0;
    for (uint32_t c = 0; c < count; c++)
        before[c + 1] = before[c] + (rows[c] && rows[c] < self->count ? self->data[rows[c]] : 0);
}

static void add_up_columns(void *opaque)
{
    const struct columns *columns = opaque;
    const struct profile *p = columns->profile;
    for (uint32_t m = columns->first; m < columns->end; m++) {
        struct values_array *self = &columns->build->columns[m].context;
        add_up_before(p->context_before + m * ((size_t)p->context_count + 1), self, columns->rows,
                      p->context_count);
        array_free(self);
    }
}

void tree_hand_over(struct profile *p, struct build *build)
{
    struct aside aside;
    uint32_t *rows = place_contexts(p, build);
    hand_over_calls(p, build, rows);
    size_t column = (size_t)p->context_count + 1;
    p->context_before = memory_alloc(p->metric_count * column * sizeof *p->context_before);
    arena_adopt(p->arena, p->context_before);
    uint32_t half = p->metric_count / 2;
    struct columns some = {p, build, rows, 0, half},
                   others = {p, build, rows, half, p->metric_count};
    if (half && p->context_count >= TREE_WORTH_A_THREAD) {
        aside_begin(&aside, add_up_columns, &some);
        add_up_columns(&others);
        aside_end(&aside);
    } else {
        add_up_columns(&some);
        add_up_columns(&others);
    }
    free(rows);
}
