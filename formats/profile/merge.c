#include "formats/profile/merge.h"

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/profile/namesakes.h"

#include <stdlib.h>
#include <string.h>

struct merge {
    const struct profile *const *parts;
    uint32_t count;
    struct build *build;
    bool tree;
    double *scale; /* by metric: the finest of all parts */
    struct namesakes processes, threads;
    /* Of the part in hand, by its own indices: numbers in the builder. */
    uint32_t *process, *thread, *function, *context;
};

/* ---- what has to be alike ---- */

static bool same_metric(const struct metric *a, const struct metric *b)
{
    return !strcmp(a->name, b->name) && !strcmp(a->unit, b->unit) && a->kind == b->kind;
}

static int check_metrics(const struct merge *merge, struct error *err)
{
    const struct profile *first = merge->parts[0];
    for (uint32_t i = 1; i < merge->count; i++) {
        const struct profile *part = merge->parts[i];
        bool same = part->metric_count == first->metric_count &&
                    part->correction.raw == first->correction.raw;
        for (uint32_t m = 0; same && m < first->metric_count; m++)
            same = same_metric(&part->metrics[m], &first->metrics[m]);
        if (!same)
            return error_set(err, ERROR_UNSUPPORTED,
                             "%.80s has other metrics than %.80s: they cannot be added up",
                             part->path, first->path);
    }
    return 0;
}

static unsigned common_flags(const struct merge *merge)
{
    unsigned all = ~0u, any = 0;
    for (uint32_t i = 0; i < merge->count; i++) {
        all &= merge->parts[i]->flags;
        any |= merge->parts[i]->flags;
    }
    return (all &
            (PROFILE_HAS_CALLS | PROFILE_HAS_PRIMITIVE | PROFILE_HAS_LATENCY | PROFILE_HAS_TREE)) |
           (any & PROFILE_TRUNCATED);
}

static void state_metrics(struct merge *merge)
{
    const struct profile *first = merge->parts[0];
    merge->scale = memory_zeroed(first->metric_count, sizeof *merge->scale);
    for (uint32_t m = 0; m < first->metric_count; m++) {
        const struct metric *metric = &first->metrics[m];
        merge->scale[m] = metric->scale;
        for (uint32_t i = 1; i < merge->count; i++)
            merge->scale[m] = fmin(merge->scale[m], merge->parts[i]->metrics[m].scale);
        build_metric(merge->build, metric->name, metric->unit, metric->kind, merge->scale[m]);
    }
    struct correction correction = first->correction;
    for (uint32_t i = 1; i < merge->count; i++)
        for (size_t k = 0; k < sizeof correction.resolution / sizeof *correction.resolution; k++)
            correction.resolution[k] =
                fmax(correction.resolution[k], merge->parts[i]->correction.resolution[k]);
    build_correction(merge->build, &correction);
}

static int64_t value_of(const struct merge *merge, const struct profile *part, uint32_t metric,
                        int64_t value)
{
    double factor = part->metrics[metric].scale / merge->scale[metric];
    double scaled = (double)value * factor;
    if (fabs(factor - 1) < 1e-9)
        return value;
    return scaled >= 9.2e18 ? INT64_MAX : scaled <= -9.2e18 ? INT64_MIN : llround(scaled);
}

/* ---- processes and threads ---- */

static uint32_t text_of(struct merge *merge, const char *text)
{
    return build_text(merge->build, text, strlen(text));
}

static void match_processes(struct merge *merge, const struct profile *part, uint32_t number)
{
    for (uint32_t p = 0; p < part->process_count; p++) {
        const struct process *from = &part->processes[p];
        uint32_t known = merge->processes.members.count;
        uint32_t at =
            namesakes_next(&merge->processes, text_of(merge, from->name), PROFILE_NONE, number);
        merge->process[p] = at;
        if (at < known)
            continue;
        build_process(merge->build, from->name, from->id);
        build_process_command(merge->build, at, from->command);
    }
    for (uint32_t p = 0; p < part->process_count; p++)
        if (part->processes[p].parent != PROFILE_NONE)
            build_process_parent(merge->build, merge->process[p],
                                 merge->process[part->processes[p].parent]);
}

static void match_threads(struct merge *merge, const struct profile *part, uint32_t number)
{
    for (uint32_t t = 0; t < part->thread_count; t++) {
        const struct thread *from = &part->threads[t];
        uint32_t known = merge->threads.members.count;
        uint32_t process =
            from->process < part->process_count ? merge->process[from->process] : from->process;
        merge->thread[t] =
            namesakes_next(&merge->threads, text_of(merge, from->name), process, number);
        if (merge->thread[t] >= known)
            build_thread(merge->build, from->name, from->id, process);
    }
}

/* ---- functions, contexts, sums ---- */

static void add_context(struct merge *merge, const struct profile *part, uint32_t c, uint32_t to)
{
    merge->context[c] = to;
    build_context_calls(merge->build, to, profile_context_calls(part, c));
    for (uint32_t m = 0; m < part->metric_count; m++) {
        int64_t self = profile_context_self(part, c, m);
        if (self)
            build_context_self(merge->build, to, m, value_of(merge, part, m, self));
    }
}

