/*
 * Chrome's Trace Event Format, the object and the array form, complete or cut, as Chrome,
 * Perfetto, viztracer, clang -ftime-trace, Hermes, uftrace dump and many others write it:
 * https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU
 *
 *   B E X        calls of a thread (tracks.h says how odd ones are laid out)
 *   b e S F      spans of asynchronous work: those of a process and category in a thread of their
 *                own
 *   M            names of processes and threads
 *   Profile...   V8's CPU profile in pieces (v8.h). Where there is one, spans are left out: they
 *                cover the same time.
 *   samples      with stackFrames, where there are no spans: a sample lasts until the next one of
 *                its thread
 *
 * Counters, instants, flows and objects are no calls and are left out; arguments are looked at in
 * what ncprof wrote (chrome_sums.h). Times are microseconds with decimals; displayTimeUnit is about
 * display only. A name like "work (app.py:12)" is taken apart into function, file and line.
 *
 * speedscope makes functions of names with their arguments, and lets a function last to the end of
 * its thread when others end out of order.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/chrome_profiles.h"
#include "formats/readers/chrome_samples.h"
#include "formats/readers/chrome_sums.h"
#include "formats/readers/names.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define NANOSECONDS 3 /* decimals of a microsecond */

/* What of an event is looked at. */
struct event {
    char phase;
    bool has_at, has_duration, bad_duration;
    struct place_key key;
    int64_t at, duration;
    int64_t calls;               /* that ncprof says it stands for; -1: it does not */
    struct slice name, category; /* in chrome.name and chrome.category */
};

/* A copy of text that is used again for the next one. */
struct text {
    char *data;
    size_t capacity;
};

struct chrome {
    struct build *build;
    struct scan *scan;
    struct places places;
    struct names names;
    struct samples *samples;
    struct sums sums;
    bool summed; /* ncprof wrote it: no timeline */
    struct cpu_profiles profiles;
    struct text name, category;
    char *named; /* what the event's arguments call "name" */
    uint64_t events, spans, odd, others, endless;
};

/* ---- an event's members ---- */

static void read_text(struct chrome *c, struct text *copy, struct slice *out)
{
    struct slice text;
    if (!scan_string(c->scan, &text))
        return;
    if (text.length > copy->capacity || !copy->data) {
        copy->capacity = text.length * 2;
        copy->data = memory_resize(copy->data, copy->capacity, 1);
    }
    if (text.length)
        memcpy(copy->data, text.text, text.length);
    *out = (struct slice){copy->data, text.length};
}

static void read_arguments(struct chrome *c, struct event *event)
{
    struct slice key;
    /* Of spans they say nothing, and are most of the file. */
    if (event->phase == 'X' || event->phase == 'B' || event->phase == 'E') {
        scan_skip(c->scan);
        return;
    }
    if (!scan_object(c->scan))
        return;
    while (scan_key(c->scan, &key)) {
        if (slice_is(key, "data")) {
            cpu_profiles_data(&c->profiles, c->scan);
        } else if (slice_is(key, "name") && scan_type(c->scan) == SCAN_STRING) {
            free(c->named);
            c->named = scan_text(c->scan);
        } else {
            scan_skip(c->scan);
        }
    }
}

static void read_phase(struct chrome *c, struct event *event)
{
    struct slice text;
    if (scan_string(c->scan, &text) && text.length == 1)
        event->phase = text.text[0];
}

static void read_duration(struct chrome *c, struct event *event)
{
    event->has_duration = scan_scaled(c->scan, NANOSECONDS, &event->duration);
    event->bad_duration = !event->has_duration;
}

