#include "formats/trace/chunk_table.h"

void chunk_table_add(struct chunk_table *table, uint64_t offset, const struct chunk_header *header)
{
    *array_push(&table->chunks) = (struct chunk_place){
        .offset = offset,
        .begin = header->begin,
        .end = header->end,
        .thread = header->thread,
        .events = header->events,
        .calls = header->calls,
        .open = header->open,
        .type = header->type,
        .left_out = header->type == CHUNK_DATA ? header->left_out : 0,
    };
}

void chunk_table_free(struct chunk_table *table)
{
    array_free(&table->chunks);
}

void chunk_table_encode(struct bytes *out, const struct chunk_table *table)
{
    uint64_t offset = 0, begin = 0;
    bytes_varint(out, table->chunks.count);
    for (uint32_t i = 0; i < table->chunks.count; i++) {
        const struct chunk_place *place = &table->chunks.data[i];
        bytes_varint(out, place->type);
        bytes_varint(out, place->offset - offset);
        bytes_varint(out, place->thread + 1u);
        bytes_varint(out, place->events);
        bytes_varint(out, place->calls);
        bytes_varint(out, place->open);
        bytes_varint(out, zigzag_of((int64_t)(place->begin - begin)));
        bytes_varint(out, place->end - place->begin);
        offset = place->offset;
        begin = place->begin;
    }
}

bool chunk_table_decode(struct chunk_table *table, const struct bytes *payload, uint64_t end)
{
    struct decoder in = {payload->data, payload->data + payload->size, false};
    uint32_t count = payload->size ? decoder_count(&in, 8) : 0;
    uint64_t offset = 0, begin = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct chunk_place place = {0};
        place.type = decoder_below(&in, UINT16_MAX + 1u);
        uint64_t step = decoder_varint(&in);
        place.thread = (uint32_t)decoder_varint(&in) - 1u;
        place.events = decoder_below(&in, UINT32_MAX);
        place.calls = decoder_below(&in, UINT32_MAX);
        place.open = decoder_below(&in, UINT32_MAX);
        begin += (uint64_t)decoder_zigzag(&in);
        place.begin = begin;
        place.end = begin + decoder_varint(&in);
        if (in.failed || step == 0 || step >= end - offset)
            return false;
        offset += step;
        place.offset = offset;
        *array_push(&table->chunks) = place;
    }
    return !in.failed;
}
