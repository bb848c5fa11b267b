/* A writer that goes on with a file whose recorder was killed. */
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- functions that are there already ---- */

struct known {
    uint32_t *slots; /* function ids; 0 is free */
    uint32_t slot_count, used;
};

static uint32_t *known_slot(const struct known *known, const struct definitions *definitions,
                            const struct trace_function *function)
{
    uint64_t key = function->name * UINT64_C(0x9E3779B97F4A7C15) + function->module;
    key = (key ^ key >> 29) * UINT64_C(0xBF58476D1CE4E5B9) + function->file;
    key = (key ^ key >> 32) * UINT64_C(0x94D049BB133111EB) + function->line + function->kind;
    for (uint32_t at = (uint32_t)(key >> 32);; at++) {
        uint32_t *slot = &known->slots[at & (known->slot_count - 1)];
        const struct trace_function *there = &definitions->functions.data[*slot];
        if (!*slot || (there->name == function->name && there->module == function->module &&
                       there->file == function->file && there->line == function->line &&
                       there->kind == function->kind))
            return slot;
    }
}

static void known_grow(struct known *known, const struct definitions *definitions)
{
    uint32_t count = known->slot_count ? 2 * known->slot_count : 1024;
    while (count < 2 * definitions->functions.count)
        count *= 2;
    free(known->slots);
    known->slots = memory_zeroed(count, sizeof *known->slots);
    known->slot_count = count;
    known->used = 0;
    for (uint32_t id = 1; id < definitions->functions.count; id++) {
        uint32_t *slot = known_slot(known, definitions, &definitions->functions.data[id]);
        known->used += *slot == 0;
        if (!*slot)
            *slot = id;
    }
}

static struct known *known_new(const struct definitions *definitions)
{
    struct known *known = memory_zeroed(1, sizeof *known);
    known_grow(known, definitions);
    return known;
}

void known_free(struct known *known)
{
    if (!known)
        return;
    free(known->slots);
    free(known);
}

uint32_t known_function(struct known *known, const struct definitions *definitions,
                        const struct trace_function *function)
{
    if (known->used * 2 >= known->slot_count)
        known_grow(known, definitions);
    uint32_t *slot = known_slot(known, definitions, function);
    if (!*slot) {
        *slot = definitions->functions.count;
        known->used++;
    }
    return *slot;
}

/* ---- the file ---- */

struct mapping {
    const uint8_t *data;
    size_t size;
};

static int map_file(struct mapping *mapping, const char *path, struct error *err)
{
    struct stat status;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    void *data = MAP_FAILED;
    if (fd >= 0 && fstat(fd, &status) == 0)
        data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    int why = errno;
    if (fd >= 0)
        close(fd);
    errno = why;
    if (data == MAP_FAILED)
        return error_errno(err, "cannot read");
    *mapping = (struct mapping){data, (size_t)status.st_size};
    return 0;
}

/* What a recorder left. CLOSING stands behind all that is kept: it is written anew. */
struct prefix {
    uint64_t kept, loaded; /* bytes of the whole chunks before CLOSING, and with it */
    uint32_t sequence;     /* of the next chunk */
};

static bool is_complete(const struct mapping *file)
{
    struct chunk_header footer;
    struct error ignored;
    return file->size >= CHUNK_HEADER_SIZE &&
           chunk_decode(&footer, file->data, file->size, file->size - CHUNK_HEADER_SIZE,
                        &ignored) == 0 &&
           footer.type == CHUNK_FOOTER;
}

static int find_prefix(struct prefix *prefix, const struct mapping *file, struct error *err)
{
    struct chunk_header header;
    struct error torn;
    uint64_t at = 0;
    *prefix = (struct prefix){0};
    if (is_complete(file))
        return error_set(err, ERROR_USAGE, "is complete: nothing is missing in it");
    while (at < file->size) {
        if (chunk_decode(&header, file->data, file->size, at, &torn) < 0) {
            if (chunk_search(file->data, file->size, at + 1) == file->size)
                break;
            return error_at_offset(err, at, "damaged: nothing can be added to it");
        }
        if (chunk_size(&header) > file->size - at || header.type == CHUNK_INDEX)
            break;
        at += chunk_size(&header);
        prefix->loaded = at;
        if (header.type == CHUNK_CLOSING)
            break;
        prefix->kept = at;
        prefix->sequence = header.sequence + 1;
    }
    return 0;
}

