/*
 * pprof's profile as the tools of github.com/felixge/pprofutils print it in JSON: Go's structure as
 * it is, each sample with its whole stack.
 *
 *     {"SampleType": [{"Type": "cpu", "Unit": "nanoseconds"}], "DefaultSampleType": "",
 *      "Sample": [{"Location": [{"Address": 20393855, "Mapping": {"Start": 0, "File": "/bin/s"},
 *                                "Line": [{"Function": {"Name": "main.sum", "Filename": "/m.go",
 *                                                       "StartLine": 0}, "Line": 39}]}],
 *                  "Value": [190000000]}],
 *      "TimeNanos": 1610122232116825000, "DurationNanos": 3135113726}
 *
 * Locations are leaf first, and within one the innermost inlined call. The default type comes
 * first, as in pprof.c. The types stand before the samples, where Go prints them.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>

#define TYPES_MAX 64u

struct type {
    char *name;
    const struct unit *unit;
    uint32_t metric;
};

struct pprof_json {
    struct build *build;
    struct scan *scan;
    struct type types[TYPES_MAX];
    uint32_t type_count, root;
    char *default_type;
    bool stated;
    ARRAY(uint32_t) stack; /* functions, leaf first */
    int64_t values[TYPES_MAX], time, duration;
    uint32_t value_count;
    uint64_t samples, unlike, too_large;
};

/* ---- types ---- */

static void read_type(struct pprof_json *p)
{
    struct slice key, text;
    struct type type = {0};
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "Type") && !type.name)
            type.name = scan_text(p->scan);
        else if (slice_is(key, "Unit") && scan_string(p->scan, &text))
            type.unit = unit_find(text);
        else if (!slice_is(key, "Unit"))
            scan_skip(p->scan);
    }
    if (p->type_count < TYPES_MAX && !p->stated)
        p->types[p->type_count++] = type;
    else
        free(type.name);
}

static void state_type(struct pprof_json *p, struct type *type)
{
    const char *name = type->name && *type->name ? type->name : "value";
    enum metric_kind kind = type->unit                 ? type->unit->kind
                            : !strcmp(name, "samples") ? METRIC_SAMPLES
                                                       : METRIC_COUNT;
    type->metric = build_metric(p->build, name, unit_name(kind), kind, unit_scale(kind));
}

static void state_types(struct pprof_json *p)
{
    uint32_t first = p->type_count ? p->type_count - 1 : 0;
    if (p->stated)
        return;
    p->stated = true;
    for (uint32_t i = 0; p->default_type && i < p->type_count; i++)
        if (p->types[i].name && !strcmp(p->types[i].name, p->default_type))
            first = i;
    for (uint32_t i = 0; i <= p->type_count && p->type_count; i++)
        if (!i || i - 1 != first)
            state_type(p, &p->types[i ? i - 1 : first]);
    if (!p->type_count)
        build_metric(p->build, "value", "", METRIC_COUNT, 1);
    p->root =
        build_root(p->build, build_thread(p->build, "all", 0, build_process(p->build, "", 0)));
}

/* ---- samples ---- */

static void read_function(struct pprof_json *p, uint32_t *function)
{
    struct slice key, text;
    uint32_t name = 0, file = 0;
    int64_t line = 0;
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "Name") || slice_is(key, "Filename")) {
            uint32_t *part = slice_is(key, "Name") ? &name : &file;
            if (scan_string(p->scan, &text))
                *part = build_text(p->build, text.text, text.length);
        } else if (slice_is(key, "StartLine")) {
            (void)scan_scaled(p->scan, 0, &line);
        } else {
            scan_skip(p->scan);
        }
    }
    if (name)
        *function =
            build_function_of(p->build, name, 0, file,
                              line > 0 && line <= INT32_MAX ? (uint32_t)line : 0, FUNCTION_UNKNOWN);
}

static void read_line(struct pprof_json *p)
{
    struct slice key;
    uint32_t function = PROFILE_NONE;
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "Function"))
            read_function(p, &function);
        else
            scan_skip(p->scan);
    }
    if (function != PROFILE_NONE)
        *array_push(&p->stack) = function;
}

static void push_address(struct pprof_json *p, uint64_t address)
{
    char name[32];
    (void)snprintf(name, sizeof name, "0x%" PRIx64, address);
    *array_push(&p->stack) = build_function(p->build, name, "", "", 0, FUNCTION_NATIVE);
}

