/*
 * The text of `perf script`: samples, each a header line and a line a frame, the innermost first.
 *
 *     comm  pid/tid [cpu]  time:  period event:
 *     <TAB>   address symbol+0xoffset (module)
 *       file.c:376
 *
 * Of a header only the thread and the event are always there. Each event is a metric: the sum of
 * its periods, in seconds for the clocks (cpu-clock, task-clock), and another that counts its
 * samples; where headers have no period there is only the latter.
 *
 *   - A comm may hold blanks and digits: the thread is the first number that a [cpu], a time or
 *     an event follows.
 *   - Blank lines are not relied upon: a sample ends where the next header comes.
 *   - A function is a symbol and its module; offsets are dropped. "[unknown]" is one a module.
 *   - Samples without a chain are of a frame "[no frame]", so that shares add up.
 *   - A line with a place (-F +srcline) gives the frame before it its file and line.
 */
#include "formats/format.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"
#include "formats/readers/perf_lines.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 31u

struct event {
    char *name;
    uint32_t samples, period; /* metrics; period: PROFILE_NONE when there is none */
};

struct owner {
    uint64_t process, thread;
    uint32_t comm;   /* a name */
    uint32_t number; /* of the build */
    uint32_t root;
};

struct perf {
    struct build *build;
    struct names frames, comms;
    ARRAY(struct event) events;
    ARRAY(struct owner) owners;
    struct index owner_index;
    struct index process_index; /* of `processes` */
    ARRAY(struct owner) processes;
    ARRAY(uint32_t) stack; /* functions, the innermost first */
    struct slice last;     /* the symbol and module of the frame before, in `text` */
    char *text;
    size_t capacity;
    struct perf_sample_header
        header; /* of the sample being read; its slices are not valid any more */
    uint32_t owner, event;
    bool open;
    int64_t first, end;
    uint64_t samples, odd, dropped;
};

/* ---- frames ---- */

static uint32_t state_function(struct perf *perf, struct slice text, struct slice place)
{
    struct slice module = perf_module(&text), name = perf_without_offset(text), file = {"", 0};
    uint64_t line = 0;
    const char *colon = place.length ? memrchr(place.text, ':', place.length) : NULL;
    if (colon && decimal_count(colon + 1, (size_t)(place.text + place.length - colon - 1), &line) &&
        line <= UINT32_MAX)
        file = (struct slice){place.text, (size_t)(colon - place.text)};
    if (slice_is(module, "inlined"))
        module.length = 0;
    return build_function_n(perf->build, name.text, name.length, module.text, module.length,
                            file.text, file.length, file.length ? (uint32_t)line : 0,
                            FUNCTION_NATIVE);
}

static void remember(struct perf *perf, struct slice text)
{
    if (text.length > perf->capacity) {
        perf->capacity = text.length * 2;
        perf->text = memory_resize(perf->text, perf->capacity, 1);
    }
    if (text.length)
        memcpy(perf->text, text.text, text.length);
    perf->last = (struct slice){perf->text, text.length};
}

/* A frame's line without the address; false: it is no such line. */
static bool take_frame(struct perf *perf, struct slice line)
{
    struct slice address;
    bool added;
    if (!perf_word(&line, &address) || !perf_is_hex(address))
        return false;
    line = slice_trim(line);
    uint32_t *function = names_value(&perf->frames, line, &added);
    if (added)
        *function = state_function(perf, line.length ? line : address, (struct slice){"", 0});
    *array_push(&perf->stack) = *function;
    remember(perf, line);
    return true;
}

/* "  file.c:376" after a frame. */
static void take_place(struct perf *perf, struct slice line)
{
    struct slice place = slice_trim(line);
    if (!perf->stack.count || !memchr(place.text, ':', place.length)) {
        perf->odd++;
        return;
    }
    perf->stack.data[perf->stack.count - 1] = state_function(perf, perf->last, place);
}

