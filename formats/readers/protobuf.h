/*
 * Protocol buffers on the wire: a cursor over the fields of one message in memory. Nothing is
 * copied or allocated; bytes that are no field are an error.
 *
 * Source: "Encoding" in the documentation of protocol buffers.
 */
#ifndef NCPROF_FORMATS_READERS_PROTOBUF_H
#define NCPROF_FORMATS_READERS_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct protobuf {
    const uint8_t *at, *end;
};

enum protobuf_wire {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_BYTES = 2,
    PROTOBUF_FIXED32 = 5
};

struct protobuf_field {
    uint32_t number;
    enum protobuf_wire wire;
    uint64_t value;       /* of all but PROTOBUF_BYTES */
    struct protobuf body; /* of PROTOBUF_BYTES: a message, a text, or packed numbers */
};

bool protobuf_long_varint(struct protobuf *cursor, uint64_t *value);

/*
 * False at the end or where the bytes are no number; the cursor is then where it was. Most numbers
 * have up to three bytes.
 */
static inline bool protobuf_varint(struct protobuf *cursor, uint64_t *value)
{
    const uint8_t *at = cursor->at;
    if (cursor->end - at < 3 || (at[0] & at[1] & at[2] & 0x80))
        return protobuf_long_varint(cursor, value);
    *value = at[0] & 0x7f;
    if (*at++ & 0x80) {
        *value |= (uint64_t)(*at & 0x7f) << 7;
        if (*at++ & 0x80)
            *value |= (uint64_t)*at++ << 14;
    }
    cursor->at = at;
    return true;
}

/* 1 and the next field, 0 at the end, -1 where the bytes are no field: cursor->at is there. */
int protobuf_next(struct protobuf *cursor, struct protobuf_field *field);
/*
 * The numbers of a repeated field, packed or one a field: *rest is what is left of them. Begin with
 * *rest = *field.
 */
bool protobuf_number(struct protobuf_field *rest, uint64_t *value);

#endif
