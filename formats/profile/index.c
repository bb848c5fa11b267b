#include "formats/profile/index.h"

#include "formats/profile/memory.h"

#include <stdlib.h>

/* Every bit of the hash counts, also where its halves were mixed by exclusive or before. */
static uint32_t fold(uint64_t hash)
{
    return (uint32_t)((hash * UINT64_C(0x9e3779b97f4a7c15)) >> 32);
}

uint32_t index_find(const struct index *index, uint64_t hash, const void *items,
                    bool (*same)(const void *items, uint32_t at, const void *key), const void *key)
{
    if (!index->slot_count)
        return UINT32_MAX;
    uint32_t mask = index->slot_count - 1, wanted = fold(hash);
    for (uint32_t at = wanted & mask; index->slots[at].position; at = (at + 1) & mask)
        if (index->slots[at].hash == wanted && same(items, index->slots[at].position - 1, key))
            return index->slots[at].position - 1;
    return UINT32_MAX;
}

static void place(struct index *index, struct index_slot slot)
{
    uint32_t mask = index->slot_count - 1, at = slot.hash & mask;
    while (index->slots[at].position)
        at = (at + 1) & mask;
    index->slots[at] = slot;
}

static void grow(struct index *index, uint32_t slot_count)
{
    struct index old = *index;
    index->slot_count = slot_count;
    index->slots = memory_zeroed(slot_count, sizeof *index->slots);
    for (uint32_t i = 0; i < old.slot_count; i++)
        if (old.slots[i].position)
            place(index, old.slots[i]);
    free(old.slots);
}

void index_add(struct index *index, uint64_t hash, uint32_t position)
{
    if ((index->used + 1) * 4ull > index->slot_count * 3ull)
        grow(index, index->slot_count ? index->slot_count * 2 : 64);
    place(index, (struct index_slot){fold(hash), position + 1});
    index->used++;
}

void index_free(struct index *index)
{
    free(index->slots);
    *index = (struct index){0};
}
