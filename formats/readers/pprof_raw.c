/*
 * What `go tool pprof -raw` and `-traces`' relatives print of a profile: the same tables as in the
 * protocol buffer, as text.
 *
 *     PeriodType: cpu nanoseconds
 *     Period: 10000000
 *     Duration: 3.13
 *     Samples:
 *     samples/count cpu/nanoseconds[dflt]
 *              19  190000000: 1 2 3                  values and locations, leaf first
 *                     thread:[main]                  labels, which are left out
 *     Locations
 *          1: 0x1372f7f M=1 main.sum /app/main.go:39:0 s=0
 *          2: 0x1041704 M=1 runtime.nanotime /go/time.go:19:0 s=0
 *                           runtime.checkTimers /go/proc.go:2757:0 s=0     what that is inlined in
 *     Mappings
 *     1: 0x400000/0xfcb000/0x0 /bin/server abc123 [FN]
 *
 * The default type comes first, as in pprof.c: the one that says so, else the last. Locations
 * without a name are called by their module and offset.
 *
 * Source: String() in profile/profile.go of github.com/google/pprof.
 */
#include "formats/format.h"
#include "formats/readers/addresses.h"
#include "formats/readers/decimal.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <stdlib.h>

#define TYPES_MAX 64u

/* Frames that inlining may make of so many references to locations. */
#define FRAMES_MAX(references) ((uint64_t)(references)*16 + 100000)

enum section { IN_HEADER, IN_TYPES, IN_SAMPLES, IN_LOCATIONS, IN_MAPPINGS };

struct type {
    uint32_t metric;
    int64_t factor;
};

struct raw_sample {
    uint64_t first; /* of the locations; its end is the next one's first */
};

struct location {
    uint64_t address;
    uint32_t first, count; /* of the frames */
};

struct raw {
    struct build *build;
    struct addresses addresses;
    enum section section;
    struct type types[TYPES_MAX];
    uint32_t type_count;
    ARRAY(struct raw_sample) samples;
    ARRAY(int64_t) values;
    ARRAY(uint64_t) stacks; /* numbers of locations */
    ARRAY(struct location) locations;
    ARRAY(uint32_t) frames;
    struct numbered location_of;
    uint64_t odd, first_odd, unknown, too_large;
};

/* ---- types ---- */

static void state_type(struct raw *r, uint32_t i, struct slice word)
{
    const char *slash = slice_last(word, '/');
    size_t length = slash ? (size_t)(slash - word.text) : word.length;
    struct slice unit_text = {slash ? slash + 1 : "", slash ? word.length - length - 1 : 0};
    const struct unit *unit = unit_find(unit_text);
    enum metric_kind kind = unit ? unit->kind : METRIC_COUNT;
    char *name = memory_printf("%.*s", (int)length, word.text);
    if (!unit && (!strcmp(name, "samples") || !strcmp(name, "sample")))
        kind = METRIC_SAMPLES;
    r->types[i].factor = unit ? unit->factor : 1;
    r->types[i].metric =
        build_metric(r->build, *name ? name : "value", unit_name(kind), kind, unit_scale(kind));
    free(name);
}

static void take_types(struct raw *r, struct slice line)
{
    static const char mark[] = "[dflt]";
    const size_t mark_length = sizeof mark - 1;
    struct slice words[TYPES_MAX] = {{0}};
    uint32_t first = UINT32_MAX;
    struct slice word;
    while (r->type_count < TYPES_MAX && (word = slice_take_word(&line)).length) {
        if (word.length > mark_length &&
            !memcmp(word.text + word.length - mark_length, mark, mark_length)) {
            word.length -= mark_length;
            first = r->type_count;
        }
        words[r->type_count++] = word;
    }
    first = first == UINT32_MAX ? r->type_count - 1 : first;
    for (uint32_t i = 0; i <= r->type_count && r->type_count; i++) {
        uint32_t at = i ? i - 1 : first;
        if (!i || at != first)
            state_type(r, at, words[at]);
    }
}

/* ---- samples ---- */

static bool take_stack(struct raw *r, struct slice rest)
{
    struct slice word;
    uint64_t number;
    while ((word = slice_take_word(&rest)).length) {
        if (!decimal_count(word.text, word.length, &number))
            return false;
        *array_push(&r->stacks) = number;
    }
    return true;
}

