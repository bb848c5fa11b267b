#include "formats/trace/trace_writer.h"

#include "formats/trace/trace_metadata.h"
#include "formats/trace/trace_writer_internal.h"

#include <stdlib.h>

#define CONTEXT_LIMIT (DEFINITIONS_CONTEXT_MAX / 2) /* folded ones may double it */

/* ---- chunks ---- */

static int pack(struct trace_writer *writer, const struct bytes *const payloads[CHUNK_FRAMES],
                uint32_t sizes[CHUNK_FRAMES], struct error *err)
{
    struct bytes *chunk = &writer->chunk;
    chunk->size = 0;
    bytes_room(chunk, CHUNK_HEADER_SIZE);
    chunk->size = CHUNK_HEADER_SIZE;
    for (int i = 0; i < CHUNK_FRAMES; i++)
        if (payloads[i] && packer_add(writer->packer, chunk, payloads[i], &sizes[i], err) < 0)
            return -1;
    return 0;
}

/* False when there is no room for the chunk, even without its events. */
static bool fit(struct trace_writer *writer, struct chunk_header *header)
{
    if (header->type == CHUNK_HEADER || thinning_allows(writer, writer->chunk.size))
        return true;
    if (header->type != CHUNK_DATA)
        return false;
    writer->chunk.size -= header->frames[2];
    header->frames[2] = 0;
    header->left_out += header->events;
    header->events = 0;
    header->calls = 0;
    writer->thinning.full = !thinning_allows(writer, writer->chunk.size);
    return !writer->thinning.full;
}

int trace_writer_emit(struct trace_writer *writer, struct chunk_header *header,
                      const struct bytes *first, const struct bytes *second,
                      const struct bytes *third, struct error *err)
{
    const struct bytes *payloads[CHUNK_FRAMES] = {first, second, third};
    struct bytes *chunk = &writer->chunk;
    uint64_t offset = trace_output_size(writer->output);
    if (pack(writer, payloads, header->frames, err) < 0)
        return -1;
    if (!fit(writer, header))
        return 0;
    header->sequence = writer->sequence++;
    header->clock_ticks = writer->clock_ticks;
    header->clock_ns = writer->clock_ns;
    chunk_encode(chunk->data, header);
    if (trace_output_append(writer->output, chunk->data, chunk->size, err) < 0)
        return -1;
    if (offset > 0)
        chunk_table_add(&writer->table, offset, header);
    return 0;
}

static int emit_text(struct trace_writer *writer, enum chunk_type type, const char *text,
                     struct error *err)
{
    struct chunk_header header = {.type = (uint16_t)type, .thread = CHUNK_NO_THREAD};
    struct bytes *payload = &writer->payloads[0];
    payload->size = 0;
    bytes_put(payload, text, strlen(text));
    return trace_writer_emit(writer, &header, payload, NULL, NULL, err);
}

/* Threads and processes that did nothing yet. */
static int emit_definitions(struct trace_writer *writer, struct error *err)
{
    if (!definitions_pending(&writer->definitions) || trace_output_failed(writer->output) ||
        writer->thinning.full)
        return 0;
    struct chunk_header header = {.type = CHUNK_DATA, .thread = CHUNK_NO_THREAD};
    struct bytes *payload = &writer->payloads[0];
    payload->size = 0;
    definitions_encode(payload, &writer->definitions, CHUNK_NO_THREAD);
    definitions_mark_written(&writer->definitions, CHUNK_NO_THREAD);
    return trace_writer_emit(writer, &header, payload, NULL, NULL, err);
}

/* ---- life ---- */

void trace_writer_free(struct trace_writer *writer)
{
    for (uint32_t i = 0; i < writer->logs.count; i++)
        event_log_free(writer->logs.data[i]);
    array_free(&writer->logs);
    for (uint32_t i = 0; i < writer->latency_count; i++)
        histogram_free(&writer->latency[i]);
    for (int i = 0; i < CHUNK_FRAMES; i++)
        free(writer->payloads[i].data);
    free(writer->latency);
    free(writer->bounds);
    free(writer->chunk.data);
    chunk_table_free(&writer->table);
    definitions_free(&writer->definitions);
    packer_free(writer->packer);
    known_free(writer->known);
    free(writer);
}

struct trace_writer *trace_writer_new(struct error *err)
{
    struct packer *packer = packer_new(err);
    if (!packer)
        return NULL;
    struct trace_writer *writer = memory_zeroed(1, sizeof *writer);
    writer->packer = packer;
    definitions_init(&writer->definitions);
    writer->budget.definitions = &writer->definitions;
    writer->budget.limit = CONTEXT_LIMIT;
    writer->unit = trace_unit_make(1);
    return writer;
}

