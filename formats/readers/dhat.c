/*
 * valgrind's DHAT, and the Rust crate of that name: JSON, program points with what was allocated
 * there and a stack each, whose frames are numbers of a table behind.
 *
 *     {"dhatFileVersion": 2, "mode": "heap", "verb": "Allocated", "bklt": true, "bkacc": true,
 *      "cmd": "ls", "pid": 1, "te": 3563, "tg": 3235,
 *      "pps":  [{"tb": 24, "tbk": 1, "gb": 24, "gbk": 1, "eb": 0, "ebk": 0, "rb": 8, "wb": 24,
 *                "fs": [1, 2]}],
 *      "ftbl": ["[root]", "0x1084FCBBB: work (work.c:12)", "0x483B7F3: malloc (in /lib/libc.so)"]}
 *
 *   tb, tbk  bytes and blocks in total            always
 *   gb, gbk  at the moment when most were in use  with "bklt"
 *   eb, ebk  at the end                           with "bklt"
 *   rb, wb   bytes read and written               with "bkacc"
 *
 * "fs" is innermost first. Left out: lifetimes, the most that a point alone had at any moment (the
 * moments differ, so that no sum of them means anything), and accesses byte by byte. In the mode
 * "ad-hoc" units of the program's own are counted instead of bytes.
 *
 * Source: valgrind's dhat/dh_main.c, which describes version 2.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

#include <inttypes.h>
#include <stdlib.h>

enum measure {
    TOTAL_BYTES,
    TOTAL_BLOCKS,
    PEAK_BYTES,
    PEAK_BLOCKS,
    END_BYTES,
    END_BLOCKS,
    READ_BYTES,
    WRITTEN_BYTES,
    MEASURES
};

static const struct {
    const char *key, *name;
    bool bytes;
} measures[MEASURES] = {
    [TOTAL_BYTES] = {"tb", "total", true},  [TOTAL_BLOCKS] = {"tbk", "total blocks", false},
    [PEAK_BYTES] = {"gb", "at peak", true}, [PEAK_BLOCKS] = {"gbk", "blocks at peak", false},
    [END_BYTES] = {"eb", "at end", true},   [END_BLOCKS] = {"ebk", "blocks at end", false},
    [READ_BYTES] = {"rb", "read", true},    [WRITTEN_BYTES] = {"wb", "written", true},
};

struct point {
    uint32_t first, count; /* of the frames */
};

struct dhat {
    struct build *build;
    struct scan *scan;
    ARRAY(struct point) points;
    ARRAY(int64_t) values;     /* MEASURES a point */
    ARRAY(uint32_t) frames;    /* numbers in the table */
    ARRAY(uint32_t) functions; /* the table */
    bool any, present[MEASURES], units;
    char *unit; /* of "bu": what is counted instead of bytes */
    int64_t version;
    uint64_t unknown;
};

/* ---- the document ---- */

static void read_frames(struct dhat *d)
{
    int64_t number;
    if (!scan_array(d->scan))
        return;
    while (scan_item(d->scan))
        *array_push(&d->frames) =
            scan_scaled(d->scan, 0, &number) && number >= 0 && number < UINT32_MAX
                ? (uint32_t)number
                : UINT32_MAX;
}

static bool read_measure(struct dhat *d, struct slice key, int64_t *values)
{
    for (int i = 0; i < MEASURES; i++)
        if (slice_is(key, measures[i].key)) {
            d->present[i] |= scan_scaled(d->scan, 0, &values[i]);
            return true;
        }
    return false;
}

static void read_point(struct dhat *d)
{
    struct slice key;
    struct point point = {d->frames.count, 0};
    int64_t values[MEASURES] = {0};
    if (!scan_object(d->scan))
        return;
    while (scan_key(d->scan, &key)) {
        if (slice_is(key, "fs"))
            read_frames(d);
        else if (!read_measure(d, key, values))
            scan_skip(d->scan);
    }
    point.count = d->frames.count - point.first;
    if (!point.count && !values[TOTAL_BYTES] && !values[TOTAL_BLOCKS])
        return;
    *array_push(&d->points) = point;
    for (int i = 0; i < MEASURES; i++)
        *array_push(&d->values) = values[i];
}

static void read_points(struct dhat *d)
{
    d->any = true;
    if (scan_array(d->scan))
        while (scan_item(d->scan))
            read_point(d);
}

/* "0x1084FCBBB: work (work.c:12:9)", "0x483B7F3: malloc (in /lib/libc.so)" */
static uint32_t function_of(struct dhat *d, struct slice text)
{
    struct slice name = text, file = {"", 0}, module = {"", 0};
    const char *colon = slice_begins(text, "0x") ? slice_find(text, ": ") : NULL;
    if (colon)
        name = (struct slice){colon + 2, text.length - (size_t)(colon + 2 - text.text)};
    const char *open = slice_last(name, '(');
    if (open && open > name.text && open[-1] == ' ' && name.text[name.length - 1] == ')') {
        struct slice place = {open + 1, name.length - (size_t)(open + 1 - name.text) - 1};
        name = slice_trim((struct slice){name.text, (size_t)(open - name.text)});
        if (slice_begins(place, "in ")) {
            module = (struct slice){place.text + 3, place.length - 3};
        } else {
            const char *end = place.length ? memchr(place.text, ':', place.length) : NULL;
            file = (struct slice){place.text, end ? (size_t)(end - place.text) : place.length};
        }
    }
    if (slice_is(name, "???") && colon)
        name = (struct slice){text.text, (size_t)(colon - text.text)};
    return build_function_n(d->build, name.text, name.length, module.text, module.length, file.text,
                            file.length, 0, FUNCTION_NATIVE);
}

