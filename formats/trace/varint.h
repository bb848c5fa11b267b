/*
 * The bytes of a payload: a growable buffer to put numbers into, and a bounded
 * decoder to take them out again. Numbers are unsigned LEB128, signed ones
 * zigzag (FORMAT.md).
 */
#ifndef NCPROF_FORMATS_TRACE_VARINT_H
#define NCPROF_FORMATS_TRACE_VARINT_H

#include "formats/profile/memory.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VARINT_MAX 10 /* bytes of the longest one */

/* A zeroed struct is an empty buffer; its owner frees `data`. */
struct bytes {
    uint8_t *data;
    size_t size, capacity;
};

static inline void bytes_room(struct bytes *bytes, size_t more)
{
    if (more <= bytes->capacity - bytes->size)
        return;
    size_t wanted = bytes->size + more;
    if (wanted < bytes->capacity * 2)
        wanted = bytes->capacity * 2;
    bytes->data = memory_resize(bytes->data, wanted, 1);
    bytes->capacity = wanted;
}

static inline void bytes_put(struct bytes *bytes, const void *data, size_t size)
{
    bytes_room(bytes, size);
    if (size)
        memcpy(bytes->data + bytes->size, data, size);
    bytes->size += size;
}

static inline uint8_t *varint_store(uint8_t *at, uint64_t value)
{
    while (value >= 0x80) {
        *at++ = (uint8_t)(value | 0x80);
        value >>= 7;
    }
    *at++ = (uint8_t)value;
    return at;
}

static inline void bytes_varint(struct bytes *bytes, uint64_t value)
{
    bytes_room(bytes, VARINT_MAX);
    bytes->size = (size_t)(varint_store(bytes->data + bytes->size, value) - bytes->data);
}

static inline uint64_t zigzag_of(int64_t value)
{
    return ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0);
}

static inline int64_t zigzag_value(uint64_t coded)
{
    return (int64_t)((coded >> 1) ^ (0 - (coded & 1)));
}

/* Takes numbers out of `at` .. `end`. After the first that does not fit all are 0 and `failed` is
 * set. */
struct decoder {
    const uint8_t *at, *end;
    bool failed;
};

static inline size_t decoder_left(const struct decoder *decoder)
{
    return (size_t)(decoder->end - decoder->at);
}

static inline uint64_t decoder_fail(struct decoder *decoder)
{
    decoder->failed = true;
    decoder->at = decoder->end;
    return 0;
}

static inline uint64_t decoder_varint(struct decoder *decoder)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        if (decoder->at == decoder->end)
            break;
        uint8_t byte = *decoder->at++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return value;
    }
    return decoder_fail(decoder);
}

static inline int64_t decoder_zigzag(struct decoder *decoder)
{
    return zigzag_value(decoder_varint(decoder));
}

/* A number that must be below `limit`. */
static inline uint32_t decoder_below(struct decoder *decoder, uint32_t limit)
{
    uint64_t value = decoder_varint(decoder);
    if (value >= limit)
        return (uint32_t)decoder_fail(decoder);
    return (uint32_t)value;
}

/* A number of rows that take at least `row_size` bytes each of what is left. */
static inline uint32_t decoder_count(struct decoder *decoder, size_t row_size)
{
    uint64_t count = decoder_varint(decoder);
    if (count > decoder_left(decoder) / row_size || count >= UINT32_MAX)
        return (uint32_t)decoder_fail(decoder);
    return (uint32_t)count;
}

/* NULL when fewer are left. */
static inline const uint8_t *decoder_take(struct decoder *decoder, uint64_t size)
{
    const uint8_t *taken = decoder->at;
    if (size > decoder_left(decoder)) {
        decoder_fail(decoder);
        return NULL;
    }
    decoder->at += size;
    return taken;
}

#endif
