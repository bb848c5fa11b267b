/*
 * stackprof's JSON (https://github.com/tmm1/stackprof), modes wall, cpu, object and custom.
 *
 *   "frames"                {"4317464320": {"name", "file", "line", "samples", "total_samples",
 *                            "edges": {"4379033920": 102}}, ...}
 *   "raw"                   [4, outermost, ..., innermost, times in a row, ...]
 *   "raw_timestamp_deltas"  microseconds before each sample of "raw"
 *
 * With "raw" the stacks give a tree; without it the sums of "frames" are stated as they are.
 * Each sample counts in "samples". In the modes wall and cpu there is a time as well: for wall the
 * deltas, where there are as many as samples, otherwise samples times the interval.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/numbered.h"
#include "formats/readers/scan.h"

#include <inttypes.h>
#include <stdlib.h>

struct ruby_frame {
    uint32_t name, file, line;
    int64_t own, total;
};

struct ruby_edge {
    uint32_t caller;
    uint64_t callee; /* its number in the file */
    int64_t samples;
};

struct stackprof {
    struct build *build;
    struct scan *scan;
    ARRAY(struct ruby_frame) frames;
    struct numbered frame_of;
    ARRAY(struct ruby_edge) edges;
    ARRAY(uint64_t) raw;
    ARRAY(int64_t) deltas;
    uint32_t *functions; /* of the frames */
    int64_t interval, missed;
    bool wall, cpu, any;
    uint32_t samples_metric;
    uint64_t unknown, backward;
};

/* ---- members ---- */

static uint32_t read_text(struct stackprof *s)
{
    struct slice text;
    return scan_string(s->scan, &text) ? build_text(s->build, text.text, text.length) : 0;
}

static void read_edges(struct stackprof *s, uint32_t caller)
{
    struct slice key;
    struct ruby_edge edge = {.caller = caller};
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        bool good = decimal_count(key.text, key.length, &edge.callee);
        if (scan_scaled(s->scan, 0, &edge.samples) && good)
            *array_push(&s->edges) = edge;
    }
}

static void read_frame(struct stackprof *s, uint64_t number)
{
    struct slice key;
    struct ruby_frame frame = {0};
    int64_t line = 0;
    uint32_t index = s->frames.count;
    if (!scan_object(s->scan))
        return;
    numbered_put(&s->frame_of, number, index);
    *array_push(&s->frames) = frame;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "name"))
            frame.name = read_text(s);
        else if (slice_is(key, "file"))
            frame.file = read_text(s);
        else if (slice_is(key, "line"))
            (void)scan_scaled(s->scan, 0, &line);
        else if (slice_is(key, "samples"))
            (void)scan_scaled(s->scan, 0, &frame.own);
        else if (slice_is(key, "total_samples"))
            (void)scan_scaled(s->scan, 0, &frame.total);
        else if (slice_is(key, "edges"))
            read_edges(s, index);
        else
            scan_skip(s->scan);
    }
    frame.line = line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
    s->frames.data[index] = frame;
}

static void read_frames(struct stackprof *s)
{
    struct slice key;
    uint64_t number;
    s->any = true;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (decimal_count(key.text, key.length, &number)) {
            read_frame(s, number);
        } else {
            s->unknown++;
            scan_skip(s->scan);
        }
    }
}

/* Numbers of frames go up to 2^64, which no int64_t holds. */
static void read_raw(struct stackprof *s)
{
    struct decimal number;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan))
        *array_push(&s->raw) =
            scan_number(s->scan, &number) && !number.exponent ? number.digits : UINT64_MAX;
}

static void read_deltas(struct stackprof *s)
{
    int64_t delta;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan)) {
        bool good = scan_scaled(s->scan, 3, &delta);
        s->backward += good && delta < 0;
        *array_push(&s->deltas) = good && delta > 0 ? delta : 0;
    }
}

