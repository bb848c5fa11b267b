/*
 * Profiles of Firefox: raw ones of Gecko's profiler, with one profile a process in another
 * ("processes", or a text of JSON among the threads), and those that the Firefox Profiler, samply
 * and other tools write ("preprocessedProfileVersion"), with tables a thread or shared by all.
 *
 *   wall      a sample lasts until its thread's next one, the last for meta.interval. In a thread
 *             with weights of type tracing-ms the weights are the time.
 *   samples   how many there are, or their weights; a third metric where weights are bytes.
 *
 *   - Samples without a stack (idle threads) are of no function.
 *   - A location "name (file:12:3)" is taken apart; file and line of a processed profile are those
 *     of its funcTable. The module of native code is its resource (library).
 *   - Markers, counters and allocations are left out.
 *
 * Source: docs-developer/gecko-profile-format.md and processed-profile-format of
 * firefox-devtools/profiler.
 */
#include "formats/format.h"
#include "formats/readers/gecko_document.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define UNIT 1000000

struct gecko {
    struct build *build;
    struct gecko_document document;
    struct names processes;
    uint32_t wall, samples, bytes; /* metrics; bytes: PROFILE_NONE until it is needed */
    uint64_t contexts, contexts_max, dropped;
    int64_t begin, end; /* ns */
};

/* A thread while its samples are stated; each table is its own or the shared one. */
struct view {
    const struct gecko_table *stacks, *frames, *functions, *resources, *sources;
    const struct gecko_strings *strings;
    struct numbered contexts;     /* by stack */
    struct numbered functions_of; /* by frame */
    ARRAY(uint32_t) chain;
    uint32_t root;
};

/* ---- functions ---- */

static struct gecko_string string_at(const struct view *view, uint32_t at)
{
    return at < view->strings->count ? view->strings->data[at] : (struct gecko_string){0};
}

static uint32_t line_at(const struct gecko_table *table, enum gecko_column column, uint32_t row)
{
    uint32_t line = gecko_index(table, column, row);
    return line == PROFILE_NONE ? 0 : line;
}

static uint32_t state_located(struct gecko *g, const struct view *view, uint32_t frame)
{
    struct gecko_string s = string_at(view, gecko_index(view->frames, GECKO_LOCATION, frame));
    return build_function_of(g->build, s.name, 0, s.file, s.line, FUNCTION_UNKNOWN);
}

static uint32_t state_function(struct gecko *g, const struct view *view, uint32_t function)
{
    struct gecko_string name = string_at(view, gecko_index(view->functions, GECKO_NAME, function));
    uint32_t file = gecko_index(view->functions, GECKO_FILE_NAME, function), library = 0;
    uint32_t source = gecko_index(view->functions, GECKO_SOURCE, function);
    uint32_t resource = gecko_index(view->functions, GECKO_RESOURCE, function);
    if (file == PROFILE_NONE && source != PROFILE_NONE)
        file = gecko_index(view->sources, GECKO_FILE_NAME, source);
    file = string_at(view, file).whole;
    if (!file && name.file)
        return build_function_of(g->build, name.name, 0, name.file, name.line, FUNCTION_UNKNOWN);
    if (!file && resource != PROFILE_NONE)
        library = string_at(view, gecko_index(view->resources, GECKO_NAME, resource)).whole;
    uint32_t line = file ? line_at(view->functions, GECKO_LINE_NUMBER, function) : 0;
    return build_function_of(g->build, name.whole, library, file, line, FUNCTION_UNKNOWN);
}

static uint32_t function_of(struct gecko *g, struct view *view, uint32_t frame)
{
    if (frame >= view->frames->rows)
        return build_function(g->build, "[unknown]", "", "", 0, FUNCTION_UNKNOWN);
    uint32_t known = numbered_get(&view->functions_of, frame);
    if (known != NUMBERED_NONE)
        return known;
    uint32_t function = gecko_index(view->frames, GECKO_FUNC, frame);
    known = function == PROFILE_NONE ? state_located(g, view, frame)
                                     : state_function(g, view, function);
    numbered_put(&view->functions_of, frame, known);
    return known;
}

