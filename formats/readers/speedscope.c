/*
 * speedscope's JSON (https://www.speedscope.app/file-format-schema.json), versions 0.0.1 to 1.x,
 * as speedscope, py-spy, rbspy, pyroscope and many others export it.
 *
 * Each profile of the file becomes a thread. Its unit becomes a metric; the units of time are one
 * metric in nanoseconds.
 *
 *   sampled   stacks of frames, outermost first, and a weight each
 *   evented   frames opened (O) and closed (C) at a time; calls are counted
 *
 * Members may come in any order, so the file is read twice: for the frames and for what each
 * profile is, then for the values.
 *
 * An event that closes another frame than the innermost closes those inside it too; one whose
 * frame is not open is left out; frames open at the end are closed at `endValue`. speedscope
 * refuses such files. Weights and times below a thousandth of a unit without a scale ("none",
 * "bytes") are rounded.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

#include <stdlib.h>
#include <string.h>

/* `places`: values are kept times 10^places of the unit. */
static const struct unit {
    const char *name;
    int places;
    enum metric_kind kind;
    const char *metric, *symbol;
    double scale;
} units[] = {
    {"none", 3, METRIC_SAMPLES, "samples", "samples", 1e-3},
    {"bytes", 0, METRIC_BYTES, "bytes", "bytes", 1},
    {"nanoseconds", 0, METRIC_TIME, "wall", "s", 1e-9},
    {"microseconds", 3, METRIC_TIME, "wall", "s", 1e-9},
    {"milliseconds", 6, METRIC_TIME, "wall", "s", 1e-9},
    {"seconds", 9, METRIC_TIME, "wall", "s", 1e-9},
};
#define UNITS (sizeof units / sizeof *units)

/* What a profile says of itself. */
struct head {
    uint32_t thread, metric;
    int places;
    int64_t first, last; /* startValue, endValue */
    bool has_last;
};

struct speedscope {
    struct build *build;
    struct scan *scan;
    ARRAY(uint32_t) frames; /* their functions */
    ARRAY(struct head) heads;
    uint32_t *open; /* how often each frame is on the stack */
    ARRAY(uint32_t) stack;
    ARRAY(uint32_t) leaves; /* contexts, a sample each; the root for an empty stack */
    ARRAY(int64_t) weights;
    uint32_t metric_of_kind[4]; /* + 1 */
    uint32_t metrics, process;
    int64_t at; /* of the last event */
    uint64_t unbalanced, unknown, empty, uneven, other_unit, open_at_end;
};

/* ---- frames and heads ---- */

static uint32_t read_text(struct speedscope *s)
{
    struct slice text;
    return scan_string(s->scan, &text) ? build_text(s->build, text.text, text.length) : 0;
}

static void read_frame(struct speedscope *s)
{
    struct slice key;
    uint32_t name = 0, file = 0;
    int64_t line = 0;
    bool members = scan_object(s->scan); /* without any it has its number all the same */
    while (members && scan_key(s->scan, &key)) {
        if (slice_is(key, "name"))
            name = read_text(s);
        else if (slice_is(key, "file"))
            file = read_text(s);
        else if (slice_is(key, "line"))
            (void)scan_scaled(s->scan, 0, &line);
        else
            scan_skip(s->scan);
    }
    if (line < 0 || line > UINT32_MAX)
        line = 0;
    *array_push(&s->frames) =
        build_function_of(s->build, name, 0, file, (uint32_t)line, FUNCTION_UNKNOWN);
}

static void read_shared(struct speedscope *s)
{
    struct slice key;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (!slice_is(key, "frames")) {
            scan_skip(s->scan);
        } else if (scan_array(s->scan)) {
            while (scan_item(s->scan))
                read_frame(s);
        }
    }
}

static uint32_t metric_of(struct speedscope *s, const struct unit *unit)
{
    uint32_t *metric = &s->metric_of_kind[unit->kind];
    if (!*metric) {
        *metric = ++s->metrics;
        build_metric(s->build, unit->metric, unit->symbol, unit->kind, unit->scale);
    }
    return *metric - 1;
}

static const struct unit *unit_named(struct slice name)
{
    for (size_t i = 0; i < UNITS; i++)
        if (slice_is(name, units[i].name))
            return &units[i];
    return &units[0];
}

