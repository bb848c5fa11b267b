/*
 * Counts of (function, histogram bucket) for one thread and one chunk: a hash
 * table whose slot is one word, so that counting a call is one load and one store.
 */
#ifndef NCPROF_FORMATS_TRACE_LATENCY_TABLE_H
#define NCPROF_FORMATS_TRACE_LATENCY_TABLE_H

#include "formats/profile/histogram.h"

#include <stdint.h>

/* key << 20 | count, where key is function << 12 | bucket. Functions count from 1, so 0 is free. */
#define LATENCY_COUNT_BITS  20
#define LATENCY_BUCKET_BITS 12
_Static_assert(HISTOGRAM_BUCKETS <= 1 << LATENCY_BUCKET_BITS, "a bucket fits its bits");

struct latency_table {
    uint64_t *slots;
    uint32_t mask;
    uint32_t shift; /* of the hash */
    uint32_t used;
};

void latency_table_init(struct latency_table *table);
void latency_table_free(struct latency_table *table);
/* The slow path: a key that is not there yet. */
void latency_table_insert(struct latency_table *table, uint64_t key);

/*
 * Moves all slots to the front of the table, ordered by function and bucket, and gives their
 * number. They are valid until latency_table_clear(), which must follow.
 */
uint32_t latency_table_sort(struct latency_table *table);
void latency_table_clear(struct latency_table *table);

static inline uint32_t latency_table_start(const struct latency_table *table, uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> table->shift);
}

/* At most 2^20 - 1 calls between two clears. */
static inline void latency_table_add(struct latency_table *table, uint32_t function,
                                     uint64_t duration)
{
    uint64_t key = (uint64_t)function << LATENCY_BUCKET_BITS | histogram_bucket_of(duration);
    uint32_t at = latency_table_start(table, key);
    for (;;) {
        uint64_t slot = table->slots[at];
        if (slot >> LATENCY_COUNT_BITS == key) {
            table->slots[at] = slot + 1;
            return;
        }
        if (slot == 0)
            break;
        at = (at + 1) & table->mask;
    }
    latency_table_insert(table, key);
}

static inline uint32_t latency_slot_function(uint64_t slot)
{
    return (uint32_t)(slot >> (LATENCY_COUNT_BITS + LATENCY_BUCKET_BITS));
}

static inline uint32_t latency_slot_bucket(uint64_t slot)
{
    return (uint32_t)(slot >> LATENCY_COUNT_BITS) & ((1u << LATENCY_BUCKET_BITS) - 1);
}

static inline uint64_t latency_slot_count(uint64_t slot)
{
    return slot & ((1u << LATENCY_COUNT_BITS) - 1);
}

#endif