/* "19  190000000: 1 2 3"; labels have no number first */
static bool take_sample(struct raw *r, struct slice line)
{
    const char *colon = line.length ? memchr(line.text, ':', line.length) : NULL;
    struct slice values = {line.text, colon ? (size_t)(colon - line.text) : 0}, word;
    uint32_t value_count = r->values.count, stack_count = r->stacks.count;
    for (uint32_t i = 0; i < r->type_count; i++) {
        struct decimal number;
        int64_t value;
        word = slice_take_word(&values);
        if (!decimal_parse(word.text, word.length, '.', &number) ||
            !decimal_scaled(&number, 0, &value))
            break;
        *array_push(&r->values) = value;
    }
    struct slice rest = {colon ? colon + 1 : "",
                         colon ? line.length - (size_t)(colon + 1 - line.text) : 0};
    if (r->values.count - value_count == r->type_count && !slice_take_word(&values).length &&
        take_stack(r, rest)) {
        *array_push(&r->samples) = (struct raw_sample){stack_count};
        return true;
    }
    r->values.count = value_count;
    r->stacks.count = stack_count;
    return false;
}

static bool is_label(struct slice line)
{
    return slice_holds(line, ":[") && line.length && line.text[line.length - 1] == ']';
}

/* ---- locations ---- */

/* "main.sum /app/main.go:39:0 s=0": the name may hold blanks, as C++ names do. */
static bool take_frame(struct raw *r, struct slice text)
{
    static const char start[] = " s=";
    struct slice name = text, file = {"", 0};
    const char *s = NULL;
    for (const char *at = text.text;
         (at = memmem(at, text.length - (size_t)(at - text.text), start, sizeof start - 1)); at++)
        s = at;
    if (!s)
        return false;
    struct slice place = {text.text, (size_t)(s - text.text)};
    const char *blank = slice_last(place, ' ');
    if (blank) {
        name.length = (size_t)(blank - text.text);
        file = (struct slice){blank + 1, place.length - name.length - 1};
    } else {
        name = place;
    }
    for (int numbers = 0; numbers < 2; numbers++) {
        size_t end = file.length;
        while (end && ((file.text[end - 1] >= '0' && file.text[end - 1] <= '9') ||
                       file.text[end - 1] == '-'))
            end--;
        if (end && end < file.length && file.text[end - 1] == ':')
            file.length = end - 1;
    }
    if (file.length == 1 && *file.text == ':')
        file.length = 0;
    *array_push(&r->frames) = build_function_n(r->build, name.text, name.length, "", 0, file.text,
                                               file.length, 0, FUNCTION_UNKNOWN);
    return true;
}

static bool take_location(struct raw *r, struct slice line)
{
    struct slice rest = line, number_text = slice_take_word(&rest), address_text;
    struct location location = {.first = r->frames.count};
    uint64_t number;
    bool begins = number_text.length > 1 && number_text.text[number_text.length - 1] == ':' &&
                  decimal_count(number_text.text, number_text.length - 1, &number);
    if (begins) {
        address_text = slice_take_word(&rest);
        if (!slice_begins(address_text, "0x") || !address_take(&address_text, &location.address))
            return false;
        for (struct slice next = rest, word = slice_take_word(&next);
             slice_begins(word, "M=") || slice_is(word, "[F]"); word = slice_take_word(&next))
            rest = next;
        numbered_put(&r->location_of, number, r->locations.count);
        *array_push(&r->locations) = location;
        line = slice_trim(rest);
    }
    if (!r->locations.count)
        return false;
    if (line.length && take_frame(r, line))
        r->locations.data[r->locations.count - 1].count++;
    return begins || line.length;
}

/* "1: 0x400000/0xfcb000/0x0 /bin/server abc123 [FN]" */
static void take_mapping(struct raw *r, struct slice line)
{
    uint64_t start, end, offset;
    (void)slice_take_word(&line);
    line = slice_trim(line);
    if (!address_take(&line, &start) || !slice_begins(line, "/"))
        return;
    line = (struct slice){line.text + 1, line.length - 1};
    if (!address_take(&line, &end) || !slice_begins(line, "/"))
        return;
    line = (struct slice){line.text + 1, line.length - 1};
    if (address_take(&line, &offset))
        addresses_add_mapping(&r->addresses, start, end, offset, slice_take_word(&line));
}

/* ---- the whole ---- */

static void take_header(struct raw *r, struct slice line)
{
    struct slice word = slice_take_word(&line);
    if (slice_is(word, "Comment:") || slice_is(word, "Doc:")) {
        char *text = memory_printf("%.*s", (int)line.length, line.text);
        build_metadata(r->build, "comment", text);
        free(text);
    }
}