static void read_member(struct chrome *c, struct event *event, struct slice key)
{
    if (slice_is(key, "name"))
        read_text(c, &c->name, &event->name);
    else if (slice_is(key, "ph"))
        read_phase(c, event);
    else if (slice_is(key, "ts"))
        event->has_at = scan_scaled(c->scan, NANOSECONDS, &event->at);
    else if (slice_is(key, "dur"))
        read_duration(c, event);
    else if (slice_is(key, "tdur") && !event->has_duration)
        (void)scan_scaled(c->scan, NANOSECONDS, &event->duration);
    else if (slice_is(key, "pid"))
        event->key.process = label_read(c->scan, c->build);
    else if (slice_is(key, "tid"))
        event->key.thread = label_read(c->scan, c->build);
    else if (slice_is(key, "args"))
        read_arguments(c, event);
    else if (slice_is(key, "cat"))
        read_text(c, &c->category, &event->category);
    else if (slice_is(key, "id"))
        event->key.id = label_read(c->scan, c->build);
    else if (c->summed && slice_is(key, "calls"))
        (void)scan_scaled(c->scan, 0, &event->calls);
    else
        scan_skip(c->scan);
}

/* ---- what it is ---- */

/* Its number among the names; an end needs none. */
static uint32_t function_of(struct chrome *c, const struct event *event)
{
    struct slice name = event->name;
    if (!name.text && event->phase != 'X' && event->phase != 'B')
        return PROFILE_NONE;
    if (!name.text)
        name = (struct slice){"(unnamed)", 9};
    bool added;
    uint32_t *number = names_value(&c->names, name, &added);
    if (added)
        *number = c->names.items.count - 1;
    return *number;
}

/* What lasts less than nothing, or to a time that nobody can hold, is a call that takes no time. */
static void check_duration(struct chrome *c, struct event *event)
{
    int64_t end;
    if (!event->bad_duration && event->duration >= 0 &&
        !__builtin_add_overflow(event->at, event->duration, &end) && end != INT64_MAX)
        return;
    c->endless++;
    event->duration = 0;
}

static void take_span(struct chrome *c, struct event *event, bool async)
{
    struct place_key key = event->key;
    bool ends = event->phase == 'E' || event->phase == 'e' || event->phase == 'F';
    uint32_t function = event->has_at ? function_of(c, event) : PROFILE_NONE;
    if (!event->has_at || (function == PROFILE_NONE && !ends)) {
        c->odd++;
        return;
    }
    if (async) {
        key.thread = (struct label){0};
        key.category = event->category.length
                           ? build_text(c->build, event->category.text, event->category.length)
                           : build_text(c->build, "async", 5);
    } else {
        key.id = (struct label){0};
    }
    uint32_t track = places_track(&c->places, &key);
    c->spans++;
    if (event->phase == 'X')
        tracks_span(c->places.tracks, track, function, event->at, event->duration);
    else if (ends)
        tracks_end(c->places.tracks, track, function, event->at);
    else
        tracks_begin(c->places.tracks, track, function, event->at);
}

static void take_metadata(struct chrome *c, const struct event *event)
{
    if (!c->named)
        return;
    if (slice_is(event->name, "process_name"))
        places_name(&c->places, event->key.process, NULL, c->named);
    else if (slice_is(event->name, "thread_name"))
        places_name(&c->places, event->key.process, &event->key.thread, c->named);
}

static void take_sum(struct chrome *c, const struct event *event)
{
    uint32_t thread = places_thread(&c->places, event->key.process, event->key.thread, 0);
    if (!event->has_at || !event->name.text)
        c->odd++;
    else if (event->phase == 'B')
        sums_begin(&c->sums, c->build, thread, name_function(c->build, event->name), event->calls,
                   event->at);
    else
        sums_end(&c->sums, c->build, thread, event->at);
}

static void take_event(struct chrome *c, struct event *event)
{
    switch (event->phase) {
    case 'B':
    case 'E':
        if (c->summed)
            take_sum(c, event);
        else
            take_span(c, event, false);
        break;
    case 'X':
        check_duration(c, event);
        take_span(c, event, false);
        break;
    case 'b':
    case 'e':
    case 'S':
    case 'F':
        take_span(c, event, true);
        break;
    case 'M':
        take_metadata(c, event);
        break;
    default:
        c->others++;
    }
    cpu_profiles_event(&c->profiles, &event->key, slice_is(event->name, "Profile"));
}

