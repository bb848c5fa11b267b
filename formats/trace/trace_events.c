#include "formats/trace/trace_writer_internal.h"

#include <stdlib.h>

/* ---- what is not the hot path ---- */

static int unknown_thread(struct trace_writer *writer, uint32_t thread, struct error *err)
{
    if (thread != CHUNK_NO_THREAD)
        return error_set(err, ERROR_USAGE, "an event of thread %u, which was never stated", thread);
    writer->late++;
    return 0;
}

/* Makes room for one event. False when it cannot be taken; *result is what to return then or later.
 */
static bool make_room(struct trace_writer *writer, uint32_t thread, uint64_t ticks, int *result,
                      struct error *err)
{
    struct event_log *log = writer->logs.data[thread];
    if (log->ended) {
        writer->late++;
        return false;
    }
    if (!log->started)
        event_log_start(log, ticks);
    if (log->calls >= EVENT_LOG_CALLS || !event_log_grow(log))
        *result = trace_writer_flush_thread(writer, thread, err);
    return true;
}

/* ---- events ---- */

static int thin_enter(struct trace_writer *writer, uint32_t thread, uint32_t function,
                      uint64_t ticks, struct error *err)
{
    int result = 0;
    struct event_log *log = writer->logs.data[thread];
    if (event_log_thin_full(log) && !make_room(writer, thread, ticks, &result, err))
        return result;
    if (!event_log_thin_enter(log, function, ticks))
        return error_set(err, ERROR_USAGE, "a call of function %u, which was never stated",
                         function);
    return result;
}

static int thin_leave(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                      struct error *err)
{
    int result = 0;
    struct event_log *log = writer->logs.data[thread];
    if (event_log_thin_full(log) && !make_room(writer, thread, ticks, &result, err))
        return result;
    if (!event_log_thin_leave(log, ticks))
        writer->unmatched++;
    return result;
}

int trace_writer_enter(struct trace_writer *writer, uint32_t thread, uint32_t function,
                       uint64_t ticks, struct error *err)
{
    int result = 0;
    ticks = trace_unit_of(writer->unit, ticks);
    if (__builtin_expect(thread >= writer->logs.count, 0))
        return unknown_thread(writer, thread, err);
    struct event_log *log = writer->logs.data[thread];
    if (__builtin_expect(log->min_ticks != 0, 0))
        return thin_enter(writer, thread, function, ticks, err);
    if (__builtin_expect(event_log_full(log), 0) && !make_room(writer, thread, ticks, &result, err))
        return result;
    if (__builtin_expect(!event_log_enter(log, function, ticks), 0))
        return error_set(err, ERROR_USAGE, "a call of function %u, which was never stated",
                         function);
    return result;
}

int trace_writer_leave(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                       struct error *err)
{
    int result = 0;
    ticks = trace_unit_of(writer->unit, ticks);
    if (__builtin_expect(thread >= writer->logs.count, 0))
        return unknown_thread(writer, thread, err);
    struct event_log *log = writer->logs.data[thread];
    if (__builtin_expect(log->min_ticks != 0, 0))
        return thin_leave(writer, thread, ticks, err);
    if (__builtin_expect(event_log_full(log), 0) && !make_room(writer, thread, ticks, &result, err))
        return result;
    if (__builtin_expect(!event_log_leave(log, ticks), 0))
        writer->unmatched++;
    return result;
}

struct event_log *trace_writer_log(const struct trace_writer *writer, uint32_t thread,
                                   struct trace_unit *unit)
{
    *unit = writer->unit;
    if (thread >= writer->logs.count)
        return NULL;
    struct event_log *log = writer->logs.data[thread];
    return log->started && !log->ended && !log->min_ticks ? log : NULL;
}

int trace_writer_thread_end(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                            struct error *err)
{
    int result = 0;
    if (thread >= writer->logs.count)
        return unknown_thread(writer, thread, err);
    struct event_log *log = writer->logs.data[thread];
    if (log->ended)
        return 0;
    while (event_log_depth(log) > 0)
        if (trace_writer_leave(writer, thread, ticks, err) < 0)
            result = -1;
    if (trace_writer_flush_thread(writer, thread, err) < 0)
        result = -1;
    event_log_end(log);
    return result;
}

/* ---- chunks ---- */

void trace_writer_more_functions(struct trace_writer *writer)
{
    uint32_t count = writer->definitions.functions.count;
    if (count <= writer->latency_count)
        return;
    count *= 2;
    writer->latency = memory_resize(writer->latency, count, sizeof *writer->latency);
    writer->bounds = memory_resize(writer->bounds, count, sizeof *writer->bounds);
    for (uint32_t i = writer->latency_count; i < count; i++) {
        writer->latency[i] = (struct histogram){0};
        writer->bounds[i] = (struct latency_bound){UINT64_MAX, 0};
    }
    writer->latency_count = count;
}

