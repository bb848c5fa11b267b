#include "formats/trace/trace_reader.h"

#include "formats/trace/costs.h"
#include "formats/trace/trace_file.h"
#include "formats/trace/trace_limit.h"
#include "formats/trace/trace_losses.h"
#include "formats/trace/trace_metadata.h"
#include "formats/trace/trace_processes.h"
#include "formats/trace/trace_timeline.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct reading {
    const struct trace *trace;
    struct build *build;
    struct costs costs;
    uint32_t raw;        /* metric of times as recorded */
    bool corrected;      /* and metric 0 is that without the costs */
    uint32_t *texts;     /* the builder's, by the file's id; PROFILE_NONE until it is needed */
    uint32_t *functions; /* by the file's id; PROFILE_NONE until one is called */
    uint64_t *calls;     /* by the file's id */
    int64_t left;        /* of what self times may add up to, so that no sum overflows ... */
    uint64_t calls_left; /* ... nor any of calls */
    bool cpu;            /* each thread's time on a processor: no common axis of time */
    int64_t start_ns, end_ns;
    uint64_t min_time; /* ns; shorter calls were to have no events */
    struct trace_losses losses;
    struct histogram latency; /* of one function after the other */
};

static int probe(const uint8_t *head, size_t size)
{
    return chunk_recognised(head, size) ? 100 : 0;
}

static const char *text_of(const struct reading *reading, uint32_t string)
{
    return strings_get(&reading->trace->definitions.strings, string);
}

/* ---- metadata ---- */

static void state_start(struct reading *reading, const char *value)
{
    char text[64];
    struct tm calendar;
    reading->start_ns = strtoll(value, NULL, 10);
    time_t seconds = (time_t)(reading->start_ns / 1000000000);
    if (gmtime_r(&seconds, &calendar) && strftime(text, sizeof text, "%FT%TZ", &calendar) > 0)
        build_metadata(reading->build, "start", text);
}

static void state_pair(void *payload, const char *key, const char *value)
{
    struct reading *reading = payload;
    if (strcmp(key, "start") == 0) {
        state_start(reading, value);
        return;
    }
    trace_losses_take(&reading->losses, key, value);
    costs_take(&reading->costs, key, value);
    if (strcmp(key, COSTS_CLASS_CALLS) == 0)
        return;
    if (strcmp(key, "thin.min_time_ns") == 0)
        reading->min_time = strtoull(value, NULL, 10);
    if (strcmp(key, "clock.name") == 0)
        reading->cpu = strcmp(value, "cpu") == 0;
    if (strcmp(key, "end") == 0)
        reading->end_ns = strtoll(value, NULL, 10);
    if (strcmp(key, "size") == 0)
        build_size(reading->build, strtod(value, NULL));
    build_metadata(reading->build, key, value);
}

static void state_metadata(struct reading *reading)
{
    const struct trace *trace = reading->trace;
    if (!trace_metadata_each(trace->opening.text, trace->opening.length, state_pair, reading))
        build_note(reading->build, "The metadata of the recording is not valid JSON");
    const struct trace_text *last = trace->closing.text ? &trace->closing : &trace->state;
    if (last->text)
        trace_metadata_each(last->text, last->length, state_pair, reading);
}

/* ---- the tree ---- */

static enum function_kind kind_of(uint32_t kind)
{
    return kind <= FUNCTION_COROUTINE ? (enum function_kind)kind : FUNCTION_UNKNOWN;
}

static uint32_t state_text(struct reading *reading, uint32_t string)
{
    const struct strings *strings = &reading->trace->definitions.strings;
    if (reading->texts[string] == PROFILE_NONE)
        reading->texts[string] = build_text(reading->build, strings_get(strings, string),
                                            strings_length(strings, string));
    return reading->texts[string];
}