static void find_unit(void *payload, const char *key, const char *value)
{
    if (strcmp(key, "clock.unit") == 0)
        *(struct trace_unit *)payload = trace_unit_make(strtoull(value, NULL, 10));
}

struct trace_unit trace_writer_unit(const char *metadata, size_t length)
{
    struct trace_unit unit = trace_unit_make(1);
    trace_metadata_each(metadata, length, find_unit, &unit);
    return unit;
}

int trace_writer_open(struct trace_writer **out, const char *path, bool force, const char *metadata,
                      uint64_t start_ticks, int64_t start_monotonic_ns, struct error *err)
{
    struct trace_writer *writer = trace_writer_new(err);
    if (!writer)
        return -1;
    metadata = metadata ? metadata : "{}";
    writer->unit = trace_writer_unit(metadata, strlen(metadata));
    writer->thinning = thinning_make(metadata, strlen(metadata));
    writer->start_ticks = trace_unit_of(writer->unit, start_ticks);
    trace_writer_sync(writer, start_ticks, start_monotonic_ns);
    if (trace_output_open(&writer->output, path, force, err) < 0) {
        trace_writer_free(writer);
        return -1;
    }
    if (emit_text(writer, CHUNK_HEADER, metadata, err) < 0) {
        trace_output_discard(writer->output);
        trace_writer_free(writer);
        return -1;
    }
    *out = writer;
    return 0;
}

void trace_writer_limit_contexts(struct trace_writer *writer, uint32_t limit)
{
    writer->budget.limit = limit;
}

/* ---- definitions ---- */

static uint32_t intern(struct trace_writer *writer, const char *text)
{
    return strings_intern_text(&writer->definitions.strings, text);
}

uint32_t trace_writer_process(struct trace_writer *writer, uint64_t pid, uint64_t parent_pid,
                              const char *name)
{
    *array_push(&writer->definitions.processes) =
        (struct trace_process){pid, parent_pid, intern(writer, name)};
    return writer->definitions.processes.count - 1;
}

uint32_t trace_writer_thread(struct trace_writer *writer, uint32_t process, uint64_t tid,
                             const char *name)
{
    if (writer->logs.count >= DEFINITIONS_THREAD_MAX)
        return CHUNK_NO_THREAD;
    if (process >= writer->definitions.processes.count)
        process = trace_writer_process(writer, 0, 0, "");
    *array_push(&writer->logs) = event_log_new(&writer->budget);
    event_log_thin(writer->logs.data[writer->logs.count - 1], writer->thinning.min_ticks);
    return definitions_thread(
        &writer->definitions,
        (struct trace_thread){.tid = tid, .process = process, .name = intern(writer, name)});
}

uint32_t trace_writer_function(struct trace_writer *writer, const char *name, const char *module,
                               const char *file, uint32_t line, enum function_kind kind)
{
    struct trace_function function = {
        .name = intern(writer, name),
        .module = intern(writer, module),
        .file = intern(writer, file),
        .line = line,
        .kind = (uint32_t)kind,
    };
    if (writer->known) {
        uint32_t id = known_function(writer->known, &writer->definitions, &function);
        if (id < writer->definitions.functions.count)
            return id;
    }
    return definitions_function(&writer->definitions, function);
}

void trace_writer_thread_name(struct trace_writer *writer, uint32_t thread, const char *name)
{
    struct definitions *definitions = &writer->definitions;
    if (thread >= definitions->threads.count)
        return;
    uint32_t id = intern(writer, name);
    if (definitions->threads.data[thread].name == id)
        return;
    definitions->threads.data[thread].name = id;
    if (thread < definitions->written.threads)
        *array_push(&definitions->names) = (struct trace_name){thread, id};
}

void trace_writer_sync(struct trace_writer *writer, uint64_t ticks, int64_t monotonic_ns)
{
    writer->clock_ticks = trace_unit_of(writer->unit, ticks);
    writer->clock_ns = monotonic_ns;
}

int trace_writer_note(struct trace_writer *writer, const char *text, struct error *err)
{
    return trace_output_failed(writer->output) ? 0 : emit_text(writer, CHUNK_NOTE, text, err);
}

int trace_writer_processes(struct trace_writer *writer, const char *facts, struct error *err)
{
    return trace_output_failed(writer->output) ? 0 : emit_text(writer, CHUNK_PROCESSES, facts, err);
}

int trace_writer_state(struct trace_writer *writer, const char *metadata, struct error *err)
{
    return trace_output_failed(writer->output) ? 0 : emit_text(writer, CHUNK_STATE, metadata, err);
}

struct trace_place trace_writer_place(const struct trace_writer *writer)
{
    return trace_output_place(writer->output);
}

