/* The builder's statements: what readers call while they read. build_finish() is in finish.c. */
#include "formats/profile/build_internal.h"

#include "formats/profile/text.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct build *build_new(void)
{
    struct build *build = memory_zeroed(1, sizeof *build);
    build->size = NAN;
    pthread_mutex_init(&build->mutex, NULL);
    strings_intern(&build->strings, "", 0);
    return build;
}

void build_preview(struct build *build, struct preview *preview)
{
    build->preview = preview;
}

static void free_values(struct column_values *values)
{
    array_free(&values->self);
    array_free(&values->total);
}

void build_column_free(struct build_column *column)
{
    free_values(&column->function);
    array_free(&column->context);
    free_values(&column->edge);
}

void build_free(struct build *build)
{
    if (!build)
        return;
    strings_free(&build->strings);
    for (uint32_t m = 0; m < build->metrics.count; m++)
        build_column_free(&build->columns[m]);
    for (uint32_t t = 0; t < build->threads.count; t++)
        array_free(&build->threads.data[t].stack);
    for (uint32_t f = 0; f < build->latency.count; f++)
        histogram_free(&build->latency.data[f]);
    array_free(&build->metrics);
    array_free(&build->functions);
    array_free(&build->first_of_name);
    array_free(&build->contexts);
    array_free(&build->branches);
    array_free(&build->context_calls);
    array_free(&build->edges);
    array_free(&build->threads);
    array_free(&build->processes);
    array_free(&build->metadata);
    array_free(&build->notes);
    array_free(&build->latency);
    index_free(&build->function_index);
    index_free(&build->context_index);
    free(build->numbers);
    pthread_mutex_destroy(&build->mutex);
    free(build);
}

void build_expect(struct build *build, uint32_t functions, uint32_t edges)
{
    strings_expect(&build->strings, functions);
    array_reserve(&build->first_of_name, functions);
    array_reserve(&build->functions, functions);
    array_reserve(&build->edges, edges);
}

void build_reach(struct values_array *values, uint32_t index)
{
    size_t more = (size_t)index + 1 - values->count;
    array_reserve(values, more);
    memset(values->data + values->count, 0, more * sizeof *values->data);
    values->count = index + 1;
}

/* Names of metrics are in titles, heads of columns, messages: whoever prints them may do so. */
static uint32_t printable(struct build *build, const char *text)
{
    size_t length = strlen(text), size = 4 * length + 1;
    char *escaped = memory_alloc(size);
    uint32_t string =
        strings_intern(&build->strings, escaped, text_escape(text, length, escaped, size));
    free(escaped);
    return string;
}

uint32_t build_metric(struct build *build, const char *name, const char *unit,
                      enum metric_kind kind, double scale)
{
    if (build->metrics.count == BUILD_METRICS_MAX)
        return BUILD_METRICS_MAX - 1;
    *array_push(&build->metrics) =
        (struct build_metric){printable(build, name), printable(build, unit), kind, scale};
    return build->metrics.count - 1;
}

static void scale_values(struct values_array *values, int64_t factor)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (__builtin_mul_overflow(values->data[i], factor, &values->data[i]))
            values->data[i] = values->data[i] < 0 ? INT64_MIN : INT64_MAX;
}

void build_rescale(struct build *build, uint32_t metric, int64_t factor)
{
    struct build_column *column = &build->columns[metric];
    scale_values(&column->function.self, factor);
    scale_values(&column->function.total, factor);
    scale_values(&column->context, factor);
    scale_values(&column->edge.self, factor);
    scale_values(&column->edge.total, factor);
    if (__builtin_mul_overflow(column->sum, (uint64_t)factor, &column->sum) ||
        column->sum > BUILD_SUM_MAX)
        column->sum = BUILD_SUM_MAX;
    build->metrics.data[metric].scale /= (double)factor;
}

/* ---- functions ---- */

void build_lock(struct build *build)
{
    pthread_mutex_lock(&build->mutex);
}

