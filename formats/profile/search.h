/* Looking up an address in an array of things that begin at ascending addresses. */
#ifndef NCPROF_FORMATS_PROFILE_SEARCH_H
#define NCPROF_FORMATS_PROFILE_SEARCH_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/*
 * How many elements of an ARRAY() have a `field`, a uint64_t by which they ascend, of at most
 * `value`: the last of these is the one that may hold an address.
 */
#define search_up_to(array, field, value)                                                          \
    ((array)->count                                                                                \
         ? search_keys(&(array)->data->field, sizeof *(array)->data, (array)->count, value)        \
         : 0)

/* The same of keys that are `stride` bytes apart. */
static inline uint32_t search_keys(const uint64_t *first, size_t stride, uint32_t count,
                                   uint64_t value)
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint64_t key;
        memcpy(&key, (const char *)first + middle * stride, sizeof key);
        if (key <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

#endif