bool trace_writer_failed(const struct trace_writer *writer)
{
    return trace_output_failed(writer->output);
}

uint32_t trace_writer_thread_count(const struct trace_writer *writer)
{
    return writer->definitions.threads.count;
}

uint32_t trace_writer_find_process(const struct trace_writer *writer, uint64_t pid)
{
    const struct definitions *definitions = &writer->definitions;
    for (uint32_t i = definitions->processes.count; i-- > 0;)
        if (definitions->processes.data[i].pid == pid)
            return i;
    return PROFILE_NONE;
}

int trace_writer_flush(struct trace_writer *writer, struct error *err)
{
    int result = 0;
    for (uint32_t i = 0; i < writer->logs.count; i++)
        if (trace_writer_flush_thread(writer, i, err) < 0)
            result = -1;
    return emit_definitions(writer, err) < 0 ? -1 : result;
}

struct trace_totals trace_writer_totals(const struct trace_writer *writer)
{
    struct trace_totals totals = {
        .calls = writer->calls,
        .bytes = trace_output_size(writer->output),
        .threads = writer->definitions.threads.count,
        .processes = writer->definitions.processes.count,
        .functions = writer->definitions.functions.count - 1,
    };
    for (uint32_t i = 0; i < writer->logs.count; i++)
        totals.calls += writer->logs.data[i]->calls;
    return totals;
}

/* ---- the end ---- */

static int note_count(struct trace_writer *writer, uint64_t count, const char *what,
                      struct error *err)
{
    if (count == 0)
        return 0;
    char *text = memory_printf("%llu %s", (unsigned long long)count, what);
    int result = trace_writer_note(writer, text, err);
    free(text);
    return result;
}

static int emit_notes(struct trace_writer *writer, struct error *err)
{
    const struct event_budget *budget = &writer->budget;
    if (note_count(writer, writer->unmatched,
                   "returns from functions whose call was not recorded are left out", err) < 0 ||
        note_count(writer, writer->late,
                   "events of threads that were over, or beyond the largest number of threads, "
                   "are left out",
                   err) < 0)
        return -1;
    if (thinning_note_end(writer, err) < 0)
        return -1;
    return note_count(writer, budget->folded_function ? budget->limit : 0,
                      "contexts are in the call tree; deeper ones are folded into "
                      "[deeper contexts folded]",
                      err);
}

static void encode_index(struct trace_writer *writer)
{
    struct bytes *payloads = writer->payloads;
    for (int i = 0; i < CHUNK_FRAMES; i++)
        payloads[i].size = 0;
    trace_writer_more_functions(writer);
    definitions_encode_all(&payloads[0], &writer->definitions);
    summary_encode_all(&payloads[1], &writer->definitions, writer->latency);
    chunk_table_encode(&payloads[2], &writer->table);
}

int trace_writer_measure_index(struct trace_writer *writer, uint64_t *size, struct error *err)
{
    struct bytes *payloads = writer->payloads;
    const struct bytes *const index[CHUNK_FRAMES] = {&payloads[0], &payloads[1], &payloads[2]};
    uint32_t sizes[CHUNK_FRAMES];
    encode_index(writer);
    int result = pack(writer, index, sizes, err);
    *size = writer->chunk.size;
    return result;
}

static int emit_index(struct trace_writer *writer, struct error *err)
{
    struct chunk_header header = {.type = CHUNK_INDEX, .thread = CHUNK_NO_THREAD};
    struct bytes *payloads = writer->payloads;
    uint64_t offset = trace_output_size(writer->output);
    encode_index(writer);
    if (trace_writer_emit(writer, &header, &payloads[0], &payloads[1], &payloads[2], err) < 0)
        return -1;
    header = (struct chunk_header){.type = CHUNK_FOOTER, .thread = CHUNK_NO_THREAD, .link = offset};
    return trace_writer_emit(writer, &header, NULL, NULL, NULL, err);
}

static int finish(struct trace_writer *writer, const char *metadata, struct error *err)
{
    if (trace_writer_flush(writer, err) < 0 || trace_output_failed(writer->output))
        return -1;
    writer->thinning.ending = true;
    if (emit_notes(writer, err) < 0)
        return -1;
    if (emit_text(writer, CHUNK_CLOSING, metadata ? metadata : "{}", err) < 0)
        return -1;
    return emit_index(writer, err);
}

int trace_writer_close(struct trace_writer *writer, const char *metadata, struct error *err)
{
    struct error packing = {0};
    int result = finish(writer, metadata, &packing);
    bool written = !trace_output_failed(writer->output);
    if (trace_output_close(writer->output, err) < 0)
        result = -1;
    else if (result < 0 && written)
        *err = packing;
    trace_writer_free(writer);
    return result;
}
