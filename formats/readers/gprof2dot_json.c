/*
 * gprof2dot's own JSON (memtrail writes it): functions, costs, and events with a value for each
 * cost and a chain of calls, innermost first.
 *
 *     {"version": 0,
 *      "costs":     [{"description": "Memory", "unit": "bytes"}],
 *      "functions": [{"name": "main", "module": "sample", "process": "42"}],
 *      "events":    [{"callchain": [4, 1, 2], "cost": [1024]}]}
 *
 * in any order. A cost without a unit is a count, one called Samples counts samples. Functions of
 * several processes are in threads of their own, by the innermost function's.
 *
 * Source: schema.json of github.com/jrfonseca/gprof2dot.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/names.h"
#include "formats/readers/scan.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>
#include <strings.h>

#define COSTS_MAX    64u
#define DECIMALS_MAX 6

struct cost {
    uint32_t name, unit; /* of the texts */
    int decimals;        /* most digits behind a value's point */
};

struct chain_function {
    uint32_t function, root;
};

struct event {
    uint32_t first_frame, frames, first_value, values;
};

struct document {
    struct build *build;
    struct scan *scan;
    ARRAY(char *) texts;
    struct cost costs[COSTS_MAX];
    uint32_t cost_count;
    ARRAY(struct chain_function) functions;
    ARRAY(struct event) events;
    ARRAY(uint32_t) frames;
    ARRAY(struct decimal) values;
    struct names processes;
    bool has_events;
    uint64_t unknown, unlike, too_large;
};

/* ---- the document ---- */

static uint32_t read_text(struct document *d)
{
    char *text = scan_text(d->scan);
    if (text)
        *array_push(&d->texts) = text;
    return text ? d->texts.count - 1 : UINT32_MAX;
}

static const char *text_of(const struct document *d, uint32_t at)
{
    return at == UINT32_MAX ? "" : d->texts.data[at];
}

static void read_cost(struct document *d)
{
    struct slice key;
    struct cost cost = {UINT32_MAX, UINT32_MAX, 0};
    bool members = scan_object(d->scan); /* without any it has its place all the same */
    while (members && scan_key(d->scan, &key)) {
        if (slice_is(key, "description"))
            cost.name = read_text(d);
        else if (slice_is(key, "unit"))
            cost.unit = read_text(d);
        else
            scan_skip(d->scan);
    }
    if (d->cost_count < COSTS_MAX) {
        cost.decimals = d->costs[d->cost_count].decimals;
        d->costs[d->cost_count++] = cost;
    }
}

static uint32_t root_of(struct document *d, struct slice process)
{
    bool added;
    uint32_t *root = names_value(&d->processes, process, &added);
    if (added) {
        char *name = memory_printf("%.*s", (int)process.length, process.text);
        uint64_t id = 0;
        (void)decimal_count(process.text, process.length, &id);
        uint32_t at = build_process(d->build, name, id);
        *root = build_root(d->build, build_thread(d->build, "all", 0, at));
        free(name);
    }
    return *root;
}

static void read_function(struct document *d)
{
    struct slice key, text;
    uint32_t name = 0, module = 0, process = UINT32_MAX;
    struct chain_function function;
    bool members = scan_object(d->scan);
    while (members && scan_key(d->scan, &key)) {
        uint32_t *part = slice_is(key, "name") ? &name : slice_is(key, "module") ? &module : NULL;
        if (part && scan_string(d->scan, &text))
            *part = build_text(d->build, text.text, text.length);
        else if (!part && slice_is(key, "process") && scan_string(d->scan, &text))
            process = root_of(d, text);
        else if (!part && !slice_is(key, "process"))
            scan_skip(d->scan);
    }
    function.function = build_function_of(d->build, name, module, 0, 0, FUNCTION_UNKNOWN);
    function.root = process;
    *array_push(&d->functions) = function;
}

static void read_chain(struct document *d, struct event *event)
{
    int64_t number;
    event->first_frame = d->frames.count;
    if (!scan_array(d->scan))
        return;
    while (scan_item(d->scan))
        *array_push(&d->frames) =
            scan_scaled(d->scan, 0, &number) && number >= 0 && number < UINT32_MAX
                ? (uint32_t)number
                : UINT32_MAX;
    event->frames = d->frames.count - event->first_frame;
}

static void read_values(struct document *d, struct event *event)
{
    event->first_value = d->values.count;
    if (!scan_array(d->scan))
        return;
    for (uint32_t i = 0; scan_item(d->scan); i++) {
        struct decimal value = {0};
        d->unlike += !scan_number(d->scan, &value);
        if (i >= COSTS_MAX)
            continue;
        if (value.decimals > d->costs[i].decimals)
            d->costs[i].decimals = value.decimals < DECIMALS_MAX ? value.decimals : DECIMALS_MAX;
        *array_push(&d->values) = value;
    }
    event->values = d->values.count - event->first_value;
}

static void read_event(struct document *d)
{
    struct slice key;
    struct event event = {0};
    if (!scan_object(d->scan))
        return;
    while (scan_key(d->scan, &key)) {
        if (slice_is(key, "callchain"))
            read_chain(d, &event);
        else if (slice_is(key, "cost"))
            read_values(d, &event);
        else
            scan_skip(d->scan);
    }
    *array_push(&d->events) = event;
}

static void read_list(struct document *d, void (*read)(struct document *d))
{
    if (scan_array(d->scan))
        while (scan_item(d->scan))
            read(d);
}