void build_unlock(struct build *build)
{
    pthread_mutex_unlock(&build->mutex);
}

static bool same_function(const void *items, uint32_t at, const void *key)
{
    const struct build_function *a = (const struct build_function *)items + at, *b = key;
    return a->name == b->name && a->module == b->module && a->file == b->file &&
           a->line == b->line && a->kind == b->kind;
}

uint32_t build_text(struct build *build, const char *text, size_t length)
{
    return strings_intern(&build->strings, text, length);
}

const char *build_text_of(const struct build *build, uint32_t text)
{
    return strings_get(&build->strings, text);
}

/* The function that came first under a name; PROFILE_NONE when none has. */
static uint32_t *first_of_name(struct build *build, uint32_t name)
{
    uint32_t before = build->first_of_name.count;
    if (name >= before) {
        uint32_t count = build->strings.count;
        array_reserve(&build->first_of_name, count - before);
        memset(build->first_of_name.data + before, 0xff, (count - before) * sizeof(uint32_t));
        build->first_of_name.count = count;
    }
    return &build->first_of_name.data[name];
}

/* Most names are of one function only; these need no look-up. */
uint32_t build_function_of(struct build *build, uint32_t name, uint32_t module, uint32_t file,
                           uint32_t line, enum function_kind kind)
{
    struct build_function key = {
        .name = name, .module = module, .file = file, .line = line, .kind = kind};
    uint32_t *first = first_of_name(build, name);
    if (*first == PROFILE_NONE) {
        *first = build->functions.count;
    } else {
        if (same_function(build->functions.data, *first, &key))
            return *first;
        uint64_t hash = build_mix(
            build_mix(build_mix(build_mix(build_mix(0, name), module), file), line), kind);
        uint32_t found =
            index_find(&build->function_index, hash, build->functions.data, same_function, &key);
        if (found != UINT32_MAX)
            return found;
        index_add(&build->function_index, hash, build->functions.count);
    }
    *array_push(&build->functions) = key;
    return build->functions.count - 1;
}

uint32_t build_function_n(struct build *build, const char *name, size_t name_length,
                          const char *module, size_t module_length, const char *file,
                          size_t file_length, uint32_t line, enum function_kind kind)
{
    uint32_t name_id = strings_intern(&build->strings, name, name_length);
    uint32_t module_id = strings_intern(&build->strings, module, module_length);
    uint32_t file_id = strings_intern(&build->strings, file, file_length);
    return build_function_of(build, name_id, module_id, file_id, line, kind);
}

static size_t length_of(const char *text)
{
    return text ? strlen(text) : 0;
}

uint32_t build_function(struct build *build, const char *name, const char *module, const char *file,
                        uint32_t line, enum function_kind kind)
{
    return build_function_n(build, name ? name : "", length_of(name), module ? module : "",
                            length_of(module), file ? file : "", length_of(file), line, kind);
}

/* ---- processes, threads ---- */

uint32_t build_process(struct build *build, const char *name, uint64_t id)
{
    *array_push(&build->processes) = (struct build_process){
        .name = strings_intern_text(&build->strings, name), .parent = PROFILE_NONE, .id = id};
    return build->processes.count - 1;
}

void build_process_name(struct build *build, uint32_t process, const char *name)
{
    build->processes.data[process].name = strings_intern_text(&build->strings, name);
}

void build_process_parent(struct build *build, uint32_t process, uint32_t parent)
{
    build->processes.data[process].parent = parent;
}

void build_process_command(struct build *build, uint32_t process, const char *command)
{
    build->processes.data[process].command = strings_intern_text(&build->strings, command);
}

void build_process_end(struct build *build, uint32_t process, enum process_end end, uint32_t status)
{
    build->processes.data[process].end = end;
    build->processes.data[process].status = status;
}

void build_process_next(struct build *build, uint32_t process, const char *next)
{
    build->processes.data[process].next = strings_intern_text(&build->strings, next);
}

