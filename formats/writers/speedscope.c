/*
 * speedscope's JSON, "sampled" profiles: a sample for each context of the call tree that has a
 * value of its own, a profile for each thread and metric that
 * has values. The format is in
 * formats/readers/speedscope.c.
 *
 * The format has one kind of time, of bytes and of counts ("none"): of several metrics of a kind
 * the first is written, and of a corrected time not what was recorded. Times are nanoseconds.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

struct speedscope_out {
    const struct profile *profile;
    FILE *file;
    uint32_t metric;
    ARRAY(uint32_t) stack;
    uint32_t items; /* of the list in hand */
    bool has_profiles;
};

static const char *unit_of(const struct metric *metric)
{
    return metric->kind == METRIC_TIME    ? "nanoseconds"
           : metric->kind == METRIC_BYTES ? "bytes"
                                          : "none";
}

static bool is_written(const struct profile *profile, uint32_t metric)
{
    for (uint32_t m = 0; m < metric; m++)
        if (!strcmp(unit_of(&profile->metrics[m]), unit_of(&profile->metrics[metric])))
            return false;
    return true;
}

static int64_t self_of(const struct speedscope_out *o, uint32_t c)
{
    return profile_context_self(o->profile, c, o->metric);
}

static void put_value(const struct speedscope_out *o, int64_t value)
{
    const struct metric *metric = &o->profile->metrics[o->metric];
    if (metric->kind == METRIC_TIME || metric->scale == 1) {
        fprintf(o->file, "%" PRId64, number_whole(value, metric));
        return;
    }
    char number[NUMBER_SIZE];
    number_shortest(number_in_unit(value, metric), number, sizeof number);
    fputs(number, o->file);
}

static void separate(struct speedscope_out *o)
{
    fputs(o->items++ ? ",\n" : "\n", o->file);
}

static void put_stack(struct speedscope_out *o, uint32_t c)
{
    (void)c;
    for (uint32_t i = 0; i < o->stack.count; i++)
        fprintf(o->file, "%c%" PRIu32, i ? ',' : '[', o->stack.data[i]);
    fputc(']', o->file);
}

static void put_weight(struct speedscope_out *o, uint32_t c)
{
    put_value(o, self_of(o, c));
}

/* A leaf of the tree is written whatever it has, or its function would be gone. */
static void put_samples(struct speedscope_out *o, uint32_t root,
                        void (*put)(struct speedscope_out *, uint32_t))
{
    const struct context *contexts = o->profile->contexts;
    uint32_t left, c = profile_next_context(contexts, root, root, &left);
    o->items = 0;
    while (c != PROFILE_NONE && !ferror(o->file)) {
        *array_push(&o->stack) = contexts[c].function;
        if (self_of(o, c) || contexts[c].end == c + 1) {
            separate(o);
            put(o, c);
        }
        c = profile_next_context(contexts, root, c, &left);
        o->stack.count -= left;
    }
}

/* ---- what it is made of ---- */

static void put_frames(struct speedscope_out *o)
{
    fputs("\"shared\":{\"frames\":[", o->file);
    o->items = 0;
    for (uint32_t f = 0; f < o->profile->function_count && !ferror(o->file); f++) {
        const struct function *function = &o->profile->functions[f];
        separate(o);
        fputs("{\"name\":", o->file);
        tree_put_json(function->name, o->file);
        if (function->file[0] || function->module[0]) {
            fputs(",\"file\":", o->file);
            tree_put_json(function->file[0] ? function->file : function->module, o->file);
        }
        if (function->line)
            fprintf(o->file, ",\"line\":%" PRIu32, function->line);
        fputc('}', o->file);
    }
    fputs("\n]},\n", o->file);
}

