/*
 * line_profiler's .lprof: a pickle of LineStats, whose state is
 *
 *     {"timings": {(file, line, name): [(line, hits, time), ...]}, "unit": seconds}
 *
 * A function's lines are below it in the tree, as functions of their own: "line 7 of work". The
 * time of a line has that of the functions it calls in it. Where those were profiled too it
 * counts twice, as in line_profiler's own report, and a note says so.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/pickle.h"

#include <math.h>
#include <stdlib.h>

struct lprof {
    struct build *build;
    struct pickle *pickle;
    double unit; /* in nanoseconds; 0: unknown */
    uint32_t root, time, hits;
    uint64_t functions;
};

struct timed_function {
    struct slice file, name;
    uint32_t context;
};

static uint32_t line_number(const struct pickle *pickle, uint32_t value)
{
    int64_t line = pickle_integer(pickle, value);
    return line > 0 && line <= UINT32_MAX ? (uint32_t)line : 0;
}

static int64_t nanoseconds(double time)
{
    return fabs(time) < 9e18 ? (int64_t)llround(time) : 0;
}

static void state_line(struct lprof *l, const struct timed_function *function, uint32_t entry)
{
    uint32_t parts[3];
    if (pickle_take(l->pickle, entry, parts, 3) != 3)
        return;
    uint32_t line = line_number(l->pickle, parts[0]);
    char *name = memory_printf("line %u of %.*s", line, (int)(function->name.length & 0xfff),
                               function->name.text);
    uint32_t of_build = build_function_n(l->build, name, strlen(name), "", 0, function->file.text,
                                         function->file.length, line, FUNCTION_PYTHON);
    uint32_t context = build_context(l->build, function->context, of_build);
    double time = pickle_float(l->pickle, parts[2]) * l->unit;
    if (l->unit > 0)
        build_context_self(l->build, context, l->time, nanoseconds(time));
    build_context_self(l->build, context, l->hits, pickle_integer(l->pickle, parts[1]));
    free(name);
}

static void state_function(struct lprof *l, uint32_t key, uint32_t lines)
{
    uint32_t parts[3], entry, at = pickle_first(l->pickle, lines);
    if (pickle_take(l->pickle, key, parts, 3) != 3)
        return;
    struct timed_function function = {.file = pickle_text(l->pickle, parts[0]),
                                      .name = pickle_text(l->pickle, parts[2])};
    if (!at)
        return; /* never called */
    uint32_t of_build = build_function_n(l->build, function.name.text, function.name.length, "", 0,
                                         function.file.text, function.file.length,
                                         line_number(l->pickle, parts[1]), FUNCTION_PYTHON);
    function.context = build_context(l->build, l->root, of_build);
    l->functions++;
    while (pickle_next(l->pickle, &at, &entry))
        state_line(l, &function, entry);
}

static int state_all(struct pickle *pickle, void *context, struct error *err)
{
    struct lprof *l = context;
    l->pickle = pickle;
    uint32_t state = pickle_state(l->pickle, pickle_root(l->pickle)), key, lines;
    uint32_t timings = pickle_member(l->pickle, state, "timings");
    if (pickle_type(l->pickle, timings) != PICKLE_DICT)
        return error_set(err, ERROR_FORMAT, "is no pickle of line_profiler: it has no timings");
    l->unit = pickle_float(l->pickle, pickle_member(l->pickle, state, "unit")) * 1e9;
    if (l->unit > 0)
        l->time = build_metric(l->build, "wall", "s", METRIC_TIME, 1e-9);
    else
        build_note(l->build, "its unit of time is missing: only the hits are shown");
    l->hits = build_metric(l->build, "hits", "", METRIC_COUNT, 1);
    uint32_t thread = build_thread(l->build, "", 0, build_process(l->build, "", 0));
    l->root = build_root(l->build, thread);
    uint32_t at = pickle_first(l->pickle, timings);
    while (pickle_next(l->pickle, &at, &key) && pickle_next(l->pickle, &at, &lines))
        state_function(l, key, lines);
    if (l->functions > 1)
        build_note(l->build, "the time of a line has that of the functions it calls in it: of "
                             "functions that call each other it counts twice");
    if (!l->functions)
        build_note(l->build, "holds no function that was called");
    return 0;
}

static int read_lprof(struct input *input, struct build *build, struct error *err)
{
    struct lprof l = {.build = build};
    return pickle_tell(input, &(struct pickle_teller){state_all, &l}, build, err);
}

static int probe_lprof(const uint8_t *head, size_t size)
{
    return pickle_holds(head, size, "LineStats") && pickle_holds(head, size, "line_profiler") ? 100
                                                                                              : 0;
}

const struct reader lprof_reader = {
    .name = "lprof",
    .description = "line_profiler's .lprof",
    .suffixes = "lprof",
    .probe = probe_lprof,
    .read = read_lprof,
};