static void read_event(struct chrome *c)
{
    struct event event = {.calls = -1};
    struct slice key;
    if (!scan_object(c->scan))
        return;
    while (scan_key(c->scan, &key))
        read_member(c, &event, key);
    if (!scan_failed(c->scan)) {
        c->events++;
        take_event(c, &event);
    }
    free(c->named);
    c->named = NULL;
}

/* ---- the file ---- */

static void read_events(struct chrome *c)
{
    if (!scan_array(c->scan))
        return;
    while (scan_item(c->scan))
        read_event(c);
}

static void read_document(struct chrome *c)
{
    struct slice key;
    if (scan_type(c->scan) == SCAN_ARRAY) {
        read_events(c);
        return;
    }
    if (!scan_object(c->scan))
        return;
    while (scan_key(c->scan, &key)) {
        if (slice_is(key, "traceEvents"))
            read_events(c);
        else if (slice_is(key, "otherData"))
            c->summed = sums_announced(c->scan);
        else if (slice_is(key, "stackFrames"))
            samples_frames(c->samples, c->scan);
        else if (slice_is(key, "samples"))
            samples_list(c->samples, c->scan);
        else
            scan_skip(c->scan);
    }
}

static void state_profiles(struct chrome *c)
{
    cpu_profiles_state(&c->profiles, &c->places);
    if (c->spans)
        build_note(c->build,
                   "%" PRIu64 " spans are left out: the file holds a CPU profile of the same time",
                   c->spans);
}

static void state_spans(struct chrome *c)
{
    uint32_t *functions = memory_zeroed(c->names.items.count, sizeof *functions);
    for (uint32_t i = 0; i < c->names.items.count; i++) {
        const struct name *item = &c->names.items.data[i];
        struct slice name = {c->names.bytes + item->offset, item->length};
        functions[i] = name_function(c->build, name);
    }
    places_state_tracks(&c->places, functions);
    free(functions);
}

static void state(struct chrome *c)
{
    bool profiled = cpu_profiles_any(&c->profiles);
    if (profiled)
        state_profiles(c);
    else if (samples_any(c->samples))
        samples_state(c->samples, &c->places);
    else
        state_spans(c);
    places_state_names(&c->places);
    if (c->odd)
        build_note(c->build, "%" PRIu64 " events have no name or no time and are left out", c->odd);
    build_note_count(c->build, c->sums.unmatched,
                     "ends of spans are left out: they have no beginning");
    build_note_count(c->build, c->endless,
                     "events have an impossible duration and count as calls without time");
    if (!profiled && !samples_any(c->samples) && !c->spans && !c->sums.spans)
        build_note(c->build, "holds no span of time and no samples");
}

static int read_chrome(struct input *input, struct build *build, struct error *err)
{
    struct chrome c = {.build = build, .scan = scan_new(input)};
    c.places = (struct places){.build = build, .tracks = tracks_new()};
    c.profiles.build = build;
    c.samples = samples_new(build);
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    read_document(&c);
    int status = scan_end(c.scan, err);
    if (status && err->code == ERROR_TRUNCATED && c.events) {
        build_cut(build, err);
        status = 0;
    }
    if (!status)
        state(&c);
    sums_free(&c.sums);
    cpu_profiles_free(&c.profiles);
    names_free(&c.names);
    tracks_free(c.places.tracks);
    places_free(&c.places);
    samples_free(c.samples);
    scan_free(c.scan);
    free(c.name.data);
    free(c.category.data);
    return status;
}

static int probe_chrome(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (slice_begins_json(text, '{') && slice_holds(text, "\"traceEvents\""))
        return 90;
    if (!slice_begins_json(text, '[') && !slice_begins_json(text, '{'))
        return 0;
    return slice_holds(text, "\"ph\"") &&
                   (slice_holds(text, "\"ts\"") || slice_holds(text, "\"pid\""))
               ? 70
               : 0;
}

const struct reader chrome_reader = {
    .name = "chrome",
    .description = "Chrome's trace events (JSON)",
    .suffixes = "trace.json json",
    .probe = probe_chrome,
    .read = read_chrome,
};
