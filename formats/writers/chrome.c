/*
 * Chrome's trace events: a complete event ("X") for each context of the call tree, laid into one
 * another and one after another as they stand in the tree. The format is in
 * formats/readers/chrome.c.
 *
 * A profile holds sums, no moments: where an event stands says nothing, how long it is does.
 * "otherData" says so, and each event has among its arguments its depth in the tree, from 1, and
 * the number of calls it stands for.
 * Times are microseconds with three decimals; what is no time is written as if its unit
 * were a microsecond. Processes and threads are numbered from 1.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#define NOT_A_TIMELINE                                                                             \
    "not a timeline: calls are summed by call path and laid out one after another"

struct chrome_out {
    const struct profile *profile;
    FILE *file;
    int64_t *room, *start; /* by context, both in thousandths of what is written */
    uint32_t *depth;       /* by context; a thread's root has 0 */
    bool has_events;
};

static void begin_event(struct chrome_out *o, char phase, uint32_t process, uint32_t thread)
{
    fprintf(o->file, "%s\n{\"ph\":\"%c\",\"pid\":%" PRIu32 ",\"tid\":%" PRIu32 ",\"name\":",
            o->has_events ? "," : "", phase, process + 1, thread + 1);
    o->has_events = true;
}

static void put_label(struct chrome_out *o, const char *kind, uint32_t process, uint32_t thread,
                      const char *name)
{
    if (!name[0])
        return;
    begin_event(o, 'M', process, thread);
    fprintf(o->file, "\"%s\",\"args\":{\"name\":", kind);
    tree_put_json(name, o->file);
    fputs("}}", o->file);
}

static void put_labels(struct chrome_out *o)
{
    const struct profile *profile = o->profile;
    for (uint32_t p = 0; p < profile->process_count; p++)
        put_label(o, "process_name", p, 0, profile->processes[p].name);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        put_label(o, "thread_name", profile->threads[t].process, t, profile->threads[t].name);
}

static void put_thousandths(struct chrome_out *o, const char *key, int64_t value)
{
    fprintf(o->file, ",\"%s\":%" PRId64 ".%03d", key, value / 1000, (int)(value % 1000));
}

/* The reader takes a function's file and line out of "name (file:line)". */
static void put_name(struct chrome_out *o, const struct function *function)
{
    if (!function->file[0] || !function->line) {
        tree_put_json(function->name, o->file);
        return;
    }
    char *name =
        memory_printf("%s (%s:%" PRIu32 ")", function->name, function->file, function->line);
    tree_put_json(name, o->file);
    free(name);
}

static void put_context(struct chrome_out *o, uint32_t thread, uint32_t c)
{
    const struct function *function = &o->profile->functions[o->profile->contexts[c].function];
    begin_event(o, 'X', o->profile->threads[thread].process, thread);
    put_name(o, function);
    put_thousandths(o, "ts", o->start[c]);
    put_thousandths(o, "dur", o->room[c]);
    fprintf(o->file, ",\"args\":{\"depth\":%" PRIu32, o->depth[c]);
    if (o->profile->flags & PROFILE_HAS_CALLS)
        fprintf(o->file, ",\"calls\":%" PRIu64, profile_context_calls(o->profile, c));
    fputs("}}", o->file);
}

/* Callees begin where their caller does, one after another; its own time comes behind them. */
static void put_tree(struct chrome_out *o, uint32_t thread)
{
    uint32_t root = o->profile->threads[thread].root;
    const struct context *contexts = o->profile->contexts;
    uint32_t left, c = profile_next_context(contexts, root, root, &left);
    int64_t *next = o->start; /* of a context that is written: where its next callee begins */
    while (c != PROFILE_NONE && !ferror(o->file)) {
        int64_t at = next[contexts[c].parent];
        next[c] = at;
        o->depth[c] = o->depth[contexts[c].parent] + 1;
        put_context(o, thread, c);
        if (__builtin_add_overflow(at, o->room[c], &next[contexts[c].parent]))
            next[contexts[c].parent] = INT64_MAX;
        c = profile_next_context(contexts, root, c, &left);
    }
}

static int64_t *thousandths(const struct profile *profile)
{
    int64_t *room = tree_room(profile);
    for (uint32_t c = 0; c < profile->context_count; c++)
        if (profile->metrics[0].kind != METRIC_TIME &&
            __builtin_mul_overflow(room[c], 1000, &room[c]))
            room[c] = INT64_MAX;
    return room;
}

static int write_chrome(const struct profile *profile, FILE *out, struct error *err)
{
    struct chrome_out o = {.profile = profile, .file = out};
    o.room = thousandths(profile);
    o.start = memory_zeroed(profile->context_count, sizeof *o.start);
    o.depth = memory_zeroed(profile->context_count, sizeof *o.depth);
    fputs("{\"otherData\":{\"recorder\":\"ncprof\",\"note\":\"" NOT_A_TIMELINE "\",\"metric\":",
          out);
    tree_put_json(profile->metrics[0].name, out);
    fputs("},\n\"traceEvents\":[", out);
    put_labels(&o);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE)
            put_tree(&o, t);
    fputs("\n]}\n", out);
    free(o.room);
    free(o.start);
    free(o.depth);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    if (tree_has_negative(profile))
        return "values below 0 are written as 0";
    if (profile->metrics[0].kind != METRIC_TIME)
        return "values that are no times are written as whole microseconds";
    if (tree_has_more_metrics(profile))
        return "only the first metric is kept, as one long call a call path; moments and "
               "latencies are not";
    return "calls of one call path become one long call: moments and latencies are not kept";
}

const struct writer chrome_writer = {
    .name = "chrome",
    .description = "Chrome's trace events, for Perfetto and chrome://tracing",
    .suffixes = "trace.json chrome.json",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_chrome,
};