/* ---- samples ---- */

static uint32_t event_of(struct perf *perf, const struct perf_sample_header *header)
{
    for (uint32_t i = 0; i < perf->events.count; i++)
        if (slice_is(header->event, perf->events.data[i].name))
            return i;
    if (perf->events.count == EVENTS_MAX)
        return UINT32_MAX;
    struct event event = {.period = PROFILE_NONE};
    char *name = memory_printf("%.*s", (int)header->event.length, header->event.text);
    bool clock = !strncmp(name, "cpu-clock", 9) || !strncmp(name, "task-clock", 10);
    if (header->has_period)
        event.period = build_metric(perf->build, name, clock ? "s" : "",
                                    clock ? METRIC_TIME : METRIC_COUNT, clock ? 1e-9 : 1);
    char *samples = memory_printf("%s samples", name);
    event.samples = build_metric(perf->build, header->has_period ? samples : name, "samples",
                                 METRIC_SAMPLES, 1);
    free(samples);
    event.name = name;
    *array_push(&perf->events) = event;
    return perf->events.count - 1;
}

static bool same_owner(const void *items, uint32_t at, const void *key)
{
    const struct owner *a = (const struct owner *)items + at, *b = key;
    return a->process == b->process && a->thread == b->thread && a->comm == b->comm;
}

static uint64_t hash_owner(const struct owner *owner)
{
    uint64_t hash = (owner->process ^ owner->thread << 24) * UINT64_C(0x9e3779b97f4a7c15);
    hash = (hash ^ owner->comm) * UINT64_C(0xff51afd7ed558ccd);
    return hash ^ hash >> 32;
}

/* Headers with one number have the thread's: then nothing is known of the process. */
static uint32_t process_of(struct perf *perf, const struct perf_sample_header *header)
{
    struct owner key = {.process = header->has_process ? header->process : 0};
    uint64_t hash = hash_owner(&key);
    uint32_t at = index_find(&perf->process_index, hash, perf->processes.data, same_owner, &key);
    if (at != UINT32_MAX)
        return perf->processes.data[at].number;
    index_add(&perf->process_index, hash, perf->processes.count);
    key.number = build_process(perf->build, "", key.process);
    *array_push(&perf->processes) = key;
    return key.number;
}

static uint32_t owner_of(struct perf *perf, const struct perf_sample_header *header)
{
    bool added;
    uint32_t *comm = names_value(&perf->comms, header->comm, &added);
    if (added)
        *comm = perf->comms.items.count - 1;
    struct owner key = {.process = header->process, .thread = header->thread, .comm = *comm};
    if (perf->owner < perf->owners.count && same_owner(perf->owners.data, perf->owner, &key))
        return perf->owner;
    uint64_t hash = hash_owner(&key);
    uint32_t at = index_find(&perf->owner_index, hash, perf->owners.data, same_owner, &key);
    if (at != UINT32_MAX)
        return at;
    char *name = memory_printf("%.*s", (int)header->comm.length, header->comm.text);
    key.number = build_thread(perf->build, name, header->thread, process_of(perf, header));
    free(name);
    key.root = build_root(perf->build, key.number);
    index_add(&perf->owner_index, hash, perf->owners.count);
    *array_push(&perf->owners) = key;
    return perf->owners.count - 1;
}

static uint32_t no_frame(struct perf *perf)
{
    return build_function(perf->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN);
}

static void close_sample(struct perf *perf)
{
    if (!perf->open)
        return;
    const struct event *event = &perf->events.data[perf->event];
    uint32_t context = perf->owners.data[perf->owner].root;
    if (!perf->stack.count)
        *array_push(&perf->stack) = no_frame(perf);
    for (uint32_t i = perf->stack.count; i--;)
        context = build_context(perf->build, context, perf->stack.data[i]);
    build_context_self(perf->build, context, event->samples, 1);
    uint64_t period = perf->header.has_period ? perf->header.period : 0;
    if (event->period != PROFILE_NONE)
        build_context_self(perf->build, context, event->period,
                           period < INT64_MAX ? (int64_t)period : INT64_MAX);
    if (perf->header.time != INT64_MIN) {
        if (perf->header.time < perf->first)
            perf->first = perf->header.time;
        if (perf->header.time > perf->end)
            perf->end = perf->header.time;
    }
    perf->samples++;
    perf->stack.count = 0;
    perf->open = false;
}

