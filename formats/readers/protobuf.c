#include "formats/readers/protobuf.h"

#define FIELD_NUMBER_MAX ((UINT32_C(1) << 29) - 1)

bool protobuf_long_varint(struct protobuf *cursor, uint64_t *value)
{
    const uint8_t *at = cursor->at;
    uint64_t sum = 0;
    for (unsigned shift = 0; at < cursor->end && shift < 70; shift += 7) {
        uint8_t byte = *at++;
        sum |= shift < 64 ? (uint64_t)(byte & 0x7f) << shift : 0;
        if (byte & 0x80)
            continue;
        *value = sum;
        cursor->at = at;
        return true;
    }
    return false;
}

static bool take_fixed(struct protobuf *cursor, size_t size, uint64_t *value)
{
    if ((size_t)(cursor->end - cursor->at) < size)
        return false;
    *value = 0;
    for (size_t i = 0; i < size; i++)
        *value |= (uint64_t)cursor->at[i] << 8 * i;
    cursor->at += size;
    return true;
}

static bool take_bytes(struct protobuf *cursor, struct protobuf *body)
{
    uint64_t size;
    if (!protobuf_varint(cursor, &size) || size > (uint64_t)(cursor->end - cursor->at))
        return false;
    *body = (struct protobuf){cursor->at, cursor->at + size};
    cursor->at += size;
    return true;
}

static bool take_value(struct protobuf *cursor, struct protobuf_field *field)
{
    switch (field->wire) {
    case PROTOBUF_VARINT:
        return protobuf_varint(cursor, &field->value);
    case PROTOBUF_FIXED64:
        return take_fixed(cursor, 8, &field->value);
    case PROTOBUF_FIXED32:
        return take_fixed(cursor, 4, &field->value);
    case PROTOBUF_BYTES:
        return take_bytes(cursor, &field->body);
    }
    return false;
}

int protobuf_next(struct protobuf *cursor, struct protobuf_field *field)
{
    struct protobuf start = *cursor;
    uint64_t key;
    if (cursor->at == cursor->end)
        return 0;
    if (protobuf_varint(cursor, &key) && key >> 3 && key >> 3 <= FIELD_NUMBER_MAX) {
        field->number = (uint32_t)(key >> 3);
        field->wire = (enum protobuf_wire)(key & 7);
        if (take_value(cursor, field))
            return 1;
    }
    *cursor = start;
    return -1;
}

bool protobuf_number(struct protobuf_field *rest, uint64_t *value)
{
    if (rest->wire == PROTOBUF_BYTES)
        return protobuf_varint(&rest->body, value);
    *value = rest->value;
    rest->wire = PROTOBUF_BYTES; /* there is one */
    rest->body = (struct protobuf){0};
    return true;
}
