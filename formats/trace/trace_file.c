#include "formats/trace/trace_file.h"

#include "formats/trace/summary.h"
#include "formats/trace/trace_metadata.h"

#include <stdlib.h>

/* A hostile file may unpack to this much more than it is large. A tree a million deep takes 300. */
#define BUDGET_FACTOR 2000u
#define BUDGET_FREE   (16u << 20)

/* ---- frames ---- */

int trace_unpack(struct trace *trace, uint64_t offset, const struct chunk_header *header, int frame,
                 uint64_t limit, struct error *err)
{
    uint64_t at = offset + header->header_size;
    for (int i = 0; i < frame; i++)
        at += header->frames[i];
    if (at > trace->size || header->frames[frame] > trace->size - at)
        return error_set(err, ERROR_TRUNCATED, "ends inside a chunk");
    return unpacker_take(trace->unpacker, &trace->payload, trace->data + at, header->frames[frame],
                         limit, err);
}

/* Of definitions and sums, whose total is bounded. */
static bool unpack(struct trace *trace, uint64_t offset, const struct chunk_header *header,
                   int frame)
{
    struct error ignored;
    if (trace_unpack(trace, offset, header, frame, trace->budget, &ignored) < 0)
        return false;
    trace->budget -= trace->payload.size;
    return true;
}

static bool take_text(struct trace *trace, uint64_t offset, const struct chunk_header *header,
                      struct trace_text *text)
{
    if (!unpack(trace, offset, header, 0))
        return false;
    char *copy = memory_alloc(trace->payload.size + 1);
    if (trace->payload.size)
        memcpy(copy, trace->payload.data, trace->payload.size);
    copy[trace->payload.size] = '\0';
    free(text->text);
    *text = (struct trace_text){copy, trace->payload.size};
    return true;
}

static void more_functions(struct trace *trace)
{
    uint32_t count = trace->definitions.functions.count;
    if (count <= trace->latency_count)
        return;
    trace->latency = memory_resize(trace->latency, count, sizeof *trace->latency);
    for (uint32_t i = trace->latency_count; i < count; i++)
        trace->latency[i] = (struct histogram){0};
    trace->latency_count = count;
}

static bool take_sums(struct trace *trace, uint64_t offset, const struct chunk_header *header)
{
    if (!unpack(trace, offset, header, 0) ||
        !definitions_decode(&trace->definitions, &trace->payload))
        return false;
    more_functions(trace);
    return unpack(trace, offset, header, 1) &&
           summary_decode(&trace->definitions, trace->latency, &trace->payload);
}

static void set_clock(struct trace *trace, const struct chunk_header *header)
{
    trace->clock_ticks = header->clock_ticks;
    trace->clock_ns = header->clock_ns;
}

/* ---- chunks one by one ---- */

static void damage(struct trace *trace, uint64_t offset)
{
    if (trace->damaged++ == 0)
        trace->damaged_at = offset;
}

static bool reaches(const struct trace *trace, uint64_t offset, const struct chunk_header *header)
{
    return chunk_size(header) <= trace->size - offset;
}

static void scan_data(struct trace *trace, uint64_t offset, struct chunk_header *header)
{
    bool whole = reaches(trace, offset, header);
    uint64_t needed = (uint64_t)header->header_size + header->frames[0] + header->frames[1];
    if (needed > trace->size - offset)
        return;
    if (!take_sums(trace, offset, header) ||
        (header->thread != CHUNK_NO_THREAD && header->thread >= trace->definitions.threads.count)) {
        damage(trace, offset);
        return;
    }
    if (!whole) {
        trace->lost_events = header->events;
        header->events = 0;
    }
    chunk_table_add(&trace->table, offset, header);
}

static void scan_text(struct trace *trace, uint64_t offset, const struct chunk_header *header)
{
    struct trace_text text = {0};
    if (!reaches(trace, offset, header))
        return;
    if (!take_text(trace, offset, header, &text)) {
        damage(trace, offset);
        return;
    }
    if (header->type == CHUNK_NOTE || header->type == CHUNK_PROCESSES) {
        if (header->type == CHUNK_NOTE)
            *array_push(&trace->notes) = text;
        else
            *array_push(&trace->processes) = text;
        return;
    }
    struct trace_text *place = header->type == CHUNK_STATE ? &trace->state : &trace->closing;
    free(place->text);
    *place = text;
    trace->closed = trace->closed || header->type == CHUNK_CLOSING;
}

