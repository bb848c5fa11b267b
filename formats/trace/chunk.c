#include "formats/trace/chunk.h"

#include <string.h>
#include <zlib.h>

#define CHUNK_MAGIC    0x184D2A5Au
#define PREFIX_SIZE    8u /* magic and size, which the size does not count */
#define LARGEST_HEADER (PREFIX_SIZE + 4096u)

static const uint8_t tag[4] = {'N', 'C', 'P', 'F'};

static void put16(uint8_t *at, uint16_t value)
{
    at[0] = (uint8_t)value;
    at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
    put16(at, (uint16_t)value);
    put16(at + 2, (uint16_t)(value >> 16));
}

static void put64(uint8_t *at, uint64_t value)
{
    put32(at, (uint32_t)value);
    put32(at + 4, (uint32_t)(value >> 32));
}

static uint16_t get16(const uint8_t *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t get32(const uint8_t *at)
{
    return get16(at) | (uint32_t)get16(at + 2) << 16;
}

static uint64_t get64(const uint8_t *at)
{
    return get32(at) | (uint64_t)get32(at + 4) << 32;
}

static uint32_t checksum(const uint8_t *data, size_t size)
{
    return (uint32_t)crc32(crc32(0, NULL, 0), data, (uInt)size);
}

void chunk_encode(uint8_t out[CHUNK_HEADER_SIZE], const struct chunk_header *header)
{
    put32(out, CHUNK_MAGIC);
    put32(out + 4, CHUNK_HEADER_SIZE - PREFIX_SIZE);
    memcpy(out + 8, tag, sizeof tag);
    put16(out + 12, TRACE_MAJOR);
    put16(out + 14, TRACE_MINOR);
    put16(out + 16, header->type);
    put16(out + 18, header->flags);
    put32(out + 20, header->thread);
    put32(out + 24, header->sequence);
    for (size_t i = 0; i < CHUNK_FRAMES; i++)
        put32(out + 28 + 4 * i, header->frames[i]);
    put32(out + 40, header->events);
    put32(out + 44, header->calls);
    put32(out + 48, header->open);
    put64(out + 52, header->begin);
    put64(out + 60, header->end);
    put64(out + 68, header->clock_ticks);
    put64(out + 76, (uint64_t)header->clock_ns);
    put64(out + 84, header->link);
    put32(out + 92, checksum(out, 92));
}

bool chunk_recognised(const uint8_t *data, size_t size)
{
    return size >= 16 && get32(data) == CHUNK_MAGIC && memcmp(data + 8, tag, sizeof tag) == 0;
}

static void decode_fields(struct chunk_header *header, const uint8_t *at)
{
    header->type = get16(at + 16);
    header->flags = get16(at + 18);
    header->thread = get32(at + 20);
    header->sequence = get32(at + 24);
    for (size_t i = 0; i < CHUNK_FRAMES; i++)
        header->frames[i] = get32(at + 28 + 4 * i);
    header->events = get32(at + 40);
    header->calls = get32(at + 44);
    header->open = get32(at + 48);
    header->begin = get64(at + 52);
    header->end = get64(at + 60);
    header->clock_ticks = get64(at + 68);
    header->clock_ns = (int64_t)get64(at + 76);
    header->link = get64(at + 84);
}

int chunk_decode(struct chunk_header *header, const uint8_t *data, size_t size, uint64_t offset,
                 struct error *err)
{
    if (offset > size || size - offset < 16)
        return error_set(err, ERROR_TRUNCATED, "ends inside a chunk header");
    const uint8_t *at = data + offset;
    if (!chunk_recognised(at, (size_t)(size - offset)))
        return error_at_offset(err, offset, "no chunk header");
    header->major = get16(at + 12);
    header->minor = get16(at + 14);
    if (header->major != TRACE_MAJOR)
        return error_set(
            err, ERROR_UNSUPPORTED,
            "written in version %u.%u of the trace format; this ncprof reads version %u",
            header->major, header->minor, TRACE_MAJOR);
    uint64_t header_size = (uint64_t)get32(at + 4) + PREFIX_SIZE;
    if (header_size < CHUNK_HEADER_SIZE || header_size > LARGEST_HEADER)
        return error_at_offset(err, offset, "a chunk header of impossible size");
    if (size - offset < header_size)
        return error_set(err, ERROR_TRUNCATED, "ends inside a chunk header");
    if (get32(at + header_size - 4) != checksum(at, (size_t)header_size - 4))
        return error_at_offset(err, offset, "a damaged chunk header");
    header->header_size = (uint32_t)header_size;
    decode_fields(header, at);
    return 0;
}

uint64_t chunk_size(const struct chunk_header *header)
{
    uint64_t size = header->header_size;
    for (size_t i = 0; i < CHUNK_FRAMES; i++)
        size += header->frames[i];
    return size;
}

uint64_t chunk_search(const uint8_t *data, size_t size, uint64_t from)
{
    struct chunk_header header;
    struct error ignored;
    uint64_t at = from;
    while (at < size && size - at >= 16) {
        const uint8_t *found = memmem(data + at + 8, (size_t)(size - at - 8), tag, sizeof tag);
        if (!found)
            break;
        at = (uint64_t)(found - data) - 8;
        if (chunk_decode(&header, data, size, at, &ignored) == 0)
            return at;
        at++;
    }
    return size;
}
