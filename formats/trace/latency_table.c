#include "formats/trace/latency_table.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

#define SPARSE                                                                                     \
    4u /* slots a key, so that nearly every key is found where it is looked for first              \
        */
#define FIRST_BITS 5 /* most threads of a program with thousands of them do little */

static void allocate(struct latency_table *table, uint32_t bits)
{
    table->mask = (1u << bits) - 1;
    table->shift = 64 - bits;
    table->slots = memory_zeroed((size_t)table->mask + 1, sizeof *table->slots);
}

void latency_table_init(struct latency_table *table)
{
    table->used = 0;
    allocate(table, FIRST_BITS);
}

void latency_table_free(struct latency_table *table)
{
    free(table->slots);
    *table = (struct latency_table){0};
}

static void place(struct latency_table *table, uint64_t slot)
{
    uint32_t at = latency_table_start(table, slot >> LATENCY_COUNT_BITS);
    while (table->slots[at])
        at = (at + 1) & table->mask;
    table->slots[at] = slot;
}

static void grow(struct latency_table *table)
{
    uint64_t *old = table->slots;
    uint32_t count = table->mask + 1;
    allocate(table, 64 - table->shift + 1);
    for (uint32_t i = 0; i < count; i++)
        if (old[i])
            place(table, old[i]);
    free(old);
}

static bool holds(const struct latency_table *table, uint64_t key)
{
    uint32_t at = latency_table_start(table, key);
    while (table->slots[at] && table->slots[at] >> LATENCY_COUNT_BITS != key)
        at = (at + 1) & table->mask;
    return table->slots[at] != 0;
}

void latency_table_expect(struct latency_table *table, uint32_t function, uint64_t duration)
{
    uint64_t key = latency_table_key(function, duration);
    if (holds(table, key))
        return;
    if (table->used * SPARSE > table->mask)
        grow(table);
    place(table, key << LATENCY_COUNT_BITS);
    table->used++;
}

static int compare(const void *a, const void *b)
{
    uint64_t left, right;
    memcpy(&left, a, sizeof left);
    memcpy(&right, b, sizeof right);
    return (left > right) - (left < right);
}

uint32_t latency_table_sort(struct latency_table *table)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i <= table->mask; i++)
        if (table->slots[i])
            table->slots[count++] = table->slots[i];
    qsort(table->slots, count, sizeof *table->slots, compare);
    return count;
}

void latency_table_clear(struct latency_table *table)
{
    memset(table->slots, 0, ((size_t)table->mask + 1) * sizeof *table->slots);
    table->used = 0;
}
