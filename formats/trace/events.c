#include "formats/trace/events.h"

static void take_column(struct decoder *column, struct decoder *in, uint64_t size)
{
    const uint8_t *data = decoder_take(in, size);
    *column = data ? (struct decoder){data, data + size, false} : (struct decoder){0};
}

bool events_decode(struct events *events, const struct bytes *payload, uint32_t event_count)
{
    struct decoder in = {payload->data, payload->data + payload->size, false};
    events->start_context = decoder_below(&in, UINT32_MAX);
    events->folded_count = decoder_count(&in, 1);
    events->folded = in.at;
    for (uint32_t i = 0; i < events->folded_count; i++)
        decoder_below(&in, UINT32_MAX);
    uint64_t tokens = decoder_varint(&in);
    uint64_t low = decoder_varint(&in);
    uint64_t high = decoder_varint(&in);
    take_column(&events->tokens, &in, tokens);
    take_column(&events->low, &in, low);
    take_column(&events->high, &in, high);
    return !in.failed && low == event_count;
}