static void read_location(struct pprof_json *p)
{
    struct slice key;
    struct decimal number;
    uint32_t before = p->stack.count;
    uint64_t address = 0;
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "Line")) {
            if (scan_array(p->scan))
                while (scan_item(p->scan))
                    read_line(p);
        } else if (slice_is(key, "Address")) {
            if (scan_number(p->scan, &number) && !number.exponent)
                address = number.digits;
        } else {
            scan_skip(p->scan);
        }
    }
    if (p->stack.count == before)
        push_address(p, address);
}

static void read_values(struct pprof_json *p)
{
    int64_t value;
    if (!scan_array(p->scan))
        return;
    while (scan_item(p->scan)) {
        bool good = scan_scaled(p->scan, 0, &value);
        if (p->value_count < TYPES_MAX)
            p->values[p->value_count] = good ? value : 0;
        p->value_count += p->value_count < UINT32_MAX;
    }
}

static void state_sample(struct pprof_json *p)
{
    uint32_t context = p->root;
    for (uint32_t i = p->stack.count; i-- > 0;)
        context = build_context(p->build, context, p->stack.data[i]);
    if (context == p->root)
        context = build_context(
            p->build, p->root, build_function(p->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    for (uint32_t i = 0; i < p->type_count && i < p->value_count; i++) {
        int64_t value, factor = p->types[i].unit ? p->types[i].unit->factor : 1;
        if (__builtin_mul_overflow(p->values[i], factor, &value) || value == INT64_MIN)
            p->too_large++;
        else
            build_context_self(p->build, context, p->types[i].metric, value);
    }
    p->unlike += p->value_count != p->type_count;
    p->samples++;
}

static void read_sample(struct pprof_json *p)
{
    struct slice key;
    p->stack.count = p->value_count = 0;
    if (!scan_object(p->scan))
        return;
    while (scan_key(p->scan, &key)) {
        if (slice_is(key, "Value"))
            read_values(p);
        else if (!slice_is(key, "Location"))
            scan_skip(p->scan);
        else if (scan_array(p->scan))
            while (scan_item(p->scan))
                read_location(p);
    }
    state_sample(p);
}

/* ---- the whole ---- */

static void read_member(struct pprof_json *p, struct slice key)
{
    if (slice_is(key, "SampleType")) {
        if (scan_array(p->scan))
            while (scan_item(p->scan))
                read_type(p);
    } else if (slice_is(key, "DefaultSampleType") && !p->default_type) {
        p->default_type = scan_text(p->scan);
    } else if (slice_is(key, "Sample")) {
        state_types(p);
        if (scan_array(p->scan))
            while (scan_item(p->scan))
                read_sample(p);
    } else if (slice_is(key, "TimeNanos")) {
        (void)scan_scaled(p->scan, 0, &p->time);
    } else if (slice_is(key, "DurationNanos")) {
        (void)scan_scaled(p->scan, 0, &p->duration);
    } else {
        scan_skip(p->scan);
    }
}

static int read_all(struct pprof_json *p, struct error *err)
{
    struct slice key;
    if (scan_object(p->scan))
        while (scan_key(p->scan, &key))
            read_member(p, key);
    int status = scan_end(p->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !p->samples))
        return -1;
    if (!p->stated)
        return error_set(err, ERROR_FORMAT, "holds no samples (Sample)");
    if (status)
        build_cut(p->build, err);
    if (p->time > 0)
        build_times(p->build, p->time, p->duration > 0 ? p->duration : 0);
    scan_note(p->scan, p->build);
    build_note_count(p->build, p->unlike,
                     "samples have another number of values than there are types before them");
    build_note_count(p->build, p->too_large, "values are too large and are left out");
    if (!p->samples)
        build_note(p->build, "holds no samples");
    return 0;
}

static int read_pprof_json(struct input *input, struct build *build, struct error *err)
{
    struct pprof_json p = {.build = build, .scan = scan_new(input)};
    int status = read_all(&p, err);
    scan_free(p.scan);
    for (uint32_t i = 0; i < p.type_count; i++)
        free(p.types[i].name);
    free(p.default_type);
    array_free(&p.stack);
    return status;
}

static int probe_pprof_json(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    return slice_begins_json(text, '{') && slice_holds(text, "\"SampleType\"") &&
                   slice_holds(text, "\"Unit\"")
               ? 80
               : 0;
}

const struct reader pprof_json_reader = {
    .name = "pprof-json",
    .description = "pprof's profile in JSON, of pprofutils",
    .suffixes = "json",
    .probe = probe_pprof_json,
    .read = read_pprof_json,
};