static void take_line(struct raw *r, struct slice line, uint64_t number)
{
    static const struct {
        const char *title;
        enum section section;
    } sections[] = {{"Samples:", IN_TYPES}, {"Locations", IN_LOCATIONS}, {"Mappings", IN_MAPPINGS}};
    bool good = true;
    line = slice_trim(line);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (sections[i].section > r->section && slice_is(line, sections[i].title)) {
            r->section = sections[i].section;
            return;
        }
    switch (r->section) {
    case IN_HEADER:
        take_header(r, line);
        break;
    case IN_TYPES:
        take_types(r, line);
        r->section = IN_SAMPLES;
        break;
    case IN_SAMPLES:
        good = take_sample(r, line) || is_label(line) || !line.length;
        break;
    case IN_LOCATIONS:
        good = take_location(r, line);
        break;
    case IN_MAPPINGS:
        take_mapping(r, line);
        break;
    }
    if (!good && !r->odd++)
        r->first_odd = number;
}

static uint32_t context_of(struct raw *r, uint32_t root, uint64_t first, uint64_t end,
                           uint64_t *frames_left)
{
    uint32_t context = root;
    while (end-- > first) {
        uint32_t at = numbered_get(&r->location_of, r->stacks.data[end]), count = 0;
        if (at == NUMBERED_NONE) {
            r->unknown++;
            continue;
        }
        const struct location *location = &r->locations.data[at];
        const uint32_t *frames = r->frames.data + location->first;
        count = location->count;
        if (!count)
            frames = addresses_frames(&r->addresses, location->address, &count);
        if (count > *frames_left || !build_fits(r->build, count))
            return PROFILE_NONE;
        *frames_left -= count;
        while (count-- > 0)
            context = build_context(r->build, context, frames[count]);
    }
    if (context == root)
        context = build_context(
            r->build, root, build_function(r->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN));
    return context;
}

static int state_samples(struct raw *r, struct error *err)
{
    uint32_t thread = build_thread(r->build, "all", 0, build_process(r->build, "", 0));
    uint32_t root = build_root(r->build, thread);
    uint64_t frames_left = FRAMES_MAX(r->stacks.count);
    for (uint32_t i = 0; i < r->samples.count; i++) {
        bool last = i + 1 == r->samples.count;
        uint64_t end = last ? r->stacks.count : r->samples.data[i + 1].first;
        uint32_t context = context_of(r, root, r->samples.data[i].first, end, &frames_left);
        if (context == PROFILE_NONE)
            return error_set(err, ERROR_LIMIT,
                             "its inlined calls come to too many frames for its size");
        for (uint32_t type = 0; type < r->type_count; type++) {
            int64_t value = r->values.data[(size_t)i * r->type_count + type];
            if (__builtin_mul_overflow(value, r->types[type].factor, &value) || value == INT64_MIN)
                r->too_large++;
            else
                build_context_self(r->build, context, r->types[type].metric, value);
        }
    }
    return 0;
}

static int conclude(struct raw *r, struct error *err)
{
    if (!r->type_count)
        return error_set(err, ERROR_FORMAT, "holds no types of samples");
    if (state_samples(r, err))
        return -1;
    build_note_count(r->build, r->unknown, "references are to what is not there");
    build_note_count(r->build, r->too_large, "values are too large and are left out");
    if (r->odd)
        build_note(r->build, "%" PRIu64 " lines are not understood, the first is line %" PRIu64,
                   r->odd, r->first_odd);
    if (!r->samples.count)
        build_note(r->build, "holds no samples");
    return 0;
}

static int read_raw(struct input *input, struct build *build, struct error *err)
{
    struct raw r = {.build = build, .addresses = {.build = build}};
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        take_line(&r, line, input_line_number(input));
    if (more < 0 && err->code == ERROR_TRUNCATED && r.samples.count) {
        build_cut(build, err);
        more = 0;
    }
    build_bound(build, input_offset(input));
    if (!more)
        more = conclude(&r, err);
    addresses_free(&r.addresses);
    array_free(&r.samples);
    array_free(&r.values);
    array_free(&r.stacks);
    array_free(&r.locations);
    array_free(&r.frames);
    numbered_free(&r.location_of);
    return more;
}

static int probe_raw(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    bool period = slice_begins(text, "PeriodType:") || slice_holds(text, "\nPeriodType:");
    if (!period || !slice_holds(text, "\nPeriod: "))
        return 0;
    return slice_holds(text, "\nSamples:\n") ? 90 : 60;
}

const struct reader pprof_raw_reader = {
    .name = "pprof-raw",
    .description = "the text of `pprof -raw`",
    .suffixes = "txt raw",
    .probe = probe_raw,
    .read = read_raw,
};
