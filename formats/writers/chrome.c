/*
 * Chrome's trace events: the begin ("B") and the end ("E") of each context of the call tree, laid
 * into one another and one after another as they stand in the tree. The format is in
 * formats/readers/chrome.c.
 *
 * A profile holds sums, no moments: where an event stands says nothing, how long it is does.
 * "otherData" says so, and each begin has the number of calls it stands for as a member "calls":
 * not among the arguments, which speedscope takes for a part of the name. Complete events ("X")
 * would be shorter, but to who adds their times up as floating-point numbers those that touch do
 * overlap.
 * Times are microseconds with three decimals; what is no time is written as if its unit
 * were a microsecond. Processes and threads are numbered from 1.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/writers/chrome_timeline.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>

#define NOT_A_TIMELINE                                                                             \
    "not a timeline: calls are summed by call path and laid out one after another"

struct chrome_out {
    const struct profile *profile;
    FILE *file;
    int64_t *room; /* by context, as all times here in thousandths of what is written */
    int64_t *next; /* by context: where the next of its callees begins */
    int64_t *end;  /* by context that is open */
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

static void put_event(struct chrome_out *o, char phase, uint32_t thread, uint32_t c, int64_t at)
{
    begin_event(o, phase, o->profile->threads[thread].process, thread);
    chrome_put_name(&o->profile->functions[o->profile->contexts[c].function], o->file);
    fprintf(o->file, ",\"ts\":%" PRId64 ".%03d", at / 1000, (int)(at % 1000));
}

static void put_begin(struct chrome_out *o, uint32_t thread, uint32_t c)
{
    int64_t at = o->next[o->profile->contexts[c].parent];
    o->next[c] = at;
    if (__builtin_add_overflow(at, o->room[c], &o->end[c]))
        o->end[c] = INT64_MAX;
    put_event(o, 'B', thread, c, at);
    if (o->profile->flags & PROFILE_HAS_CALLS)
        fprintf(o->file, ",\"calls\":%" PRIu64, profile_context_calls(o->profile, c));
    fputc('}', o->file);
}

/* Ends what is open, from `c` on outwards, as far as `until`. */
static void put_ends(struct chrome_out *o, uint32_t thread, uint32_t c, uint32_t until)
{
    for (; c != until; c = o->profile->contexts[c].parent) {
        put_event(o, 'E', thread, c, o->end[c]);
        fputc('}', o->file);
        o->next[o->profile->contexts[c].parent] = o->end[c];
    }
}

/* Callees begin where their caller does, one after another; its own time comes behind them. */
static void put_tree(struct chrome_out *o, uint32_t thread)
{
    const struct context *contexts = o->profile->contexts;
    uint32_t root = o->profile->threads[thread].root, open = root;
    for (uint32_t c = root + 1; c < contexts[root].end && !ferror(o->file); c++) {
        put_ends(o, thread, open, contexts[c].parent);
        put_begin(o, thread, c);
        open = c;
    }
    put_ends(o, thread, open, root);
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
    o.next = memory_zeroed(profile->context_count, sizeof *o.next);
    o.end = memory_zeroed(profile->context_count, sizeof *o.end);
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
    free(o.next);
    free(o.end);
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
    .write_timeline = chrome_write_timeline,
};
