/*
 * Counts of (function, histogram bucket) for one thread and one chunk: a hash
 * table whose slot is one word, so that counting a call is one load and one store.
 */
#ifndef NCPROF_FORMATS_TRACE_LATENCY_TABLE_H
#define NCPROF_FORMATS_TRACE_LATENCY_TABLE_H

#include "formats/profile/histogram.h"

#include <stdbool.h>
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
/* Has latency_table_count() find its key from now on. */
void latency_table_expect(struct latency_table *table, uint32_t function, uint64_t duration);

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

static inline uint64_t latency_table_key(uint32_t function, uint64_t duration)
{
    return (uint64_t)function << LATENCY_BUCKET_BITS | histogram_bucket_of(duration);
}

/*
 * Counts a call, unless its key is not in the table: then nothing is done, and false. At most
 * 2^20 - 1 calls between two clears.
 */
static inline bool latency_table_count(const struct latency_table *table, uint32_t function,
                                       uint64_t duration)
{
    uint64_t key = latency_table_key(function, duration);
    uint32_t at = latency_table_start(table, key);
    uint64_t slot = table->slots[at];
    while (__builtin_expect(slot >> LATENCY_COUNT_BITS != key, 0)) {
        if (slot == 0)
            return false;
        at = (at + 1) & table->mask;
        slot = table->slots[at];
    }
    table->slots[at] = slot + 1;
    return true;
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