static void add_trees(struct merge *merge, const struct profile *part)
{
    for (uint32_t t = 0; t < part->thread_count; t++) {
        uint32_t root = part->threads[t].root;
        if (root == PROFILE_NONE)
            continue;
        add_context(merge, part, root, build_root(merge->build, merge->thread[t]));
        for (uint32_t c = root + 1; c < part->contexts[root].end; c++) {
            const struct context *from = &part->contexts[c];
            add_context(merge, part, c,
                        build_context(merge->build, merge->context[from->parent],
                                      merge->function[from->function]));
        }
    }
}

static struct values scaled(const struct merge *merge, const struct profile *part, uint32_t metric,
                            struct values values)
{
    values.self = value_of(merge, part, metric, values.self);
    values.total = value_of(merge, part, metric, values.total);
    if (metric) /* calls are added once */
        values.calls = values.primitive = 0;
    return values;
}

static void add_sums(struct merge *merge, const struct profile *part)
{
    for (uint32_t m = 0; m < part->metric_count; m++) {
        for (uint32_t f = 0; f < part->function_count; f++)
            build_function_values(merge->build, merge->function[f], m,
                                  scaled(merge, part, m, profile_function(part, f, m)));
        for (uint32_t e = 0; e < part->edge_count; e++)
            build_edge_values(merge->build, merge->function[part->edges[e].caller],
                              merge->function[part->edges[e].callee], m,
                              scaled(merge, part, m, profile_edge(part, e, m)));
    }
}

static void add_part(struct merge *merge, uint32_t number, bool latency)
{
    const struct profile *part = merge->parts[number];
    merge->process = memory_zeroed(part->process_count, sizeof *merge->process);
    merge->thread = memory_zeroed(part->thread_count, sizeof *merge->thread);
    merge->function = memory_zeroed(part->function_count, sizeof *merge->function);
    merge->context = memory_zeroed(part->context_count, sizeof *merge->context);
    match_processes(merge, part, number);
    match_threads(merge, part, number);
    for (uint32_t f = 0; f < part->function_count; f++) {
        const struct function *from = &part->functions[f];
        merge->function[f] = build_function(merge->build, from->name, from->module, from->file,
                                            from->line, from->kind);
        if (latency)
            build_latency(merge->build, merge->function[f], &part->latency[f]);
    }
    if (merge->tree)
        add_trees(merge, part);
    else
        add_sums(merge, part);
    free(merge->process);
    free(merge->thread);
    free(merge->function);
    free(merge->context);
}

/* ---- the run ---- */

static bool all_say(const struct merge *merge, const struct metadata *metadata)
{
    for (uint32_t i = 1; i < merge->count; i++) {
        const char *value = profile_metadata(merge->parts[i], metadata->key);
        if (!value || strcmp(value, metadata->value) != 0)
            return false;
    }
    return true;
}

static void state_metadata(struct merge *merge)
{
    const struct profile *first = merge->parts[0];
    for (uint32_t i = 0; i < first->metadata_count; i++)
        if (all_say(merge, &first->metadata[i]))
            build_metadata(merge->build, first->metadata[i].key, first->metadata[i].value);
    char *files = memory_printf("%u files", merge->count);
    build_metadata(merge->build, "merged", files);
    free(files);
}

static void state_notes(struct merge *merge)
{
    unsigned trees = 0;
    for (uint32_t i = 0; i < merge->count; i++) {
        const struct profile *part = merge->parts[i];
        trees += (part->flags & PROFILE_HAS_TREE) != 0;
        for (uint32_t n = 0; n < part->note_count; n++)
            build_note(merge->build, "%.200s: %s", part->path, part->notes[n]);
    }
    if (trees && !merge->tree)
        build_note(merge->build, "call trees are left out: %u of %u files have none",
                   merge->count - trees, merge->count);
}

static void state_run(struct merge *merge)
{
    int64_t start = 0, wall = 0;
    uint64_t lost = 0, open = 0;
    double size = 0;
    for (uint32_t i = 0; i < merge->count; i++) {
        const struct profile *part = merge->parts[i];
        if (part->start_ns > 0 && (!start || part->start_ns < start))
            start = part->start_ns;
        if (__builtin_add_overflow(wall, part->wall_ns, &wall))
            wall = INT64_MAX;
        lost += part->lost_events;
        open += part->open_frames;
        size += part->size;
    }
    build_times(merge->build, start, wall);
    build_losses(merge->build, lost, open);
    build_size(merge->build, size);
}

static void name_result(struct profile *made, const struct merge *merge)
{
    const struct profile *first = merge->parts[0];
    char *name = merge->count > 1 ? memory_printf("%s and %u more", first->path, merge->count - 1)
                                  : memory_string(first->path);
    made->path = arena_string(made->arena, name, strlen(name));
    made->format = first->format;
    free(name);
}

int profile_merge(struct profile **out, const struct profile *const *parts, uint32_t count,
                  struct error *err)
{
    struct merge merge = {.parts = parts, .count = count};
    if (check_metrics(&merge, err))
        return -1;
    unsigned flags = common_flags(&merge);
    merge.tree = flags & PROFILE_HAS_TREE;
    merge.build = build_new();
    state_metrics(&merge);
    build_flags(merge.build, flags & ~(unsigned)PROFILE_HAS_TREE);
    state_run(&merge);
    state_metadata(&merge);
    state_notes(&merge);
    for (uint32_t i = 0; i < count; i++)
        add_part(&merge, i, flags & PROFILE_HAS_LATENCY);
    free(merge.scale);
    namesakes_free(&merge.processes);
    namesakes_free(&merge.threads);
    if (build_finish(merge.build, out, err))
        return -1;
    name_result(*out, &merge);
    return 0;
}