/* ---- threads that go on ---- */

struct open_frames {
    ARRAY(struct event_frame) list; /* `node` is not known yet */
};

static void enter(void *payload, uint32_t function, int64_t ticks)
{
    struct open_frames *frames = payload;
    *array_push(&frames->list) = (struct event_frame){(uint64_t)ticks, 0, function};
}

static void leave(void *payload, uint32_t function, int64_t ticks)
{
    struct open_frames *frames = payload;
    (void)function, (void)ticks;
    frames->list.count--;
}

/* The frames that are open at the thread's end, with the ticks at which they were entered. */
static int find_open_frames(struct trace *trace, uint32_t thread, struct open_frames *frames,
                            struct error *err)
{
    static const struct replay_visitor visitor = {enter, leave};
    uint64_t start = trace->clock.start;
    trace_clock_init(&trace->clock, start, 1); /* times are ticks */
    if (trace_replay(trace, thread, &visitor, frames, err) < 0)
        return -1;
    for (uint32_t i = 0; i < frames->list.count; i++)
        frames->list.data[i].start += start;
    return 0;
}

static int revive(struct event_log *log, const struct trace *trace, uint32_t thread,
                  const struct open_frames *frames, struct error *err)
{
    const struct trace_tree *tree = &trace->definitions.threads.data[thread].tree;
    for (uint32_t i = 1; i < tree->contexts.count; i++)
        event_log_adopt(log, tree->contexts.data[i].parent, tree->contexts.data[i].function);
    if (log->node_count != tree->contexts.count)
        return error_set(err, ERROR_FORMAT, "damaged: a context is defined twice");
    for (uint32_t i = 0; i < trace->table.chunks.count; i++) {
        const struct chunk_place *place = &trace->table.chunks.data[i];
        if (place->type != CHUNK_DATA || place->thread != thread)
            continue;
        log->written += place->events + place->left_out;
        if (!log->started)
            event_log_start(log, place->begin);
        log->last = place->end;
    }
    for (uint32_t i = 0; i < frames->list.count; i++)
        event_log_reopen(log, frames->list.data[i].function, frames->list.data[i].start);
    event_log_restart(log);
    return 0;
}

static int revive_threads(struct trace_writer *writer, struct trace *trace,
                          const struct trace_cut *cut, struct error *err)
{
    int result = 0;
    for (uint32_t i = 0; i < cut->thread_count && result == 0; i++) {
        struct open_frames frames = {{0}};
        uint32_t thread = cut->threads[i];
        if (thread >= writer->logs.count || !writer->logs.data[thread]->ended)
            continue;
        result = find_open_frames(trace, thread, &frames, err);
        writer->budget.contexts -= writer->definitions.threads.data[thread].tree.contexts.count - 1;
        event_log_free(writer->logs.data[thread]);
        writer->logs.data[thread] = event_log_new(&writer->budget);
        event_log_thin(writer->logs.data[thread], writer->thinning.min_ticks);
        if (result == 0)
            result = revive(writer->logs.data[thread], trace, thread, &frames, err);
        array_free(&frames.list);
    }
    return result;
}

/* ---- the writer ---- */

static void find_folded(struct trace_writer *writer)
{
    const struct definitions *definitions = &writer->definitions;
    uint32_t name =
        strings_find(&definitions->strings, event_log_folded_name, strlen(event_log_folded_name));
    for (uint32_t i = 1; i < definitions->functions.count && name != UINT32_MAX; i++)
        if (definitions->functions.data[i].name == name && !definitions->functions.data[i].module)
            writer->budget.folded_function = i;
}

static void mark_all_written(struct definitions *definitions)
{
    definitions_mark_written(definitions, CHUNK_NO_THREAD);
    for (uint32_t i = 0; i < definitions->threads.count; i++)
        definitions_mark_written(definitions, i);
}

