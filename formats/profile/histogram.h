/*
 * Latency histograms: log-linear buckets, 64 a power of two, so that a value
 * read back differs from the true one by at most 1/128 (0.8 %); values below
 * 64 are exact. Mergeable by adding. The scheme is that of HdrHistogram
 * (G. Tene) with 6 sub-bucket bits.
 *
 * Sparse: a function usually touches a few dozen of the 3,776 buckets.
 */
#ifndef NCPROF_FORMATS_PROFILE_HISTOGRAM_H
#define NCPROF_FORMATS_PROFILE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_SUB_BITS 6
#define HISTOGRAM_BUCKETS  ((64 - HISTOGRAM_SUB_BITS + 1) << HISTOGRAM_SUB_BITS)

struct histogram_bucket {
    uint32_t bucket;
    uint32_t padding;
    uint64_t count;
};

struct histogram {
    struct histogram_bucket *buckets; /* ascending by bucket, no zero counts */
    uint32_t count, capacity;
    uint64_t total;    /* values in all buckets */
    uint64_t min, max; /* exact; meaningless when total is 0 */
};

static inline uint32_t histogram_bucket_of(uint64_t value)
{
    /* Below 64 the shift is 0. No branch: one would be guessed wrong in the recorder's hot path. */
    unsigned leading = (unsigned)__builtin_clzll(value | 1u << HISTOGRAM_SUB_BITS);
    unsigned shift = 63u - HISTOGRAM_SUB_BITS - leading;
    return (shift << HISTOGRAM_SUB_BITS) + (uint32_t)(value >> shift);
}

/* The middle of a bucket's range. */
uint64_t histogram_bucket_value(uint32_t bucket);

/* Adds `count` values that all lie in the bucket of `value`; min and max are updated by `value`. */
void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count);
/* Adds counts to a bucket; min and max are for the caller to set. */
void histogram_add_bucket(struct histogram *histogram, uint32_t bucket, uint64_t count);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* The smallest value with a share of at least `quantile` (0..1) at or below it; 0 when empty. */
uint64_t histogram_quantile(const struct histogram *histogram, double quantile);
void histogram_free(struct histogram *histogram);

#endif
