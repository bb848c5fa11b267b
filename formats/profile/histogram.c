#include "formats/profile/histogram.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

uint64_t histogram_bucket_value(uint32_t bucket)
{
    uint32_t row = bucket >> HISTOGRAM_SUB_BITS;
    uint64_t column = bucket & ((1u << HISTOGRAM_SUB_BITS) - 1);
    if (!row)
        return column;
    unsigned shift = row - 1;
    uint64_t low = (column + (1u << HISTOGRAM_SUB_BITS)) << shift;
    return low + ((UINT64_C(1) << shift) >> 1);
}

/*
 * The index of the first bucket that is not below `bucket`. Which half it is in is computed and
 * not branched on: it would be guessed wrong every other time.
 */
static uint32_t place_of(const struct histogram *histogram, uint32_t bucket)
{
    const struct histogram_bucket *low = histogram->buckets;
    uint32_t count = histogram->count;
    if (!count || low[count - 1].bucket < bucket) /* mostly they come in order */
        return count;
    while (count > 1) {
        uint32_t half = count / 2;
        low += (uint32_t)(low[half - 1].bucket < bucket) * half;
        count -= half;
    }
    return (uint32_t)(low - histogram->buckets) + (low->bucket < bucket);
}

void histogram_add_bucket(struct histogram *histogram, uint32_t bucket, uint64_t count)
{
    if (!count || bucket >= HISTOGRAM_BUCKETS)
        return;
    histogram->total += count;
    uint32_t at = place_of(histogram, bucket);
    if (at < histogram->count && histogram->buckets[at].bucket == bucket) {
        histogram->buckets[at].count += count;
        return;
    }
    histogram->buckets = array_grow(histogram->buckets, &histogram->capacity, histogram->count, 1,
                                    sizeof *histogram->buckets);
    memmove(&histogram->buckets[at + 1], &histogram->buckets[at],
            (histogram->count - at) * sizeof *histogram->buckets);
    histogram->buckets[at] = (struct histogram_bucket){.bucket = bucket, .count = count};
    histogram->count++;
}

void histogram_add(struct histogram *histogram, uint64_t value, uint64_t count)
{
    if (!count)
        return;
    if (!histogram->total || value < histogram->min)
        histogram->min = value;
    if (!histogram->total || value > histogram->max)
        histogram->max = value;
    histogram_add_bucket(histogram, histogram_bucket_of(value), count);
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (!from->total)
        return;
    if (!into->total || from->min < into->min)
        into->min = from->min;
    if (!into->total || from->max > into->max)
        into->max = from->max;
    if (!into->count && from->count) {
        into->buckets =
            array_grow(into->buckets, &into->capacity, 0, from->count, sizeof *into->buckets);
        memcpy(into->buckets, from->buckets, from->count * sizeof *into->buckets);
        into->count = from->count;
        into->total = from->total;
        return;
    }
    for (uint32_t i = 0; i < from->count; i++)
        histogram_add_bucket(into, from->buckets[i].bucket, from->buckets[i].count);
}

uint64_t histogram_quantile(const struct histogram *histogram, double quantile)
{
    double wanted = quantile * (double)histogram->total;
    uint64_t seen = 0;
    for (uint32_t i = 0; i < histogram->count; i++) {
        seen += histogram->buckets[i].count;
        if ((double)seen < wanted)
            continue;
        uint64_t value = histogram_bucket_value(histogram->buckets[i].bucket);
        if (value < histogram->min)
            return histogram->min;
        return value > histogram->max ? histogram->max : value;
    }
    return histogram->max;
}

void histogram_free(struct histogram *histogram)
{
    free(histogram->buckets);
    *histogram = (struct histogram){0};
}