uint32_t build_thread(struct build *build, const char *name, uint64_t id, uint32_t process)
{
    *array_push(&build->threads) =
        (struct build_thread){.name = strings_intern_text(&build->strings, name),
                              .id = id,
                              .process = process,
                              .root = PROFILE_NONE};
    return build->threads.count - 1;
}

void build_thread_name(struct build *build, uint32_t thread, const char *name)
{
    build->threads.data[thread].name = strings_intern_text(&build->strings, name);
}

/* ---- sums ---- */

/* A column is not made longer for what it has at its end anyway. */
static void add_values(struct column_values *column, uint32_t index, struct values values)
{
    if (values.self)
        values_add(value_at(&column->self, index), values.self);
    if (values.total)
        values_add(value_at(&column->total, index), values.total);
}

void build_function_values(struct build *build, uint32_t function, uint32_t metric,
                           struct values values)
{
    struct build_function *f = &build->functions.data[function];
    f->calls += values.calls;
    f->primitive += values.primitive;
    add_values(&build->columns[metric].function, function, values);
    build_show(build);
}

/* The same pair twice in a row is one edge; other repetitions are found at the end. */
static uint32_t add_edge(struct build *build, uint32_t caller, uint32_t callee)
{
    uint32_t count = build->edges.count;
    const struct edge *last = count ? &build->edges.data[count - 1] : NULL;
    if (!last || last->caller != caller || last->callee != callee)
        *array_push(&build->edges) = (struct edge){.caller = caller, .callee = callee};
    return build->edges.count - 1;
}

void build_edge_values(struct build *build, uint32_t caller, uint32_t callee, uint32_t metric,
                       struct values values)
{
    uint32_t edge = add_edge(build, caller, callee);
    build->edges.data[edge].calls += values.calls;
    build->edges.data[edge].primitive += values.primitive;
    add_values(&build->columns[metric].edge, edge, values);
}

/* ---- the rest ---- */

struct histogram *build_latency_of(struct build *build, uint32_t function)
{
    uint32_t before = build->latency.count;
    if (function >= before) {
        array_reserve(&build->latency, function + 1 - before);
        memset(&build->latency.data[before], 0,
               (function + 1 - before) * sizeof *build->latency.data);
        build->latency.count = function + 1;
    }
    return &build->latency.data[function];
}

void build_latency(struct build *build, uint32_t function, const struct histogram *histogram)
{
    histogram_merge(build_latency_of(build, function), histogram);
    build->flags |= PROFILE_HAS_LATENCY;
}

void build_correction(struct build *build, const struct correction *correction)
{
    build->correction = *correction;
}

void build_flags(struct build *build, unsigned flags)
{
    build->flags |= flags;
}

void build_size(struct build *build, double size)
{
    build->size = size;
}

void build_times(struct build *build, int64_t start_ns, int64_t wall_ns)
{
    build->start_ns = start_ns;
    build->wall_ns = wall_ns;
}

void build_losses(struct build *build, uint64_t lost_events, uint64_t open_frames)
{
    build->lost_events = lost_events;
    build->open_frames = open_frames;
}

void build_cut_at(struct build *build, int64_t cut_ns)
{
    build->cut_ns = cut_ns;
}

void build_missing_calls(struct build *build, uint64_t calls)
{
    build->missing_calls = calls;
}

void build_metadata(struct build *build, const char *key, const char *value)
{
    *array_push(&build->metadata) = (struct build_pair){
        strings_intern_text(&build->strings, key), strings_intern_text(&build->strings, value)};
}

void build_cut(struct build *build, const struct error *err)
{
    build_note(build, "is cut short: %s", err->text);
    build_flags(build, PROFILE_TRUNCATED);
}

void build_note_count(struct build *build, uint64_t count, const char *what)
{
    if (count)
        build_note(build, "%" PRIu64 " %s", count, what);
}

void build_note(struct build *build, const char *format, ...)
{
    char text[1024];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    *array_push(&build->notes) = strings_intern_text(&build->strings, text);
}