/* ---- samples ---- */

/* PROFILE_NONE when the file would make more contexts than it has bytes. */
static uint32_t context_of(struct gecko *g, struct view *view, uint32_t stack)
{
    view->chain.count = 0;
    uint32_t context = view->root;
    while (stack != PROFILE_NONE) {
        uint32_t known = numbered_get(&view->contexts, stack);
        if (known != NUMBERED_NONE) {
            context = known;
            break;
        }
        *array_push(&view->chain) = stack;
        uint32_t prefix = gecko_index(view->stacks, GECKO_PREFIX, stack);
        stack = prefix < stack ? prefix : PROFILE_NONE; /* a caller stands before its callees */
    }
    if (g->contexts + view->chain.count > g->contexts_max)
        return PROFILE_NONE;
    g->contexts += view->chain.count;
    for (uint32_t i = view->chain.count; i--;) {
        uint32_t frame = gecko_index(view->stacks, GECKO_FRAME, view->chain.data[i]);
        context = build_context(g->build, context, function_of(g, view, frame));
        numbered_put(&view->contexts, view->chain.data[i], context);
    }
    return context;
}

static void add_sample(struct gecko *g, const struct gecko_thread *thread, uint32_t row,
                       uint32_t context, int64_t time)
{
    const struct gecko_table *samples = &thread->samples;
    int64_t weight = gecko_value(samples, GECKO_WEIGHT, row);
    char type = gecko_has(samples, GECKO_WEIGHT) ? samples->weight_type : '\0';
    if (weight == GECKO_NULL)
        weight = UNIT;
    if (type == 'b') {
        if (g->bytes == PROFILE_NONE)
            g->bytes = build_metric(g->build, "bytes", "bytes", METRIC_BYTES, 1);
        build_context_self(g->build, context, g->bytes, weight / UNIT);
    } else {
        build_context_self(g->build, context, g->wall, type == 't' ? weight : time);
    }
    build_context_self(g->build, context, g->samples, type == 's' ? weight / UNIT : 1);
}

/* The time of a sample; with deltas they must be asked for in their order. */
static int64_t time_of(const struct gecko_table *samples, uint32_t row, int64_t *last)
{
    int64_t delta = gecko_value(samples, GECKO_TIME_DELTAS, row);
    int64_t time = gecko_value(samples, GECKO_TIME, row);
    if (time == GECKO_NULL && (delta == GECKO_NULL || __builtin_add_overflow(*last, delta, &time)))
        return *last;
    if (time > *last)
        *last = time;
    return time;
}

/* 0 where time runs backwards, or further than it can. */
static int64_t between(int64_t from, int64_t to)
{
    int64_t lasts;
    return to < from || __builtin_sub_overflow(to, from, &lasts) ? 0 : lasts;
}

static void state_samples(struct gecko *g, const struct gecko_thread *thread, struct view *view)
{
    int64_t last = INT64_MIN / 4, next;
    const struct gecko_table *samples = &thread->samples;
    if (gecko_has(samples, GECKO_TIME_DELTAS))
        last = 0;
    int64_t time = time_of(samples, 0, &last);
    for (uint32_t row = 0; row < samples->rows; row++, time = next) {
        bool final = row + 1 == samples->rows;
        next = final ? time : time_of(samples, row + 1, &last);
        int64_t lasts = final ? thread->interval : between(time, next);
        uint32_t stack = gecko_index(samples, GECKO_STACK, row);
        if (time < g->begin)
            g->begin = time;
        if (time > g->end)
            g->end = time;
        if (stack >= view->stacks->rows)
            continue;
        uint32_t context = context_of(g, view, stack);
        if (context == PROFILE_NONE)
            g->dropped++;
        else
            add_sample(g, thread, row, context, lasts);
    }
}

/* ---- threads ---- */

static const struct gecko_table *either(const struct gecko_table *own,
                                        const struct gecko_table *shared)
{
    return own->rows ? own : shared;
}