static bool is_text(unsigned type)
{
    return type == CHUNK_NOTE || type == CHUNK_CLOSING || type == CHUNK_STATE ||
           type == CHUNK_PROCESSES;
}

/* The offset of the next chunk, or the file's size when this was the last. */
static uint64_t scan_chunk(struct trace *trace, uint64_t offset)
{
    struct chunk_header header;
    struct error error;
    if (chunk_decode(&header, trace->data, trace->size, offset, &error) < 0) {
        uint64_t next = chunk_search(trace->data, trace->size, offset + 1);
        if (error.code != ERROR_TRUNCATED || next < trace->size)
            damage(trace, offset);
        return next;
    }
    if (header.type == CHUNK_HEADER) {
        trace->second_at = offset;
        return trace->size;
    }
    set_clock(trace, &header);
    if (header.type == CHUNK_DATA)
        scan_data(trace, offset, &header);
    else if (is_text(header.type))
        scan_text(trace, offset, &header);
    if (is_text(header.type) && reaches(trace, offset, &header))
        chunk_table_add(&trace->table, offset, &header);
    return reaches(trace, offset, &header) ? offset + chunk_size(&header) : trace->size;
}

/* ---- the index ---- */

static bool find_index(struct trace *trace, struct chunk_header *index, uint64_t *offset)
{
    struct chunk_header footer;
    struct error ignored;
    if (trace->size < CHUNK_HEADER_SIZE)
        return false;
    uint64_t at = trace->size - CHUNK_HEADER_SIZE;
    if (chunk_decode(&footer, trace->data, trace->size, at, &ignored) < 0 ||
        footer.type != CHUNK_FOOTER ||
        chunk_decode(index, trace->data, trace->size, footer.link, &ignored) < 0)
        return false;
    *offset = footer.link;
    set_clock(trace, &footer);
    /* A footer of a second recording, behind this one, points to somewhere else in its own. */
    return index->type == CHUNK_INDEX && reaches(trace, footer.link, index) &&
           footer.link + chunk_size(index) == at;
}

static bool load_index(struct trace *trace)
{
    struct chunk_header index, header;
    struct error ignored;
    uint64_t offset;
    if (!find_index(trace, &index, &offset) || !take_sums(trace, offset, &index) ||
        !unpack(trace, offset, &index, 2) ||
        !chunk_table_decode(&trace->table, &trace->payload, offset))
        return false;
    for (uint32_t i = 0; i < trace->table.chunks.count; i++) {
        const struct chunk_place *place = &trace->table.chunks.data[i];
        bool of_thread = place->thread != CHUNK_NO_THREAD;
        if (of_thread && place->thread >= trace->definitions.threads.count)
            return false;
        if (!is_text(place->type))
            continue;
        if (chunk_decode(&header, trace->data, trace->size, place->offset, &ignored) < 0 ||
            header.type != place->type)
            return false;
        scan_text(trace, place->offset, &header);
    }
    return true;
}

/* ---- life ---- */

static void clear(struct trace *trace)
{
    definitions_free(&trace->definitions);
    for (uint32_t i = 0; i < trace->latency_count; i++)
        histogram_free(&trace->latency[i]);
    free(trace->latency);
    trace->latency = NULL;
    trace->latency_count = 0;
    chunk_table_free(&trace->table);
    for (uint32_t i = 0; i < trace->notes.count; i++)
        free(trace->notes.data[i].text);
    array_free(&trace->notes);
    for (uint32_t i = 0; i < trace->processes.count; i++)
        free(trace->processes.data[i].text);
    array_free(&trace->processes);
    free(trace->closing.text);
    free(trace->state.text);
    trace->closing = (struct trace_text){0};
    trace->state = (struct trace_text){0};
    trace->closed = false;
    trace->damaged = 0;
}