static void read_head(struct speedscope *s)
{
    struct slice key, text;
    struct head head = {.thread = build_thread(s->build, "", s->heads.count, s->process)};
    struct decimal first = {0}, last = {0};
    const struct unit *unit = &units[0];
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "name")) {
            char *name = scan_text(s->scan);
            build_thread_name(s->build, head.thread, name ? name : "");
            free(name);
        } else if (slice_is(key, "unit")) {
            if (scan_string(s->scan, &text))
                unit = unit_named(text);
        } else if (slice_is(key, "startValue")) {
            (void)scan_number(s->scan, &first);
        } else if (slice_is(key, "endValue")) {
            head.has_last = scan_number(s->scan, &last);
        } else {
            scan_skip(s->scan);
        }
    }
    head.metric = metric_of(s, unit);
    head.places = unit->places;
    (void)decimal_scaled(&first, unit->places, &head.first);
    (void)decimal_scaled(&last, unit->places, &head.last);
    *array_push(&s->heads) = head;
}

static void read_metadata(struct speedscope *s, const char *key)
{
    char *value = scan_text(s->scan);
    if (value)
        build_metadata(s->build, key, value);
    free(value);
}

static void read_heads(struct speedscope *s)
{
    struct slice key;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "shared"))
            read_shared(s);
        else if (slice_is(key, "name"))
            read_metadata(s, "name");
        else if (slice_is(key, "exporter"))
            read_metadata(s, "recorder");
        else if (!slice_is(key, "profiles"))
            scan_skip(s->scan);
        else if (scan_array(s->scan))
            while (scan_item(s->scan))
                read_head(s);
    }
}

/* ---- events ---- */

static void close_frame(struct speedscope *s, const struct head *head, int64_t at)
{
    s->open[s->stack.data[--s->stack.count]]--;
    build_leave(s->build, head->thread, at);
}

static void apply_event(struct speedscope *s, const struct head *head, char type, int64_t frame,
                        int64_t at)
{
    if (at > s->at)
        s->at = at;
    if (frame < 0 || frame >= s->frames.count) {
        s->unknown++;
    } else if (type == 'O') {
        *array_push(&s->stack) = (uint32_t)frame;
        s->open[frame]++;
        build_enter(s->build, head->thread, s->frames.data[frame], at);
    } else if (!s->open[frame]) {
        s->unbalanced++;
    } else {
        uint32_t before = s->open[frame];
        s->unbalanced += s->stack.data[s->stack.count - 1] != frame;
        while (s->open[frame] == before)
            close_frame(s, head, at);
    }
}

static void read_event(struct speedscope *s, const struct head *head)
{
    struct slice key, text;
    int64_t frame = -1, at = INT64_MIN;
    char type = '\0';
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "type"))
            type = scan_string(s->scan, &text) && text.length == 1 ? text.text[0] : '\0';
        else if (slice_is(key, "frame"))
            (void)scan_scaled(s->scan, 0, &frame);
        else if (slice_is(key, "at"))
            (void)scan_scaled(s->scan, head->places, &at);
        else
            scan_skip(s->scan);
    }
    if (scan_failed(s->scan))
        return;
    if ((type != 'O' && type != 'C') || at == INT64_MIN)
        s->unknown++;
    else
        apply_event(s, head, type, frame, at);
}

static void read_events(struct speedscope *s, const struct head *head)
{
    s->at = INT64_MIN;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan)) {
        /* The builder's events are in the first metric. */
        if (head->metric == 0) {
            read_event(s, head);
        } else {
            s->other_unit++;
            scan_skip(s->scan);
        }
    }
    s->open_at_end += s->stack.count;
    while (s->stack.count)
        close_frame(s, head, head->has_last && head->last > s->at ? head->last : s->at);
}

/* ---- samples ---- */

static void read_stack(struct speedscope *s, const struct head *head)
{
    uint32_t context = build_root(s->build, head->thread);
    int64_t frame;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan)) {
        if (scan_scaled(s->scan, 0, &frame) && frame >= 0 && frame < s->frames.count)
            context = build_context(s->build, context, s->frames.data[frame]);
        else
            s->unknown++;
    }
    *array_push(&s->leaves) = context;
}

static void read_stacks(struct speedscope *s, const struct head *head)
{
    s->leaves.count = 0;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan))
        read_stack(s, head);
}

static void read_weights(struct speedscope *s, const struct head *head)
{
    s->weights.count = 0;
    if (!scan_array(s->scan))
        return;
    while (scan_item(s->scan)) {
        int64_t weight = 0;
        s->unknown += !scan_scaled(s->scan, head->places, &weight);
        *array_push(&s->weights) = weight;
    }
}