static uint32_t state_function(struct reading *reading, uint32_t id)
{
    if (reading->functions[id] == PROFILE_NONE) {
        const struct trace_function *function = &reading->trace->definitions.functions.data[id];
        reading->functions[id] = build_function_of(
            reading->build, state_text(reading, function->name),
            state_text(reading, function->module), state_text(reading, function->file),
            function->line, kind_of(function->kind));
    }
    return reading->functions[id];
}

static int64_t bounded(struct reading *reading, uint64_t ticks)
{
    int64_t ns = trace_clock_span(&reading->trace->clock, ticks);
    if (ns > reading->left)
        ns = reading->left;
    reading->left -= ns;
    return ns;
}

static uint64_t bounded_calls(struct reading *reading, const struct trace_context *context)
{
    uint64_t calls = context->calls;
    if (calls > reading->calls_left)
        calls = reading->calls_left;
    reading->calls_left -= calls;
    reading->calls[context->function] += calls;
    return calls;
}

/* Self times in ns without what recording them cost; NULL: that is not known. The caller frees it.
 */
static int64_t *corrected_self(const struct reading *reading, uint32_t thread)
{
    const struct definitions *definitions = &reading->trace->definitions;
    uint32_t count = definitions->threads.data[thread].tree.contexts.count;
    if (!reading->corrected)
        return NULL;
    int64_t *self = memory_alloc(count * sizeof *self);
    costs_correct(&reading->costs, definitions, thread, &reading->trace->clock, self);
    return self;
}

/* `thread` of the file is `id` here. */
static void state_tree(struct reading *reading, uint32_t thread, uint32_t id)
{
    const struct trace_tree *tree = &reading->trace->definitions.threads.data[thread].tree;
    int64_t *corrected = corrected_self(reading, thread);
    uint32_t *nodes = memory_alloc(tree->contexts.count * sizeof *nodes);
    nodes[0] = build_root(reading->build, id);
    for (uint32_t i = 1; i < tree->contexts.count; i++) {
        const struct trace_context *context = &tree->contexts.data[i];
        uint32_t function = state_function(reading, context->function);
        int64_t self = bounded(reading, context->self);
        nodes[i] = build_context(reading->build, nodes[context->parent], function);
        build_context_calls(reading->build, nodes[i], bounded_calls(reading, context));
        build_context_self(reading->build, nodes[i], reading->raw, self);
        if (!corrected)
            continue;
        build_context_self(reading->build, nodes[i], 0, corrected[i] < self ? corrected[i] : self);
    }
    free(nodes);
    free(corrected);
}

static void state_threads(struct reading *reading)
{
    const struct definitions *definitions = &reading->trace->definitions;
    for (uint32_t i = 0; i < definitions->processes.count; i++) {
        const struct trace_process *process = &definitions->processes.data[i];
        build_process(reading->build, text_of(reading, process->name), process->pid);
    }
    for (uint32_t i = 0; i < reading->trace->processes.count; i++)
        trace_processes_state(&reading->trace->processes.data[i], definitions->processes.count,
                              reading->build);
    for (uint32_t i = 0; i < definitions->threads.count; i++) {
        const struct trace_thread *thread = &definitions->threads.data[i];
        uint32_t id = build_thread(reading->build, text_of(reading, thread->name), thread->tid,
                                   thread->process);
        state_tree(reading, i, id);
    }
}

/* Buckets of ticks become buckets of nanoseconds by the middle of their range. */
static void state_latency(struct reading *reading, uint32_t function)
{
    const struct trace_clock *clock = &reading->trace->clock;
    const struct histogram *ticks = &reading->trace->latency[function];
    struct histogram *ns = &reading->latency;
    if (ticks->total == 0 || ticks->total > reading->calls[function])
        return; /* more returns than calls: not written by a recorder */
    ns->count = 0;
    ns->total = 0;
    for (uint32_t i = 0; i < ticks->count; i++) {
        uint64_t middle = histogram_bucket_value(ticks->buckets[i].bucket);
        uint32_t bucket = histogram_bucket_of((uint64_t)trace_clock_span(clock, middle));
        histogram_add_bucket(ns, bucket, ticks->buckets[i].count);
    }
    ns->min = (uint64_t)trace_clock_span(clock, ticks->min);
    ns->max = (uint64_t)trace_clock_span(clock, ticks->max);
    build_latency(reading->build, state_function(reading, function), ns);
}

