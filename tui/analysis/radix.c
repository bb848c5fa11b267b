#include "tui/analysis/radix.h"

#include <stdbool.h>
#include <string.h>

#define DIGITS 8 /* bytes of a key */
#define FEW    32

uint64_t radix_key(double number)
{
    uint64_t bits;
    double plain = number + 0.0;
    memcpy(&bits, &plain, sizeof bits);
    return bits >> 63 ? ~bits : bits | UINT64_C(1) << 63;
}

static void insert_each(struct radix_item *items, uint32_t count)
{
    for (uint32_t i = 1; i < count; i++) {
        struct radix_item item = items[i];
        uint32_t at = i;
        for (; at && items[at - 1].key > item.key; at--)
            items[at] = items[at - 1];
        items[at] = item;
    }
}

/* False when all items have one digit there, and nothing moves. */
static bool make_places(uint32_t counts[256], uint32_t count)
{
    uint32_t place = 0;
    for (uint32_t digit = 0; digit < 256; digit++) {
        uint32_t here = counts[digit];
        if (here == count)
            return false;
        counts[digit] = place;
        place += here;
    }
    return true;
}

void radix_sort(struct radix_item *items, struct radix_item *spare, uint32_t count)
{
    uint32_t counts[DIGITS][256] = {0};
    struct radix_item *from = items, *to = spare;
    if (count <= FEW) {
        insert_each(items, count);
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        for (unsigned d = 0; d < DIGITS; d++)
            counts[d][items[i].key >> 8 * d & 0xff]++;
    for (unsigned d = 0; d < DIGITS; d++) {
        if (!make_places(counts[d], count))
            continue;
        for (uint32_t i = 0; i < count; i++)
            to[counts[d][from[i].key >> 8 * d & 0xff]++] = from[i];
        struct radix_item *sorted = to;
        to = from;
        from = sorted;
    }
    if (from != items)
        memcpy(items, from, count * sizeof *items);
}

void radix_sort_groups(struct radix_item *items, struct radix_item *spare, uint32_t count)
{
    uint32_t counts[256] = {0};
    for (uint32_t i = 0; i < count; i++)
        counts[items[i].group & 0xff]++;
    if (!make_places(counts, count))
        return;
    for (uint32_t i = 0; i < count; i++)
        spare[counts[items[i].group & 0xff]++] = items[i];
    memcpy(items, spare, count * sizeof *items);
}