static void read_mode(struct stackprof *s)
{
    char *mode = scan_text(s->scan);
    if (!mode)
        return;
    s->wall = !strcmp(mode, "wall");
    s->cpu = !strcmp(mode, "cpu");
    build_metadata(s->build, "mode", mode);
    free(mode);
}

static void read_document(struct stackprof *s)
{
    struct slice key;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "frames"))
            read_frames(s);
        else if (slice_is(key, "raw"))
            read_raw(s);
        else if (slice_is(key, "raw_timestamp_deltas"))
            read_deltas(s);
        else if (slice_is(key, "mode"))
            read_mode(s);
        else if (slice_is(key, "interval"))
            (void)scan_scaled(s->scan, 0, &s->interval);
        else if (slice_is(key, "missed_samples"))
            (void)scan_scaled(s->scan, 0, &s->missed);
        else
            scan_skip(s->scan);
    }
}

/* ---- what they mean ---- */

static void state_metrics(struct stackprof *s)
{
    bool timed = (s->wall || s->cpu) && (s->interval > 0 || s->deltas.count);
    if (timed)
        build_metric(s->build, s->wall ? "wall" : "cpu", "s", METRIC_TIME, 1e-9);
    s->samples_metric = build_metric(s->build, "samples", "samples", METRIC_SAMPLES, 1);
}

static int64_t time_of(const struct stackprof *s, int64_t samples)
{
    int64_t time;
    return __builtin_mul_overflow(samples, s->interval, &time) ||
                   __builtin_mul_overflow(time, 1000, &time)
               ? INT64_MAX
               : time;
}

static void state_functions(struct stackprof *s)
{
    s->functions = memory_zeroed(s->frames.count + 1, sizeof *s->functions);
    for (uint32_t i = 0; i < s->frames.count; i++) {
        const struct ruby_frame *frame = &s->frames.data[i];
        uint32_t name = frame->name ? frame->name : build_text(s->build, "(unknown)", 9);
        s->functions[i] =
            build_function_of(s->build, name, 0, frame->file, frame->line, FUNCTION_UNKNOWN);
    }
}

/* The samples of "raw", without those that are cut off. */
static uint64_t count_samples(const struct stackprof *s)
{
    uint64_t samples = 0;
    for (uint64_t at = 0; at < s->raw.count;) {
        uint64_t depth = s->raw.data[at];
        if (depth >= s->raw.count - at - 1)
            break;
        samples += s->raw.data[at + depth + 1];
        at += depth + 2;
        if (samples > s->deltas.count)
            break;
    }
    return samples;
}

static uint32_t context_of(struct stackprof *s, uint32_t root, uint64_t at, uint64_t depth)
{
    uint32_t context = root;
    for (uint64_t i = 0; i < depth; i++) {
        uint32_t frame = numbered_get(&s->frame_of, s->raw.data[at + i]);
        if (frame == NUMBERED_NONE)
            s->unknown++;
        else
            context = build_context(s->build, context, s->functions[frame]);
    }
    return context;
}

static void add_sample(struct stackprof *s, uint32_t context, int64_t samples, int64_t time)
{
    build_context_self(s->build, context, s->samples_metric, samples);
    if (s->samples_metric)
        build_context_self(s->build, context, 0, time);
}

/* The time of the next samples; with deltas that is what passed before each of them. */
static int64_t take_time(const struct stackprof *s, bool deltas, uint64_t *next, uint64_t samples)
{
    int64_t time = 0;
    if (!deltas)
        return time_of(s, (int64_t)samples);
    for (uint64_t i = 0; i < samples && *next < s->deltas.count; i++)
        if (__builtin_add_overflow(time, s->deltas.data[(*next)++], &time))
            time = INT64_MAX;
    return time;
}