/* ---- notes ---- */

static void note_end(const struct reading *reading)
{
    const struct trace *trace = reading->trace;
    double end = (double)trace_clock_at(&trace->clock, trace->last) * 1e-9;
    uint64_t open = trace->open ? trace->open : reading->losses.open;
    const char *frames = open == 1 ? "frame was" : "frames were";
    if (!trace->closed)
        build_flags(reading->build, PROFILE_TRUNCATED);
    if (trace->first > trace->last)
        build_note(reading->build, trace->closed
                                       ? "The recording holds no events"
                                       : "The recording was cut before its first events were "
                                         "written: it holds no events");
    else if (!trace->closed)
        build_note(reading->build,
                   "Cut at t = %.2f s, %" PRIu64 " %s open: the recording was not closed", end,
                   open, frames);
    else if (open > 0)
        build_note(reading->build, "Cut at t = %.2f s, %" PRIu64 " %s open", end, open, frames);
    trace_losses_note_left(&reading->losses, reading->build);
}

static void note_part(const struct reading *reading)
{
    const struct trace *trace = reading->trace;
    build_note(
        reading->build,
        "Only t = %.6g s to %.6g s of the recording: calls that begin in it, the time in it, "
        "and percentiles of calls that begin and return in it",
        (double)trace_clock_at(&trace->clock, trace->first) * 1e-9,
        (double)trace_clock_at(&trace->clock, trace->last) * 1e-9);
}

static void note_thinning(const struct reading *reading)
{
    const struct trace *trace = reading->trace;
    char least[48] = "";
    uint64_t calls = 0;
    if (trace->thinned == 0)
        return;
    for (uint32_t i = 0; i < trace->definitions.functions.count; i++)
        calls += reading->calls[i];
    build_flags(reading->build, PROFILE_THINNED);
    if (trace->limited) {
        build_missing_calls(reading->build, trace->thinned);
        build_note(reading->build,
                   "%" PRIu64 " calls of the recording have no events: what they did in this part "
                   "of it counts as their callers' time",
                   trace->thinned);
        return;
    }
    if (reading->min_time)
        snprintf(least, sizeof least, ", those below %.15g us", (double)reading->min_time * 1e-3);
    build_note(reading->build,
               "%" PRIu64 " of %" PRIu64 " calls have no events%s: a timeline lacks them; counts "
               "and times hold them all",
               trace->thinned, calls, least);
}

static void note_losses(const struct reading *reading)
{
    const struct trace *trace = reading->trace;
    uint64_t open = trace->open ? trace->open : reading->losses.open;
    if (trace->limited && !trace->to_end)
        open = 0;
    build_losses(reading->build, reading->losses.events, open);
    build_cut_at(reading->build, open ? trace_clock_at(&trace->clock, trace->last) : 0);
    trace_losses_note_events(&reading->losses, reading->build);
    if (trace->lost_events > 0)
        build_note(reading->build,
                   "The last %" PRIu32 " events are cut off; the sums still count them",
                   trace->lost_events);
    if (trace->damaged > 0) {
        build_flags(reading->build, PROFILE_TRUNCATED);
        build_note(reading->build, "%" PRIu32 " damaged %s left out, the first at byte %" PRIu64,
                   trace->damaged, trace->damaged == 1 ? "chunk is" : "chunks are",
                   trace->damaged_at);
    }
    if (trace->second_at > 0)
        build_note(reading->build, "A second recording begins at byte %" PRIu64 "; it is not read",
                   trace->second_at);
    for (uint32_t i = 0; i < trace->notes.count; i++)
        build_note(reading->build, "%s", trace->notes.data[i].text);
}

/* ---- reading ---- */

/* Self times a call below three times what recording a call costs say little. */
static double resolution_of(struct hook_cost cost)
{
    return 3 * (cost.inside + cost.outside);
}

