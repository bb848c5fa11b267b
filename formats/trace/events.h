/*
 * The payload EVENTS: one thread's enters and leaves in three columns
 * (FORMAT.md, section 4).
 */
#ifndef NCPROF_FORMATS_TRACE_EVENTS_H
#define NCPROF_FORMATS_TRACE_EVENTS_H

#include "formats/trace/varint.h"

#define TOKEN_LEAVE_BITS 2
#define TOKEN_LEAVES_MAX 3u

/* A decoded payload, ready to be walked; borrows the payload's bytes. */
struct events {
    uint32_t start_context;
    uint32_t folded_count;
    const uint8_t *folded; /* that many varints, checked */
    struct decoder tokens, low, high;
};

/* False when the payload is not valid as far as can be told without walking it. */
bool events_decode(struct events *events, const struct bytes *payload, uint32_t event_count);

/* The next token: function (0: none is entered) and number of leaves. False at the end or when
 * damaged. */
static inline bool events_token(struct events *events, uint32_t *function, unsigned *leaves)
{
    if (events->tokens.at == events->tokens.end)
        return false;
    uint64_t token = *events->tokens.at;
    if (token < 0x80)
        events->tokens.at++;
    else
        token = decoder_varint(&events->tokens);
    *leaves = (unsigned)token & TOKEN_LEAVES_MAX;
    token >>= TOKEN_LEAVE_BITS;
    *function = token < UINT32_MAX ? (uint32_t)token : UINT32_MAX;
    return !events->tokens.failed;
}

/* Ticks of the next event since the one before. */
static inline uint64_t events_delta(struct events *events)
{
    if (events->low.at == events->low.end)
        return decoder_fail(&events->low);
    uint64_t low = *events->low.at++;
    if (low < 0x80)
        return low;
    return (low & 0x7f) + ((decoder_varint(&events->high) + 1) << 7);
}

/* Nothing was missing and nothing is left. */
static inline bool events_complete(const struct events *events)
{
    return !events->tokens.failed && !events->low.failed && !events->high.failed &&
           events->low.at == events->low.end && events->high.at == events->high.end;
}

#endif
