/* Keys of two sides brought together by their hash, in time that grows with their number. */
#include "formats/profile/memory.h"
#include "tui/analysis/match_internal.h"
#include "tui/analysis/order.h"

#include <stdlib.h>

/* All keys with one hash: a chain a side. */
struct meeting {
    uint64_t hash;
    uint32_t first_a, first_b; /* PROFILE_NONE ends a chain */
    uint32_t count_a, count_b;
};

struct join {
    struct match_side *a, *b;
    struct meeting *meetings;
    uint32_t count;
    uint32_t *slots, mask; /* meeting + 1; 0 is free */
    uint32_t *next_a, *next_b;
    struct match_key *group; /* room for the largest */
    uint32_t group_room;
};

static uint32_t *slot_of(const struct join *join, uint64_t hash)
{
    uint32_t at = (uint32_t)(hash >> 20) & join->mask;
    while (join->slots[at] && join->meetings[join->slots[at] - 1].hash != hash)
        at = (at + 1) & join->mask;
    return &join->slots[at];
}

static void enter_b(struct join *join)
{
    /* From the last to the first, so that chains are in order. */
    for (uint32_t i = join->b->count; i-- > 0;) {
        uint32_t *slot = slot_of(join, join->b->keys[i].hash);
        if (!*slot) {
            join->meetings[join->count++] =
                (struct meeting){join->b->keys[i].hash, PROFILE_NONE, PROFILE_NONE, 0, 0};
            *slot = join->count;
        }
        struct meeting *meeting = &join->meetings[*slot - 1];
        join->next_b[i] = meeting->first_b;
        meeting->first_b = i;
        meeting->count_b++;
    }
}

static void enter_a(struct join *join)
{
    for (uint32_t i = join->a->count; i-- > 0;) {
        uint32_t slot = *slot_of(join, join->a->keys[i].hash);
        if (!slot)
            continue;
        struct meeting *meeting = &join->meetings[slot - 1];
        join->next_a[i] = meeting->first_a;
        meeting->first_a = i;
        meeting->count_a++;
    }
}

static int compare_keys(const void *left, const void *right)
{
    const struct match_key *a = left, *b = right;
    return a->line != b->line ? ORDER_OF(a->line, b->line) : ORDER_OF(a->function, b->function);
}

static void gather(const struct match_side *side, uint32_t first, const uint32_t *next,
                   struct match_key *keys, uint32_t count)
{
    uint32_t i = first;
    for (uint32_t k = 0; k < count; k++, i = next[i])
        keys[k] = side->keys[i];
    if (count > 1)
        qsort(keys, count, sizeof *keys, compare_keys);
}

static void meet(struct join *join, const struct meeting *meeting,
                 void (*group)(struct match_side *, struct match_side *,
                               const struct match_group *))
{
    uint32_t needed = meeting->count_a + meeting->count_b;
    if (needed > join->group_room) {
        join->group_room = needed * 2;
        join->group = memory_resize(join->group, join->group_room, sizeof *join->group);
    }
    struct match_group keys = {join->group, join->group + meeting->count_a, meeting->count_a,
                               meeting->count_b};
    gather(join->a, meeting->first_a, join->next_a, join->group, meeting->count_a);
    gather(join->b, meeting->first_b, join->next_b, join->group + meeting->count_a,
           meeting->count_b);
    group(join->a, join->b, &keys);
}

void match_join(struct match_side *a, struct match_side *b, unsigned aspects,
                void (*group)(struct match_side *, struct match_side *, const struct match_group *))
{
    struct join join = {.a = a, .b = b};
    match_collect(b, aspects);
    if (!b->count)
        return;
    match_collect(a, aspects);
    if (!a->count)
        return;
    uint32_t slots = 16;
    while (slots / 2 < b->count)
        slots *= 2;
    join.mask = slots - 1;
    join.slots = memory_zeroed(slots, sizeof *join.slots);
    join.meetings = memory_alloc(b->count * sizeof *join.meetings);
    join.next_a = memory_alloc(a->count * sizeof *join.next_a);
    join.next_b = memory_alloc(b->count * sizeof *join.next_b);
    enter_b(&join);
    enter_a(&join);
    for (uint32_t i = join.count; i-- > 0;)
        if (join.meetings[i].count_a)
            meet(&join, &join.meetings[i], group);
    free(join.slots);
    free(join.meetings);
    free(join.next_a);
    free(join.next_b);
    free(join.group);
}