static void state_stacks(struct stackprof *s)
{
    uint32_t thread = build_thread(s->build, "", 0, build_process(s->build, "", 0));
    uint32_t root = build_root(s->build, thread);
    bool deltas = s->wall && s->deltas.count && count_samples(s) == s->deltas.count;
    uint64_t at = 0, next = 0;
    while (at < s->raw.count) {
        uint64_t depth = s->raw.data[at];
        if (depth >= s->raw.count - at - 1)
            break;
        uint64_t samples = s->raw.data[at + depth + 1];
        samples = samples < UINT32_MAX ? samples : UINT32_MAX;
        uint32_t context = context_of(s, root, at + 1, depth);
        int64_t time = take_time(s, deltas, &next, samples);
        if (context == root)
            context =
                build_context(s->build, root,
                              build_function(s->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
        add_sample(s, context, (int64_t)samples, time);
        at += depth + 2;
    }
    if (at < s->raw.count)
        build_note(s->build, "the last stack of raw is cut short and left out");
}

static void state_sums(struct stackprof *s)
{
    for (uint32_t i = 0; i < s->frames.count; i++) {
        const struct ruby_frame *frame = &s->frames.data[i];
        struct values values = {.self = frame->own, .total = frame->total};
        build_function_values(s->build, s->functions[i], s->samples_metric, values);
        if (s->samples_metric)
            build_function_values(
                s->build, s->functions[i], 0,
                (struct values){.self = time_of(s, frame->own), .total = time_of(s, frame->total)});
    }
    for (uint32_t i = 0; i < s->edges.count; i++) {
        const struct ruby_edge *edge = &s->edges.data[i];
        uint32_t callee = numbered_get(&s->frame_of, edge->callee);
        if (callee == NUMBERED_NONE) {
            s->unknown++;
            continue;
        }
        uint32_t from = s->functions[edge->caller], to = s->functions[callee];
        build_edge_values(s->build, from, to, s->samples_metric,
                          (struct values){.total = edge->samples});
        if (s->samples_metric)
            build_edge_values(s->build, from, to, 0,
                              (struct values){.total = time_of(s, edge->samples)});
    }
    if (s->edges.count)
        build_flags(s->build, PROFILE_HAS_EDGES);
}

static int read_all(struct stackprof *s, struct error *err)
{
    read_document(s);
    int status = scan_end(s->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !s->any))
        return -1;
    if (!s->any)
        return error_set(err, ERROR_FORMAT, "holds no frames");
    if (status)
        build_cut(s->build, err);
    state_metrics(s);
    state_functions(s);
    if (s->raw.count)
        state_stacks(s);
    else
        state_sums(s);
    build_note_count(s->build, s->backward, "times run backwards and are taken as 0");
    if (s->missed > 0)
        build_note(s->build, "%" PRId64 " samples were missed by the recorder", s->missed);
    scan_note(s->scan, s->build);
    if (s->unknown)
        build_note(s->build, "%" PRIu64 " frames are none that the file defines", s->unknown);
    if (!s->frames.count)
        build_note(s->build, "holds no frame");
    return 0;
}

static int read_stackprof(struct input *input, struct build *build, struct error *err)
{
    struct stackprof s = {.build = build, .scan = scan_new(input)};
    int status = read_all(&s, err);
    scan_free(s.scan);
    numbered_free(&s.frame_of);
    array_free(&s.frames);
    array_free(&s.edges);
    array_free(&s.raw);
    array_free(&s.deltas);
    free(s.functions);
    return status;
}

static int probe_stackprof(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{') || !slice_holds(text, "\"frames\""))
        return 0;
    if (slice_holds(text, "\"missed_samples\"") || slice_holds(text, "\"gc_samples\""))
        return 80;
    return slice_holds(text, "\"total_samples\"") ? 70 : 0;
}

const struct reader stackprof_reader = {
    .name = "stackprof",
    .description = "stackprof JSON",
    .suffixes = "stackprof.json stackprof",
    .probe = probe_stackprof,
    .read = read_stackprof,
};