static void open_sample(struct perf *perf, const struct perf_sample_header *header)
{
    close_sample(perf);
    perf->event = event_of(perf, header);
    if (perf->event == UINT32_MAX) {
        perf->dropped++;
        return;
    }
    perf->owner = owner_of(perf, header);
    perf->header = *header;
    perf->open = true;
    if (header->rest.length)
        (void)take_frame(perf, header->rest); /* a chain of one, on the header's line */
}

static void take_line(struct perf *perf, struct slice line)
{
    struct perf_sample_header header;
    struct slice trimmed = slice_trim(line);
    if (!trimmed.length || *line.text == '#')
        return;
    /* Most lines are frames, and those begin with a tab. */
    if (*line.text == '\t' && perf->open && take_frame(perf, line))
        return;
    if (perf_header(line, &header))
        open_sample(perf, &header);
    else if (perf->open && !take_frame(perf, line))
        take_place(perf, line);
    else if (!perf->open)
        perf->odd++;
}

/* ---- the file ---- */

static int read_lines(struct perf *perf, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0)
        take_line(perf, line);
    close_sample(perf);
    if (more < 0 && (err->code != ERROR_TRUNCATED || !perf->samples))
        return -1;
    if (more < 0)
        build_cut(perf->build, err);
    if (!perf->samples)
        build_note(perf->build, "holds no sample");
    if (perf->first < perf->end)
        build_times(perf->build, 0, perf->end - perf->first);
    if (perf->odd)
        build_note(perf->build, "%" PRIu64 " lines are neither a header nor a frame", perf->odd);
    if (perf->dropped)
        build_note(perf->build, "%" PRIu64 " samples of further events are left out",
                   perf->dropped);
    return 0;
}

static int read_perf_script(struct input *input, struct build *build, struct error *err)
{
    struct perf perf = {.build = build, .first = INT64_MAX, .end = INT64_MIN};
    int status = read_lines(&perf, input, err);
    for (uint32_t i = 0; i < perf.events.count; i++)
        free(perf.events.data[i].name);
    array_free(&perf.events);
    array_free(&perf.owners);
    array_free(&perf.processes);
    array_free(&perf.stack);
    index_free(&perf.owner_index);
    index_free(&perf.process_index);
    names_free(&perf.frames);
    names_free(&perf.comms);
    free(perf.text);
    return status;
}

/* A header, and of the lines before the next one a frame. */
static int probe_perf_script(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    struct perf_sample_header header;
    unsigned headers = 0, frames = 0, others = 0;
    if (memchr(head, '\0', size))
        return 0;
    while (text.length) {
        const char *end = memchr(text.text, '\n', text.length);
        struct slice line = {text.text, end ? (size_t)(end - text.text) : text.length}, word;
        size_t used = line.length + (end != NULL);
        text = (struct slice){text.text + used, text.length - used};
        struct slice trimmed = slice_trim(line);
        if (!trimmed.length || *line.text == '#')
            continue;
        if (perf_header(line, &header))
            headers++;
        else if (perf_word(&trimmed, &word) && perf_is_hex(word))
            frames++;
        else
            others++;
    }
    return headers && headers + frames >= others ? frames || headers > 1 ? 55 : 25 : 0;
}

const struct reader perf_script_reader = {
    .name = "perf-script",
    .description = "the text of perf script",
    .suffixes = "perf script",
    .probe = probe_perf_script,
    .read = read_perf_script,
};