/* Takes over what the trace knows, except for its definitions: replaying needs these there. */
static void take_over(struct trace_writer *writer, struct trace *trace, uint32_t sequence)
{
    writer->sequence = sequence;
    writer->unit = trace_writer_unit(trace->opening.text, trace->opening.length);
    writer->thinning = thinning_make(trace->opening.text, trace->opening.length);
    writer->thinning.noted = true;
    writer->start_ticks = trace->clock.start;
    writer->clock_ticks = trace->clock_ticks;
    writer->clock_ns = trace->clock_ns;
    chunk_table_free(&writer->table);
    for (uint32_t i = 0; i < trace->table.chunks.count; i++)
        if (trace->table.chunks.data[i].type != CHUNK_CLOSING)
            *array_push(&writer->table.chunks) = trace->table.chunks.data[i];
    writer->latency = trace->latency;
    writer->latency_count = trace->latency_count;
    writer->bounds = memory_alloc(trace->latency_count * sizeof *writer->bounds);
    for (uint32_t i = 0; i < writer->latency_count; i++)
        writer->bounds[i] = (struct latency_bound){UINT64_MAX, 0};
    trace->latency = NULL;
    trace->latency_count = 0;
}

/* More than have events, where some were thinned. */
static uint64_t count_calls(const struct definitions *definitions)
{
    uint64_t calls = 0;
    for (uint32_t i = 0; i < definitions->threads.count; i++) {
        const struct trace_tree *tree = &definitions->threads.data[i].tree;
        for (uint32_t j = 1; j < tree->contexts.count; j++)
            calls += tree->contexts.data[j].calls;
    }
    return calls;
}

static int revive_all(struct trace_writer *writer, struct trace *trace, const struct trace_cut *cut,
                      struct error *err)
{
    for (uint32_t i = 0; i < trace->definitions.threads.count; i++) {
        *array_push(&writer->logs) = event_log_new(&writer->budget);
        event_log_end(writer->logs.data[i]);
    }
    /* The trace's definitions serve the writer from here on; both structs look at them. */
    definitions_free(&writer->definitions);
    writer->definitions = trace->definitions;
    mark_all_written(&writer->definitions);
    find_folded(writer);
    writer->budget.contexts = writer->definitions.context_count;
    writer->calls = count_calls(&writer->definitions);
    int result = revive_threads(writer, trace, cut, err);
    trace->definitions = (struct definitions){0};
    if (result == 0)
        writer->known = known_new(&writer->definitions);
    return result;
}

static int build(struct trace_writer *writer, const struct mapping *file,
                 const struct trace_cut *cut, char **closing, struct prefix *prefix,
                 struct error *err)
{
    struct trace *trace;
    if (find_prefix(prefix, file, err) < 0 ||
        trace_load(&trace, file->data, (size_t)prefix->loaded, err) < 0)
        return -1;
    int result = 0;
    if (trace->damaged || trace->second_at)
        result = error_set(err, ERROR_FORMAT, "damaged: nothing can be added to it");
    *closing = trace->closing.text;
    trace->closing.text = NULL;
    take_over(writer, trace, prefix->sequence);
    if (result == 0)
        result = revive_all(writer, trace, cut, err);
    trace_free(trace);
    return result;
}

int trace_writer_resume(struct trace_writer **out, const struct trace_cut *cut, char **closing,
                        struct error *err)
{
    struct mapping file = {0};
    struct prefix prefix;
    *closing = NULL;
    if (map_file(&file, cut->path, err) < 0)
        return error_in_file(err, cut->path);
    struct trace_writer *writer = trace_writer_new(err);
    int result = writer ? build(writer, &file, cut, closing, &prefix, err) : -1;
    munmap((void *)(uintptr_t)file.data, file.size);
    if (result == 0)
        result = trace_output_resume(&writer->output, cut->path, cut->target, prefix.kept, err);
    else
        error_in_file(err, cut->path);
    if (result == 0) {
        struct error ignored; /* no memory to measure with: then nothing is kept in reserve yet */
        thinning_advance(writer, writer->clock_ticks, &ignored);
        *out = writer;
        return 0;
    }
    if (writer)
        trace_writer_free(writer);
    free(*closing);
    *closing = NULL;
    return -1;
}