static void add_samples(struct speedscope *s, const struct head *head)
{
    uint32_t root = build_root(s->build, head->thread);
    uint32_t count = s->leaves.count < s->weights.count ? s->leaves.count : s->weights.count;
    s->uneven += s->leaves.count != s->weights.count;
    for (uint32_t i = 0; i < count; i++) {
        if (s->leaves.data[i] != root)
            build_context_self(s->build, s->leaves.data[i], head->metric, s->weights.data[i]);
        else
            s->empty++;
    }
}

/* ---- the values ---- */

static void read_profile(struct speedscope *s, const struct head *head)
{
    struct slice key;
    s->leaves.count = s->weights.count = 0;
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (slice_is(key, "events"))
            read_events(s, head);
        else if (slice_is(key, "samples"))
            read_stacks(s, head);
        else if (slice_is(key, "weights"))
            read_weights(s, head);
        else
            scan_skip(s->scan);
    }
    add_samples(s, head);
}

static void read_profiles(struct speedscope *s)
{
    struct slice key;
    uint32_t number = 0;
    s->open = memory_zeroed(s->frames.count + 1, sizeof *s->open);
    if (!scan_object(s->scan))
        return;
    while (scan_key(s->scan, &key)) {
        if (!slice_is(key, "profiles"))
            scan_skip(s->scan);
        else if (scan_array(s->scan))
            while (scan_item(s->scan) && number < s->heads.count)
                read_profile(s, &s->heads.data[number++]);
    }
}

static void state_wall(struct speedscope *s)
{
    int64_t wall = 0;
    for (uint32_t i = 0; i < s->heads.count; i++) {
        const struct head *head = &s->heads.data[i];
        int64_t length;
        if (head->metric + 1 == s->metric_of_kind[METRIC_TIME] && head->has_last &&
            !__builtin_sub_overflow(head->last, head->first, &length) && length > wall)
            wall = length;
    }
    build_times(s->build, 0, wall);
}

static void state_notes(struct speedscope *s)
{
    build_note_count(s->build, s->unknown,
                     "frames or values are none that the file defines, and are left out");
    build_note_count(s->build, s->unbalanced, "events close a frame that is not the innermost");
    build_note_count(s->build, s->open_at_end, "frames were still open at the end");
    build_note_count(s->build, s->empty, "samples hold no frame and are left out");
    build_note_count(s->build, s->uneven, "profiles have not as many weights as samples");
    build_note_count(s->build, s->other_unit,
                     "events have another unit than the first profile and are left out");
}

static int pass(struct speedscope *s, const uint8_t *data, size_t size, const char *path,
                void (*read)(struct speedscope *), struct error *err)
{
    struct input *input = input_from_memory(data, size, path);
    s->scan = scan_new(input);
    read(s);
    int status = scan_end(s->scan, err);
    if (read == read_heads)
        scan_note(s->scan, s->build); /* numbers of the values are counted as `unknown` */
    scan_free(s->scan);
    input_close(input);
    return status;
}

static int read_both(struct speedscope *s, struct input *input, struct error *err)
{
    const uint8_t *data;
    size_t size;
    int packed = input_all(input, &data, &size, err);
    if (packed < 0)
        return -1;
    struct error cut = {0};
    s->process = build_process(s->build, "", 0);
    int status = pass(s, data, size, input_path(input), read_heads, &cut);
    if (status && (cut.code != ERROR_TRUNCATED || !s->frames.count || !s->heads.count)) {
        *err = cut;
        return -1;
    }
    if (pass(s, data, size, input_path(input), read_profiles, &cut) || packed)
        build_cut(s->build, packed ? err : &cut);
    if (!s->frames.count)
        build_note(s->build, "holds no frame");
    state_wall(s);
    state_notes(s);
    return 0;
}

static int read_speedscope(struct input *input, struct build *build, struct error *err)
{
    struct speedscope s = {.build = build};
    int status = read_both(&s, input, err);
    array_free(&s.frames);
    array_free(&s.heads);
    array_free(&s.stack);
    array_free(&s.leaves);
    array_free(&s.weights);
    free(s.open);
    return status;
}

static int probe_speedscope(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{'))
        return 0;
    if (slice_holds(text, "speedscope.app/file-format-schema"))
        return 100;
    return slice_holds(text, "\"endValue\"") && slice_holds(text, "\"profiles\"") ? 60 : 0;
}

const struct reader speedscope_reader = {
    .name = "speedscope",
    .description = "speedscope JSON",
    .suffixes = "speedscope.json speedscope",
    .probe = probe_speedscope,
    .read = read_speedscope,
};