/* The first one is "[root]", which is no function. */
static void read_table(struct dhat *d)
{
    struct slice text;
    if (!scan_array(d->scan))
        return;
    while (scan_item(d->scan)) {
        bool named = scan_string(d->scan, &text) && d->functions.count;
        *array_push(&d->functions) = named ? function_of(d, text) : PROFILE_NONE;
    }
}

static void read_metadata(struct dhat *d, const char *key)
{
    char *text = scan_text(d->scan);
    if (text)
        build_metadata(d->build, key, text);
    free(text);
}

static void read_member(struct dhat *d, struct slice key)
{
    if (slice_is(key, "pps")) {
        read_points(d);
    } else if (slice_is(key, "ftbl")) {
        read_table(d);
    } else if (slice_is(key, "cmd")) {
        read_metadata(d, "command");
    } else if (slice_is(key, "mode")) {
        read_metadata(d, "mode");
    } else if (slice_is(key, "dhatFileVersion")) {
        (void)scan_scaled(d->scan, 0, &d->version);
    } else if (slice_is(key, "bu")) {
        free(d->unit);
        d->unit = scan_text(d->scan);
        d->units = d->unit && strcmp(d->unit, "byte") != 0;
    } else {
        scan_skip(d->scan);
    }
}

/* ---- what it means ---- */

static void state_metrics(struct dhat *d, uint32_t metrics[MEASURES])
{
    for (int i = 0; i < MEASURES; i++) {
        if (!d->present[i] && i != TOTAL_BYTES)
            continue;
        bool bytes = measures[i].bytes && !d->units;
        metrics[i] = build_metric(d->build, measures[i].name, bytes ? "bytes" : "",
                                  bytes ? METRIC_BYTES : METRIC_COUNT, 1);
    }
}

static uint32_t context_of(struct dhat *d, uint32_t root, const struct point *point)
{
    uint32_t context = root;
    for (uint32_t i = point->count; i-- > 0;) {
        uint32_t number = d->frames.data[point->first + i];
        bool known = number < d->functions.count && d->functions.data[number] != PROFILE_NONE;
        if (known)
            context = build_context(d->build, context, d->functions.data[number]);
        d->unknown += !known && number;
    }
    if (context == root)
        context = build_context(
            d->build, root, build_function(d->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    return context;
}

static void state_points(struct dhat *d)
{
    uint32_t metrics[MEASURES] = {0};
    state_metrics(d, metrics);
    uint32_t thread = build_thread(d->build, "all", 0, build_process(d->build, "", 0));
    uint32_t root = build_root(d->build, thread);
    for (uint32_t p = 0; p < d->points.count; p++) {
        uint32_t context = context_of(d, root, &d->points.data[p]);
        for (int i = 0; i < MEASURES; i++)
            if (d->present[i])
                build_context_self(d->build, context, metrics[i],
                                   d->values.data[(size_t)p * MEASURES + (size_t)i]);
    }
}

static int read_all(struct dhat *d, struct error *err)
{
    struct slice key;
    if (scan_object(d->scan))
        while (scan_key(d->scan, &key))
            read_member(d, key);
    int status = scan_end(d->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !d->functions.count))
        return -1;
    if (!d->any)
        return error_set(err, ERROR_FORMAT, "holds no program points (pps)");
    if (status)
        build_cut(d->build, err);
    state_points(d);
    if (d->units)
        build_note(d->build, "counts units of its own ('%s'), no bytes", d->unit);
    scan_note(d->scan, d->build);
    build_note_count(d->build, d->unknown, "frames are none of the file's table");
    if (d->version != 2)
        build_note(d->build, "is of version %" PRId64 ", and read as version 2", d->version);
    if (!d->points.count)
        build_note(d->build, "holds no program point");
    return 0;
}

static int read_dhat(struct input *input, struct build *build, struct error *err)
{
    struct dhat d = {.build = build, .scan = scan_new(input)};
    int status = read_all(&d, err);
    scan_free(d.scan);
    array_free(&d.points);
    array_free(&d.values);
    array_free(&d.frames);
    array_free(&d.functions);
    free(d.unit);
    return status;
}

static int probe_dhat(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    return slice_begins_json(text, '{') && slice_holds(text, "\"dhatFileVersion\"") ? 95 : 0;
}

const struct reader dhat_reader = {
    .name = "dhat",
    .description = "DHAT's JSON: valgrind, Rust's dhat",
    .suffixes = "json dhat",
    .probe = probe_dhat,
    .read = read_dhat,
};
