#include "formats/trace/summary.h"

#include <stdlib.h>

/* No sum of a real recording comes near; what a hostile file adds up to cannot overflow. */
#define LARGEST (UINT64_MAX / 2)

/* ---- encoding ---- */

void summary_encode_tree(struct bytes *out, uint32_t thread, const struct summary_row *rows,
                         uint32_t count)
{
    bytes_varint(out, thread);
    bytes_varint(out, count);
    int64_t previous = 0;
    for (uint32_t i = 0; i < count; i++) {
        bytes_varint(out, zigzag_of(rows[i].context - previous));
        previous = rows[i].context;
    }
    for (uint32_t i = 0; i < count; i++)
        bytes_varint(out, rows[i].calls);
    for (uint32_t i = 0; i < count; i++)
        bytes_varint(out, rows[i].self);
}

void summary_encode_latency(struct bytes *out, uint32_t previous, uint32_t function,
                            const struct histogram *latency)
{
    bytes_varint(out, function - previous);
    bytes_varint(out, latency->min);
    bytes_varint(out, latency->max - latency->min);
    bytes_varint(out, latency->count);
    uint32_t bucket = 0;
    for (uint32_t i = 0; i < latency->count; i++) {
        bytes_varint(out, latency->buckets[i].bucket - bucket);
        bucket = latency->buckets[i].bucket;
    }
    for (uint32_t i = 0; i < latency->count; i++)
        bytes_varint(out, latency->buckets[i].count);
}

static void encode_whole_tree(struct bytes *out, uint32_t thread, const struct trace_tree *tree)
{
    uint32_t count = tree->contexts.count - 1;
    struct summary_row *rows = memory_alloc(count * sizeof *rows);
    for (uint32_t i = 0; i < count; i++) {
        const struct trace_context *context = &tree->contexts.data[i + 1];
        rows[i] = (struct summary_row){i + 1, context->calls, context->self};
    }
    summary_encode_tree(out, thread, rows, count);
    free(rows);
}

void summary_encode_all(struct bytes *out, const struct definitions *definitions,
                        const struct histogram *latency)
{
    bytes_varint(out, definitions->threads.count);
    for (uint32_t i = 0; i < definitions->threads.count; i++)
        encode_whole_tree(out, i, &definitions->threads.data[i].tree);

    uint32_t count = 0, previous = 0;
    for (uint32_t i = 0; i < definitions->functions.count; i++)
        count += latency[i].total > 0;
    bytes_varint(out, count);
    for (uint32_t i = 0; i < definitions->functions.count; i++) {
        if (latency[i].total == 0)
            continue;
        summary_encode_latency(out, previous, i, &latency[i]);
        previous = i;
    }
}

/* ---- decoding ---- */

static void decode_tree(struct definitions *definitions, struct decoder *in)
{
    uint32_t thread = decoder_below(in, definitions->threads.count);
    uint32_t count = decoder_count(in, 3);
    if (in->failed)
        return;
    struct trace_tree *tree = &definitions->threads.data[thread].tree;
    struct decoder ids = *in;
    for (uint32_t i = 0; i < count; i++)
        decoder_varint(in);
    struct decoder calls = *in;
    for (uint32_t i = 0; i < count; i++)
        decoder_varint(in);
    uint64_t id = 0;
    for (uint32_t i = 0; i < count; i++) {
        id += (uint64_t)decoder_zigzag(&ids);
        uint64_t entered = decoder_varint(&calls), self = decoder_varint(in);
        struct trace_context *context =
            id && id < tree->contexts.count ? &tree->contexts.data[id] : NULL;
        if (in->failed || !context || entered > LARGEST - context->calls ||
            self > LARGEST - context->self) {
            decoder_fail(in);
            return;
        }
        context->calls += entered;
        context->self += self;
    }
}

static void widen(struct histogram *latency, uint64_t min, uint64_t max, bool first)
{
    if (first || min < latency->min)
        latency->min = min;
    if (first || max > latency->max)
        latency->max = max;
}

static uint32_t decode_latency(struct decoder *in, uint32_t previous, uint32_t function_count,
                               struct histogram *latency)
{
    uint64_t function = previous + decoder_varint(in);
    uint64_t min = decoder_varint(in);
    uint64_t span = decoder_varint(in);
    uint32_t count = decoder_count(in, 2);
    if (in->failed || function >= function_count || function <= previous || span > UINT64_MAX - min)
        return (uint32_t)decoder_fail(in);
    struct decoder buckets = *in;
    for (uint32_t i = 0; i < count; i++)
        decoder_varint(in);
    bool first = latency[function].total == 0;
    uint64_t bucket = 0;
    for (uint32_t i = 0; i < count; i++) {
        bucket += decoder_varint(&buckets);
        uint64_t calls = decoder_varint(in);
        if (in->failed || bucket >= HISTOGRAM_BUCKETS || calls > LARGEST - latency[function].total)
            return (uint32_t)decoder_fail(in);
        histogram_add_bucket(&latency[function], (uint32_t)bucket, calls);
    }
    if (count > 0)
        widen(&latency[function], min, min + span, first);
    return (uint32_t)function;
}

bool summary_decode(struct definitions *definitions, struct histogram *latency,
                    const struct bytes *payload)
{
    if (payload->size == 0)
        return true;
    struct decoder in = {payload->data, payload->data + payload->size, false};
    uint32_t trees = decoder_count(&in, 2);
    for (uint32_t i = 0; i < trees && !in.failed; i++)
        decode_tree(definitions, &in);
    uint32_t count = decoder_count(&in, 4);
    uint32_t function = 0;
    for (uint32_t i = 0; i < count && !in.failed; i++)
        function = decode_latency(&in, function, definitions->functions.count, latency);
    return !in.failed;
}