static void read_document(struct document *d)
{
    struct slice key;
    if (!scan_object(d->scan))
        return;
    while (scan_key(d->scan, &key)) {
        if (slice_is(key, "costs")) {
            read_list(d, read_cost);
        } else if (slice_is(key, "functions")) {
            read_list(d, read_function);
        } else if (slice_is(key, "events")) {
            d->has_events = true;
            read_list(d, read_event);
        } else {
            scan_skip(d->scan);
        }
    }
}

/* ---- what it means ---- */

static int places_of(int64_t factor)
{
    int places = 0;
    for (; factor >= 10; factor /= 10)
        places++;
    return places;
}

/* How far the point of a cost's values is moved to the right. */
static int state_cost(struct document *d, uint32_t at, uint32_t *metric, int64_t *factor)
{
    const struct cost *cost = &d->costs[at];
    const char *name = text_of(d, cost->name), *word = text_of(d, cost->unit);
    const struct unit *unit = unit_find((struct slice){word, strlen(word)});
    bool samples = !unit && !strcasecmp(name, "samples");
    enum metric_kind kind = unit ? unit->kind : samples ? METRIC_SAMPLES : METRIC_COUNT;
    int places = kind == METRIC_TIME ? places_of(unit->factor) : cost->decimals;
    double scale = unit_scale(kind);
    if (kind != METRIC_TIME)
        for (int i = 0; i < places; i++)
            scale /= 10;
    *factor = kind == METRIC_BYTES ? unit->factor : 1;
    *metric = build_metric(d->build, *name ? name : "cost", unit_name(kind), kind, scale);
    return places;
}

static uint32_t context_of(struct document *d, const struct event *event)
{
    uint32_t root = UINT32_MAX;
    for (uint32_t i = 0; i < event->frames; i++) {
        uint32_t at = d->frames.data[event->first_frame + i];
        if (root == UINT32_MAX && at < d->functions.count)
            root = d->functions.data[at].root;
    }
    if (root == UINT32_MAX)
        root = root_of(d, (struct slice){"", 0});
    uint32_t context = root;
    for (uint32_t i = event->frames; i-- > 0;) {
        uint32_t at = d->frames.data[event->first_frame + i];
        if (at < d->functions.count)
            context = build_context(d->build, context, d->functions.data[at].function);
        else
            d->unknown++;
    }
    if (context == root)
        context = build_context(
            d->build, root, build_function(d->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    return context;
}

static void state_events(struct document *d)
{
    uint32_t metrics[COSTS_MAX] = {0};
    int64_t factors[COSTS_MAX] = {0}, value;
    int places[COSTS_MAX] = {0};
    for (uint32_t i = 0; i < d->cost_count; i++)
        places[i] = state_cost(d, i, &metrics[i], &factors[i]);
    if (!d->cost_count)
        build_metric(d->build, "cost", "", METRIC_COUNT, 1);
    for (uint32_t e = 0; e < d->events.count; e++) {
        const struct event *event = &d->events.data[e];
        uint32_t context = context_of(d, event);
        d->unlike += event->values != d->cost_count;
        for (uint32_t i = 0; i < event->values && i < d->cost_count; i++) {
            if (!decimal_scaled(&d->values.data[event->first_value + i], places[i], &value) ||
                __builtin_mul_overflow(value, factors[i], &value) || value == INT64_MIN)
                d->too_large++;
            else
                build_context_self(d->build, context, metrics[i], value);
        }
    }
}

static int read_all(struct document *d, struct error *err)
{
    read_document(d);
    int status = scan_end(d->scan, err);
    if (status && (err->code != ERROR_TRUNCATED || !d->events.count || !d->functions.count))
        return -1;
    if (!d->has_events)
        return error_set(err, ERROR_FORMAT, "holds no events");
    if (status)
        build_cut(d->build, err);
    state_events(d);
    scan_note(d->scan, d->build);
    build_note_count(d->build, d->unknown, "calls are of functions that the file does not define");
    build_note_count(d->build, d->unlike, "events have other values than the file has costs");
    build_note_count(d->build, d->too_large, "values are too large and are left out");
    if (!d->events.count)
        build_note(d->build, "holds no event");
    return 0;
}

static int read_gprof2dot(struct input *input, struct build *build, struct error *err)
{
    struct document d = {.build = build, .scan = scan_new(input)};
    int status = read_all(&d, err);
    scan_free(d.scan);
    for (uint32_t i = 0; i < d.texts.count; i++)
        free(d.texts.data[i]);
    array_free(&d.texts);
    array_free(&d.functions);
    array_free(&d.events);
    array_free(&d.frames);
    array_free(&d.values);
    names_free(&d.processes);
    return status;
}

static int probe_gprof2dot(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!slice_begins_json(text, '{'))
        return 0;
    bool costs = slice_holds(text, "\"costs\""), chain = slice_holds(text, "\"callchain\"");
    bool lists = slice_holds(text, "\"functions\"") && slice_holds(text, "\"events\"");
    return chain && (costs || slice_holds(text, "\"cost\"")) ? 80 : costs && lists ? 70 : 0;
}

const struct reader gprof2dot_json_reader = {
    .name = "gprof2dot-json",
    .description = "gprof2dot's JSON",
    .suffixes = "json",
    .probe = probe_gprof2dot,
    .read = read_gprof2dot,
};
