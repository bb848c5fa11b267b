/*
 * A timeline recording of Safari's Web Inspector: JSON, whose samples of JavaScript are read.
 *
 *     {"version": 1,
 *      "recording": {"displayName": "...", "startTime": 4.16, "endTime": 6.69,
 *                    "records": [...], "markers": [...],
 *                    "sampleStackTraces": [{"timestamp": 4.51, "stackFrames":
 *                        [{"name": "gamma", "line": 20, "column": 15, "url": "file:///simple.js",
 *                          "expressionLocation": {"line": 22, "column": 19}}]}],
 *                    "sampleDurations": [0.0015]}}
 *
 * Frames are innermost first; "line" is where the function begins. Times are seconds. A sample
 * weighs what "sampleDurations" says of it; without as many durations as samples there is no time,
 * but the count of samples. Idle time is in neither, nor is that of layout and rendering, which
 * "records" has.
 *
 * Source: files of Safari 13, and speedscope's reader of them (src/import/safari.ts).
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

#include <inttypes.h>

struct safari {
    struct build *build;
    struct scan *scan;
    ARRAY(uint32_t) frames; /* functions, innermost first */
    ARRAY(uint32_t) ends;   /* of each sample's frames */
    ARRAY(int64_t) durations;
    int64_t start, end;
    bool any;
    uint64_t backward;
};

/* ---- the document ---- */

static void read_frame(struct safari *s)
{
    struct slice key, text;
    uint32_t name = 0, file = 0;
    int64_t line = 0;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "name") || slice_is(key, "url")) {
            uint32_t *part = slice_is(key, "name") ? &name : &file;
            if (scan_string(s->scan, &text))
                *part = build_text(s->build, text.text, text.length);
        } else if (slice_is(key, "line")) {
            (void)scan_scaled(s->scan, 0, &line);
        } else {
            scan_skip(s->scan);
        }
    }
    if (!name)
        name = build_text(s->build, "(anonymous)", 11);
    *array_push(&s->frames) =
        build_function_of(s->build, name, 0, file,
                          line > 0 && line <= INT32_MAX ? (uint32_t)line : 0, FUNCTION_UNKNOWN);
}

static void read_sample(struct safari *s)
{
    struct slice key;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (!slice_is(key, "stackFrames"))
            scan_skip(s->scan);
        else if (scan_array(s->scan))
            while (scan_item(s->scan))
                read_frame(s);
    }
    *array_push(&s->ends) = s->frames.count;
}

static void read_durations(struct safari *s)
{
    int64_t duration;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan)) {
        bool good = scan_scaled(s->scan, 9, &duration);
        s->backward += good && duration < 0;
        *array_push(&s->durations) = good && duration > 0 ? duration : 0;
    }
}

static void read_recording(struct safari *s)
{
    struct slice key;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "sampleStackTraces")) {
            s->any = true;
            if (scan_array(s->scan))
                while (scan_item(s->scan))
                    read_sample(s);
        } else if (slice_is(key, "sampleDurations")) {
            read_durations(s);
        } else if (slice_is(key, "startTime")) {
            (void)scan_scaled(s->scan, 9, &s->start);
        } else if (slice_is(key, "endTime")) {
            (void)scan_scaled(s->scan, 9, &s->end);
        } else {
            scan_skip(s->scan);
        }
    }
}

/* ---- what it means ---- */

static void state_samples(struct safari *s)
{
    bool timed = s->durations.count && s->durations.count == s->ends.count;
    if (timed)
        build_metric(s->build, "wall", "s", METRIC_TIME, 1e-9);
    uint32_t samples = build_metric(s->build, "samples", "samples", METRIC_SAMPLES, 1);
    uint32_t thread = build_thread(s->build, "all", 0, build_process(s->build, "", 0));
    uint32_t root = build_root(s->build, thread), first = 0;
    for (uint32_t i = 0; i < s->ends.count; i++) {
        uint32_t context = root;
        for (uint32_t at = s->ends.data[i]; at-- > first;)
            context = build_context(s->build, context, s->frames.data[at]);
        if (context == root)
            context =
                build_context(s->build, root,
                              build_function(s->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
        build_context_self(s->build, context, samples, 1);
        if (timed)
            build_context_self(s->build, context, 0, s->durations.data[i]);
        first = s->ends.data[i];
    }
    if (s->durations.count && !timed)
        build_note(s->build, "%" PRIu32 " durations for %" PRIu32 " samples: times are left out",
                   s->durations.count, s->ends.count);
}

static int read_all(struct safari *s, struct error *err)
{
    struct slice key;
    if (scan_object(s->scan))
        while (scan_key(s->scan, &key)) {
            if (slice_is(key, "recording"))
                read_recording(s);
            else
                scan_skip(s->scan);
        }
    int status = scan_end(s->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !s->ends.count))
        return -1;
    if (!s->any)
        return error_set(err, ERROR_FORMAT,
                         "holds no samples (sampleStackTraces): the recording "
                         "was made without JavaScript");
    if (status)
        build_cut(s->build, err);
    state_samples(s);
    scan_note(s->scan, s->build);
    build_note_count(s->build, s->backward, "durations are negative and are taken as 0");
    if (s->end > s->start)
        build_times(s->build, 0, build_elapsed(s->start, s->end));
    if (!s->ends.count)
        build_note(s->build, "holds no sample");
    return 0;
}

static int read_safari(struct input *input, struct build *build, struct error *err)
{
    struct safari s = {.build = build, .scan = scan_new(input)};
    int status = read_all(&s, err);
    scan_free(s.scan);
    array_free(&s.frames);
    array_free(&s.ends);
    array_free(&s.durations);
    return status;
}

static int probe_safari(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{') || !slice_holds(text, "\"recording\""))
        return 0;
    return slice_holds(text, "\"timeline-record-type-") ||
                   slice_holds(text, "\"instrumentTypes\"") ||
                   slice_holds(text, "\"sampleStackTraces\"")
               ? 80
               : 0;
}

const struct reader safari_reader = {
    .name = "safari",
    .description = "timeline recordings of Safari",
    .suffixes = "json",
    .probe = probe_safari,
    .read = read_safari,
};