void trace_free(struct trace *trace)
{
    if (!trace)
        return;
    clear(trace);
    free(trace->opening.text);
    free(trace->payload.data);
    unpacker_free(trace->unpacker);
    free(trace);
}

static void start(struct trace *trace)
{
    clear(trace);
    definitions_init(&trace->definitions);
    trace->budget = (uint64_t)trace->size * BUDGET_FACTOR + BUDGET_FREE;
}

static void find_ends(struct trace *trace)
{
    uint32_t threads = trace->definitions.threads.count;
    uint32_t *open = memory_zeroed(threads, sizeof *open);
    trace->first = UINT64_MAX;
    for (uint32_t i = 0; i < trace->table.chunks.count; i++) {
        const struct chunk_place *place = &trace->table.chunks.data[i];
        if (place->type != CHUNK_DATA || place->thread == CHUNK_NO_THREAD)
            continue;
        open[place->thread] = place->open;
        trace->first = place->begin < trace->first ? place->begin : trace->first;
        trace->last = place->end > trace->last ? place->end : trace->last;
    }
    for (uint32_t i = 0; i < threads; i++)
        trace->open += open[i];
    free(open);
}

/* Sums hold all calls. */
static void count_thinned(struct trace *trace)
{
    uint64_t calls = 0, entered = 0;
    for (uint32_t i = 0; i < trace->definitions.threads.count; i++) {
        const struct trace_tree *tree = &trace->definitions.threads.data[i].tree;
        for (uint32_t j = 1; j < tree->contexts.count; j++)
            calls += tree->contexts.data[j].calls;
    }
    for (uint32_t i = 0; i < trace->table.chunks.count; i++)
        if (trace->table.chunks.data[i].type == CHUNK_DATA)
            entered += trace->table.chunks.data[i].calls;
    trace->thinned = calls > entered ? calls - entered : 0;
}

static void find_rate(void *payload, const char *key, const char *value)
{
    if (strcmp(key, "clock.ticks_per_second") == 0)
        *(double *)payload = strtod(value, NULL);
}

static void make_clock(struct trace *trace, const struct chunk_header *header)
{
    long double rate = 1;
    double frequency = 0;
    trace_metadata_each(trace->opening.text, trace->opening.length, find_rate, &frequency);
    if (trace->clock_ticks > header->clock_ticks)
        rate = ((long double)trace->clock_ns - (long double)header->clock_ns) /
               (long double)(trace->clock_ticks - header->clock_ticks);
    else if (frequency > 0)
        rate = 1e9L / (long double)frequency;
    trace_clock_init(&trace->clock, header->clock_ticks, rate);
}

static int load(struct trace *trace, struct error *err)
{
    struct chunk_header header;
    if (chunk_decode(&header, trace->data, trace->size, 0, err) < 0)
        return -1;
    if (header.type != CHUNK_HEADER)
        return error_set(err, ERROR_FORMAT, "does not begin with the header of a trace");
    if (!reaches(trace, 0, &header))
        return error_set(err, ERROR_TRUNCATED, "ends inside the header of the trace");
    start(trace);
    if (!take_text(trace, 0, &header, &trace->opening))
        return error_set(err, ERROR_FORMAT, "the header of the trace is damaged");
    set_clock(trace, &header);
    trace->indexed = load_index(trace);
    if (!trace->indexed) {
        start(trace);
        set_clock(trace, &header);
        for (uint64_t at = chunk_size(&header); at < trace->size;)
            at = scan_chunk(trace, at);
    }
    find_ends(trace);
    count_thinned(trace);
    make_clock(trace, &header);
    return 0;
}

int trace_load(struct trace **out, const void *data, size_t size, struct error *err)
{
    struct unpacker *unpacker = unpacker_new(err);
    if (!unpacker)
        return -1;
    struct trace *trace = memory_zeroed(1, sizeof *trace);
    trace->unpacker = unpacker;
    trace->data = data;
    trace->size = size;
    if (load(trace, err) < 0) {
        trace_free(trace);
        return -1;
    }
    *out = trace;
    return 0;
}
