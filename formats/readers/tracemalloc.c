/*
 * Snapshots of Python's tracemalloc (Snapshot.dump): a pickle of a Snapshot, whose traces are
 *
 *     (domain, size, ((file, line), ...), frames in all)     since 3.9
 *     (domain, size, ((file, line), ...))                    since 3.6
 *     (size, ((file, line), ...))                            before
 *
 * with the most recent frame first. A frame is a line, not a function: its name is "app.py:12".
 * Each trace is a block of memory that was in use: metrics are bytes ("size") and blocks ("count").
 * A traceback has at most as many frames as tracemalloc was told to keep; where there were more the
 * outer ones are missing, and "[more frames]" stands for them.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/numbered.h"
#include "formats/readers/pickle.h"

#include <stdlib.h>

struct snapshot {
    struct build *build;
    struct pickle *pickle;
    struct numbered functions; /* of frames, by their value */
    struct numbered contexts;  /* of tracebacks, by their value: many traces share one */
    ARRAY(uint32_t) frames;
    uint32_t root, size, count;
    uint64_t traces, odd;
};

static uint32_t function_of(struct snapshot *s, uint32_t frame)
{
    uint32_t parts[2], function = numbered_get(&s->functions, frame);
    if (function != NUMBERED_NONE)
        return function;
    (void)pickle_take(s->pickle, frame, parts, 2);
    struct slice file = pickle_text(s->pickle, parts[0]);
    int64_t number = pickle_integer(s->pickle, parts[1]);
    uint32_t line = number > 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
    const char *slash = file.length ? memrchr(file.text, '/', file.length) : NULL;
    const char *base = slash ? slash + 1 : file.text;
    int length = (int)((size_t)(file.text + file.length - base) & 0xfff);
    char *name = memory_printf("%.*s:%u", length, base, line);
    function = build_function_n(s->build, name, strlen(name), "", 0, file.text, file.length, line,
                                FUNCTION_PYTHON);
    free(name);
    numbered_put(&s->functions, frame, function);
    return function;
}

static uint32_t context_of(struct snapshot *s, uint32_t traceback, int64_t all)
{
    uint32_t frame, at = pickle_first(s->pickle, traceback);
    uint32_t context = numbered_get(&s->contexts, traceback);
    if (context != NUMBERED_NONE)
        return context;
    context = s->root;
    s->frames.count = 0;
    while (pickle_next(s->pickle, &at, &frame))
        *array_push(&s->frames) = function_of(s, frame);
    if (all > s->frames.count || !s->frames.count)
        context = build_context(s->build, context,
                                build_function(s->build, all > 0 ? "[more frames]" : "[no frame]",
                                               "", "", 0, FUNCTION_UNKNOWN));
    for (uint32_t i = s->frames.count; i--;)
        context = build_context(s->build, context, s->frames.data[i]);
    numbered_put(&s->contexts, traceback, context);
    return context;
}

static void state_trace(struct snapshot *s, uint32_t trace)
{
    uint32_t parts[4], count = pickle_take(s->pickle, trace, parts, 4);
    uint32_t first = count > 2; /* behind the domain */
    if (count < 2 || pickle_type(s->pickle, parts[first + 1]) != PICKLE_LIST) {
        s->odd++;
        return;
    }
    int64_t size = pickle_integer(s->pickle, parts[first]);
    int64_t all = count > 3 ? pickle_integer(s->pickle, parts[3]) : 0;
    uint32_t context = context_of(s, parts[first + 1], all);
    build_context_self(s->build, context, s->size, size);
    build_context_self(s->build, context, s->count, 1);
    s->traces++;
}

static int state_all(struct pickle *p, void *context, struct error *err)
{
    struct snapshot *s = context;
    s->pickle = p;
    uint32_t state = pickle_state(p, pickle_root(p)), trace;
    uint32_t traces =
        pickle_member(p, pickle_state(p, pickle_member(p, state, "traces")), "_traces");
    if (pickle_type(p, traces) != PICKLE_LIST)
        return error_set(err, ERROR_FORMAT, "is no snapshot of tracemalloc: it has no traces");
    s->size = build_metric(s->build, "size", "bytes", METRIC_BYTES, 1);
    s->count = build_metric(s->build, "count", "", METRIC_COUNT, 1);
    s->root = build_root(s->build, build_thread(s->build, "", 0, build_process(s->build, "", 0)));
    uint32_t at = pickle_first(p, traces);
    while (pickle_next(p, &at, &trace))
        state_trace(s, trace);
    if (s->odd)
        build_note(s->build, "%llu traces are none and are left out", (unsigned long long)s->odd);
    if (!s->traces)
        build_note(s->build, "holds no trace");
    return 0;
}

static int read_tracemalloc(struct input *input, struct build *build, struct error *err)
{
    struct snapshot s = {.build = build};
    int status = pickle_tell(input, &(struct pickle_teller){state_all, &s}, build, err);
    numbered_free(&s.functions);
    numbered_free(&s.contexts);
    array_free(&s.frames);
    return status;
}

static int probe_tracemalloc(const uint8_t *head, size_t size)
{
    return pickle_holds(head, size, "tracemalloc") && pickle_holds(head, size, "Snapshot") ? 100
                                                                                           : 0;
}

const struct reader tracemalloc_reader = {
    .name = "tracemalloc",
    .description = "snapshots of Python's tracemalloc",
    .suffixes = "snapshot tracemalloc",
    .probe = probe_tracemalloc,
    .read = read_tracemalloc,
};