static void gather_bounds(struct trace_writer *writer, const struct event_log *log)
{
    for (uint32_t i = 0; i < log->touched.count; i++) {
        const struct event_node *node = &log->nodes[log->touched.data[i]];
        struct latency_bound *bound = &writer->bounds[node->function];
        if (node->min < bound->min)
            bound->min = node->min;
        if (node->max > bound->max)
            bound->max = node->max;
    }
}

/* One function's slots as a histogram, which borrows `buckets`. Takes the bounds and resets them.
 */
static struct histogram take_latency(struct trace_writer *writer, const uint64_t *slots,
                                     uint32_t count, struct histogram_bucket *buckets)
{
    struct latency_bound *bound = &writer->bounds[latency_slot_function(slots[0])];
    struct histogram latency = {.buckets = buckets, .count = count};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t calls = latency_slot_count(slots[i]);
        buckets[i] =
            (struct histogram_bucket){.bucket = latency_slot_bucket(slots[i]), .count = calls};
        latency.total += calls;
    }
    latency.min = bound->min;
    latency.max = bound->max;
    *bound = (struct latency_bound){UINT64_MAX, 0};
    return latency;
}

static void encode_latencies(struct trace_writer *writer, struct event_log *log, struct bytes *out)
{
    uint32_t count = latency_table_sort(&log->latency);
    const uint64_t *slots = log->latency.slots;
    struct histogram_bucket *buckets = memory_alloc(count * sizeof *buckets);
    uint32_t functions = 0, previous = 0;
    for (uint32_t i = 0; i < count; i++)
        functions +=
            i == 0 || latency_slot_function(slots[i]) != latency_slot_function(slots[i - 1]);
    bytes_varint(out, functions);
    for (uint32_t first = 0, end; first < count; first = end) {
        uint32_t function = latency_slot_function(slots[first]);
        for (end = first + 1; end < count && latency_slot_function(slots[end]) == function;)
            end++;
        struct histogram latency = take_latency(writer, slots + first, end - first, buckets);
        summary_encode_latency(out, previous, function, &latency);
        histogram_merge(&writer->latency[function], &latency);
        previous = function;
    }
    free(buckets);
}

static void encode_summary(struct trace_writer *writer, uint32_t thread, struct bytes *out)
{
    struct event_log *log = writer->logs.data[thread];
    struct summary_row *rows = memory_alloc(log->touched.count * sizeof *rows);
    uint32_t count = event_log_rows(log, rows);
    bytes_varint(out, 1);
    summary_encode_tree(out, thread, rows, count);
    free(rows);
    gather_bounds(writer, log);
    encode_latencies(writer, log, out);
}

static int write_data(struct trace_writer *writer, uint32_t thread, struct error *err)
{
    struct event_log *log = writer->logs.data[thread];
    struct bytes *payloads = writer->payloads;
    struct chunk_header header = {
        .type = CHUNK_DATA,
        .thread = thread,
        .events = event_log_events(log),
        .calls = (uint32_t)(log->calls - log->left_out_calls),
        .open = event_log_depth(log),
        .begin = log->begin,
        .end = log->last,
        .left_out = log->left_out,
    };
    for (int i = 0; i < CHUNK_FRAMES; i++)
        payloads[i].size = 0;
    trace_writer_more_functions(writer);
    event_log_update_tree(log, &writer->definitions.threads.data[thread].tree);
    definitions_encode(&payloads[0], &writer->definitions, thread);
    encode_summary(writer, thread, &payloads[1]);
    event_log_encode(log, &payloads[2]);
    definitions_mark_written(&writer->definitions, thread);
    if (writer->thinning.full)
        return 0;
    return trace_writer_emit(writer, &header, &payloads[0], &payloads[1],
                             header.events ? &payloads[2] : NULL, err);
}

int trace_writer_flush_thread(struct trace_writer *writer, uint32_t thread, struct error *err)
{
    if (thread >= writer->logs.count)
        return 0;
    struct event_log *log = writer->logs.data[thread];
    uint64_t events = event_log_events(log) + log->left_out;
    if (log->ended || events == 0)
        return 0;
    int result = trace_output_failed(writer->output) ? 0 : write_data(writer, thread, err);
    writer->calls += log->calls;
    log->written += events;
    event_log_restart(log);
    if (result == 0 && !trace_output_failed(writer->output))
        result = thinning_advance(writer, log->last, err);
    return result;
}

uint64_t trace_writer_skip(struct trace_writer *writer, uint32_t thread, uint64_t events)
{
    struct error ignored; /* the next one to write meets it again */
    struct event_log *log = thread < writer->logs.count ? writer->logs.data[thread] : NULL;
    if (!log || log->ended || log->written >= events)
        return 0;
    uint64_t missing = events - log->written;
    while (event_log_depth(log) > 0)
        trace_writer_leave(writer, thread, 0, &ignored);
    trace_writer_flush_thread(writer, thread, &ignored);
    log->written = events;
    return missing;
}

uint64_t trace_writer_written(const struct trace_writer *writer, uint32_t thread)
{
    return thread < writer->logs.count ? writer->logs.data[thread]->written : UINT64_MAX;
}