static void state_metrics(struct reading *reading)
{
    build_metric(reading->build, reading->cpu ? "cpu" : "wall", "s", METRIC_TIME, 1e-9);
    reading->corrected = costs_known(&reading->costs);
    if (!reading->corrected)
        return;
    costs_settle(&reading->costs, &reading->trace->definitions);
    reading->raw = build_metric(reading->build, reading->cpu ? "cpu, raw" : "wall, raw", "s",
                                METRIC_TIME, 1e-9);
    struct correction correction = {.raw = reading->raw};
    for (int kind = 0; kind <= FUNCTION_BUILTIN; kind++)
        correction.resolution[kind] = resolution_of(reading->costs.most.of[kind]);
    correction.resolution[FUNCTION_COROUTINE] = correction.resolution[FUNCTION_PYTHON];
    build_correction(reading->build, &correction);
}

/* From the first to the last event; no thread's CPU time is that. */
static int64_t wall_of(const struct reading *reading)
{
    const struct trace *trace = reading->trace;
    if (reading->cpu)
        return reading->end_ns > reading->start_ns ? reading->end_ns - reading->start_ns : 0;
    bool any = trace->first <= trace->last;
    return any ? trace_clock_span(&trace->clock, trace->last - trace->first) : 0;
}

static void state(struct reading *reading)
{
    const struct trace *trace = reading->trace;
    state_metadata(reading);
    state_metrics(reading);
    state_threads(reading);
    for (uint32_t i = 0; i < trace->latency_count; i++)
        state_latency(reading, i);
    build_times(reading->build, reading->start_ns, wall_of(reading));
    build_flags(reading->build, PROFILE_HAS_TREE | PROFILE_HAS_CALLS | PROFILE_HAS_LATENCY |
                                    (reading->cpu ? 0u : (unsigned)PROFILE_HAS_TIMELINE));
    if (!trace->limited)
        note_end(reading);
    else
        note_part(reading);
    if (trace->limited && reading->cpu)
        build_note(reading->build, "Times are CPU times, which each thread counts for itself: this "
                                   "part is not the same moment in all of them");
    note_thinning(reading);
    note_losses(reading);
}

static int read_part(struct input *input, const struct profile_part *part, struct build *build,
                     struct error *err)
{
    const uint8_t *data;
    size_t size;
    struct trace *trace;
    int cut = input_all(input, &data, &size, err);
    if (cut > 0)
        build_cut(build, err);
    if (cut < 0 || trace_load(&trace, data, size, err) < 0)
        return -1;
    build_bound(build, UINT64_MAX); /* packed by us: its size says little */
    if (part && trace_limit(trace, part->from, part->to, err) < 0) {
        trace_free(trace);
        return -1;
    }
    uint32_t count = trace->definitions.functions.count;
    uint32_t texts = trace->definitions.strings.count;
    struct reading reading = {
        .trace = trace,
        .build = build,
        .texts = memory_alloc(texts * sizeof *reading.texts),
        .functions = memory_alloc(count * sizeof *reading.functions),
        .calls = memory_zeroed(count, sizeof *reading.calls),
        .left = INT64_MAX / 2,
        .calls_left = INT64_MAX,
    };
    memset(reading.texts, 0xff, texts * sizeof *reading.texts);
    memset(reading.functions, 0xff, count * sizeof *reading.functions);
    state(&reading);
    histogram_free(&reading.latency);
    costs_free(&reading.costs);
    free(reading.texts);
    free(reading.functions);
    free(reading.calls);
    trace_free(trace);
    return 0;
}

static int read_trace(struct input *input, struct build *build, struct error *err)
{
    return read_part(input, NULL, build, err);
}

const struct reader trace_reader = {
    .name = "ncp",
    .description = "ncprof trace",
    .suffixes = "ncp",
    .probe = probe,
    .read = read_trace,
    .read_part = read_part,
    .replay = trace_timeline_replay,
};