/* "MainThread", "MainThread (bytes)" for another metric than the first, "thread 2" without name. */
static void put_name(struct speedscope_out *o, uint32_t t)
{
    const struct thread *thread = &o->profile->threads[t];
    char *name =
        thread->name[0] ? memory_string(thread->name) : memory_printf("thread %" PRIu32, t + 1);
    char *full = memory_printf("%s (%s)", name, o->profile->metrics[o->metric].name);
    tree_put_json(o->metric ? full : name, o->file);
    free(full);
    free(name);
}

static void put_profile(struct speedscope_out *o, uint32_t t)
{
    const struct profile *profile = o->profile;
    uint32_t root = profile->threads[t].root;
    fprintf(o->file, "%s\n{\"type\":\"sampled\",\"name\":", o->has_profiles ? "," : "");
    o->has_profiles = true;
    put_name(o, t);
    fprintf(o->file, ",\"unit\":\"%s\",\"startValue\":0,\"endValue\":",
            unit_of(&profile->metrics[o->metric]));
    put_value(o, profile_context_total(profile, root, o->metric) -
                     profile_context_self(profile, root, o->metric));
    fputs(",\n\"samples\":[", o->file);
    put_samples(o, root, put_stack);
    fputs("\n],\"weights\":[", o->file);
    put_samples(o, root, put_weight);
    fputs("\n]}", o->file);
}

static bool has_values(const struct profile *profile, uint32_t root, uint32_t metric)
{
    for (uint32_t c = root; root != PROFILE_NONE && c < profile->contexts[root].end; c++)
        if (profile_context_self(profile, c, metric))
            return true;
    return false;
}

/* By metric and thread: whether it has a value; in the first metric also what has none at all. */
static bool *find_valued(const struct profile *profile)
{
    uint32_t threads = profile->thread_count;
    bool *valued = memory_zeroed((size_t)threads * profile->metric_count, sizeof *valued);
    bool *any = memory_zeroed(threads, sizeof *any);
    for (uint32_t m = 0; m < profile->metric_count; m++)
        for (uint32_t t = 0; t < threads && is_written(profile, m); t++)
            if (has_values(profile, profile->threads[t].root, m))
                valued[(size_t)m * threads + t] = any[t] = true;
    for (uint32_t t = 0; t < threads; t++)
        valued[t] |= !any[t];
    free(any);
    return valued;
}

static int write_speedscope(const struct profile *profile, FILE *out, struct error *err)
{
    struct speedscope_out o = {.profile = profile, .file = out};
    fputs("{\"$schema\":\"" SCHEMA "\",\"exporter\":\"ncprof\",\"name\":", out);
    tree_put_json(profile->path[0] ? profile->path : "ncprof", out);
    fputs(",\"activeProfileIndex\":0,\n", out);
    put_frames(&o);
    fputs("\"profiles\":[", out);
    bool *valued = find_valued(profile);
    for (; o.metric < profile->metric_count; o.metric++)
        for (uint32_t t = 0; t < profile->thread_count; t++)
            if (valued[(size_t)o.metric * profile->thread_count + t] &&
                profile->threads[t].root != PROFILE_NONE)
                put_profile(&o, t);
    free(valued);
    fputs("\n]}\n", out);
    array_free(&o.stack);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    for (uint32_t m = 1; m < profile->metric_count; m++)
        if (m != profile->correction.raw && !is_written(profile, m))
            return "of several metrics of one kind only the first is kept; call counts, latencies "
                   "and the names of metrics are not";
    if (profile->flags & PROFILE_HAS_CALLS)
        return "call counts, latencies and modules of functions with a file are not kept";
    if (tree_has_fractions(profile))
        return "fractions below a thousandth of a count, or of a byte, are not kept";
    if (tree_has_more_metrics(profile))
        return "each metric becomes a thread of its own";
    if (profile->process_count > 1)
        return "processes are not kept, only their threads";
    return tree_has_modules(profile) ? "modules are kept only as files of functions without one"
                                     : NULL;
}

const struct writer speedscope_writer = {
    .name = "speedscope",
    .description = "speedscope JSON, for www.speedscope.app",
    .suffixes = "speedscope speedscope.json",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_speedscope,
};