static uint32_t process_of(struct gecko *g, const struct gecko_thread *thread)
{
    const char *pid = thread->pid ? thread->pid : "";
    uint64_t number = 0;
    bool added;
    uint32_t *process = names_value(&g->processes, (struct slice){pid, strlen(pid)}, &added);
    if (!added)
        return *process;
    const char *name = thread->process_name ? thread->process_name : thread->process_type;
    if (!decimal_count(pid, strlen(pid), &number))
        number = 0;
    *process = build_process(g->build, name ? name : "", number);
    return *process;
}

static void state_thread(struct gecko *g, const struct gecko_thread *thread)
{
    const struct gecko_set *own = &thread->own, *shared = &g->document.shared;
    struct view view = {.stacks = either(&own->stacks, &shared->stacks),
                        .frames = either(&own->frames, &shared->frames),
                        .functions = either(&own->functions, &shared->functions),
                        .resources = either(&own->resources, &shared->resources),
                        .sources = either(&own->sources, &shared->sources),
                        .strings = own->strings.count ? &own->strings : &shared->strings};
    uint32_t number = build_thread(g->build, thread->name ? thread->name : "", thread->tid,
                                   process_of(g, thread));
    view.root = build_root(g->build, number);
    if (thread->samples.rows)
        state_samples(g, thread, &view);
    numbered_free(&view.contexts);
    numbered_free(&view.functions_of);
    array_free(&view.chain);
}

static void state(struct gecko *g)
{
    g->wall = build_metric(g->build, "wall", "s", METRIC_TIME, 1e-9);
    g->samples = build_metric(g->build, "samples", "samples", METRIC_SAMPLES, 1);
    for (uint32_t i = 0; i < g->document.threads.count; i++)
        state_thread(g, &g->document.threads.data[i]);
    if (g->begin < g->end)
        build_times(g->build, 0, between(g->begin, g->end));
    if (!g->document.threads.count)
        build_note(g->build, "holds no thread");
    else if (!g->contexts)
        build_note(g->build, "holds no sample with a stack");
    if (g->dropped)
        build_note(g->build,
                   "%" PRIu64 " samples are left out: their stacks are more than the file "
                   "has bytes",
                   g->dropped);
    if (g->document.cut)
        build_note(g->build, "%" PRIu64 " processes are cut short: %s", g->document.cut,
                   g->document.nested.text);
}

static int read_gecko(struct input *input, struct build *build, struct error *err)
{
    struct gecko g = {.build = build,
                      .document.build = build,
                      .bytes = PROFILE_NONE,
                      .begin = INT64_MAX,
                      .end = INT64_MIN};
    struct scan *scan = scan_new(input);
    gecko_document_read(&g.document, scan);
    int status = scan_end(scan, err);
    scan_note(scan, build);
    scan_free(scan);
    g.contexts_max = input_offset(input);
    if (status && err->code == ERROR_TRUNCATED && g.document.threads.count) {
        build_cut(build, err);
        status = 0;
    }
    if (!status)
        state(&g);
    gecko_document_free(&g.document);
    names_free(&g.processes);
    return status;
}

static int probe_gecko(const uint8_t *head, size_t size)
{
    static const char *const words[] = {"\"preprocessedProfileVersion\"",
                                        "\"stackwalk\"",
                                        "\"processType\"",
                                        "\"breakpadId\"",
                                        "\"appBuildID\"",
                                        "\"categories\"",
                                        "\"libs\"",
                                        "\"interval\"",
                                        "\"pausedRanges\"",
                                        "\"stackTable\""};
    struct slice text = {(const char *)head, size};
    int known = 0;
    if (!slice_begins_json(text, '{'))
        return 0;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        known += slice_holds(text, words[i]);
    if (slice_holds(text, words[0]) || known > 3)
        return 70;
    return known > 2 || (known == 2 && slice_holds(text, "\"breakpadId\"")) ? 50 : 0;
}

const struct reader gecko_reader = {
    .name = "gecko",
    .description = "Firefox profiles: Gecko's, the Firefox Profiler's, samply's",
    .suffixes = "json",
    .probe = probe_gecko,
    .read = read_gecko,
};
