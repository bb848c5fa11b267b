/* build_finish(): derives what follows from what was stated, and hands it to the profile's arena.
 */
#include "formats/profile/build_internal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- events: what is still open ---- */

static void close_open_frames(struct build *build)
{
    uint64_t open = 0;
    int64_t first = INT64_MAX, last = INT64_MIN;
    for (uint32_t t = 0; t < build->threads.count; t++) {
        struct build_thread *thread = &build->threads.data[t];
        open += thread->stack.count;
        while (thread->stack.count)
            build_leave(build, t, thread->last);
        if (!thread->started)
            continue;
        first = thread->first < first ? thread->first : first;
        last = thread->last > last ? thread->last : last;
    }
    if (last > first && !build->wall_ns && build->metrics.data[0].kind == METRIC_TIME)
        build->wall_ns = llround((double)(last - first) * build->metrics.data[0].scale * 1e9);
    if (open)
        build_note(build, "%" PRIu64 " frames were open at the end and are closed there", open);
    if (build->unmatched_leaves)
        build_note(build, "%" PRIu64 " leaves without an enter are ignored",
                   build->unmatched_leaves);
    if (build->too_large)
        build_note(build, "%" PRIu64 " values are too large to be added up and are cut",
                   build->too_large);
    if (build->backward_times)
        build_note(build, "%" PRIu64 " times running backwards are taken as standing still",
                   build->backward_times);
}

/* ---- handing over ---- */

static const char *text_of(const struct build *build, uint32_t id)
{
    return strings_get(&build->strings, id);
}

/*
 * Copies a column of each metric into one block, zeroes where nothing was stated. `to` tells where
 * each value goes; NULL: where it is.
 */
static int64_t *gather(struct profile *p, const struct build *build, uint32_t count,
                       const uint32_t *to,
                       const struct values_array *(*values)(const struct build_column *))
{
    int64_t *block = arena_array(p->arena, int64_t, (size_t)p->metric_count * count);
    for (uint32_t m = 0; m < p->metric_count; m++) {
        const struct values_array *from = values(&build->columns[m]);
        uint32_t known = from->count < count ? from->count : count;
        int64_t *column = block + (size_t)m * count;
        if (known && !to)
            memcpy(column, from->data, known * sizeof *block);
        for (uint32_t i = 0; to && i < known; i++)
            column[to[i]] = from->data[i];
    }
    return block;
}

static const struct values_array *function_self(const struct build_column *column)
{
    return &column->function.self;
}

static const struct values_array *function_total(const struct build_column *column)
{
    return &column->function.total;
}

static void hand_over_functions(struct profile *p, struct build *build)
{
    uint32_t count = p->function_count = build->functions.count;
    p->functions = arena_array(p->arena, struct function, count);
    p->function_calls = arena_array(p->arena, uint64_t, count);
    p->function_primitive = arena_array(p->arena, uint64_t, count);
    for (uint32_t f = 0; f < count; f++) {
        const struct build_function *from = &build->functions.data[f];
        uint32_t to = function_number(build, f);
        p->functions[to] = (struct function){.name = text_of(build, from->name),
                                             .module = text_of(build, from->module),
                                             .file = text_of(build, from->file),
                                             .line = from->line,
                                             .kind = from->kind};
        p->function_calls[to] = from->calls;
        p->function_primitive[to] = from->primitive;
    }
    p->function_self = gather(p, build, count, build->numbers, function_self);
    p->function_total = gather(p, build, count, build->numbers, function_total);
}

/* All buckets move into one block. */
static void hand_over_latency(struct profile *p, struct build *build)
{
    if (!(p->flags & PROFILE_HAS_LATENCY))
        return;
    size_t buckets = 0;
    for (uint32_t f = 0; f < build->latency.count; f++)
        buckets += build->latency.data[f].count;
    struct histogram_bucket *block = arena_array(p->arena, struct histogram_bucket, buckets);
    p->latency = arena_array(p->arena, struct histogram, p->function_count);
    for (uint32_t f = 0; f < build->latency.count && f < p->function_count; f++) {
        struct histogram *from = &build->latency.data[f];
        struct histogram *to = &p->latency[function_number(build, f)];
        *to = *from;
        to->buckets = block;
        to->capacity = from->count;
        if (from->count)
            memcpy(block, from->buckets, from->count * sizeof *block);
        block += from->count;
    }
}

/* Each process is walked over once: `seen` has the number of the walk that met it, from 1. */
static void break_cycles(struct profile *p)
{
    uint32_t *seen = memory_zeroed(p->process_count, sizeof *seen);
    for (uint32_t i = 0; i < p->process_count; i++) {
        uint32_t at = i;
        while (!seen[at]) {
            seen[at] = i + 1;
            uint32_t parent = p->processes[at].parent;
            if (parent >= p->process_count || seen[parent] == i + 1)
                p->processes[at].parent = PROFILE_NONE;
            else
                at = parent;
        }
    }
    free(seen);
}

static void hand_over_processes(struct profile *p, struct build *build)
{
    p->process_count = build->processes.count;
    p->processes = arena_array(p->arena, struct process, p->process_count);
    for (uint32_t i = 0; i < p->process_count; i++) {
        const struct build_process *from = &build->processes.data[i];
        p->processes[i] = (struct process){.name = text_of(build, from->name),
                                           .command = text_of(build, from->command),
                                           .next = text_of(build, from->next),
                                           .id = from->id,
                                           .parent = from->parent,
                                           .end = from->end,
                                           .status = from->status};
    }
    break_cycles(p);
}

static void hand_over_threads(struct profile *p, struct build *build)
{
    hand_over_processes(p, build);
    p->thread_count = build->threads.count;
    p->threads = arena_array(p->arena, struct thread, p->thread_count);
    for (uint32_t i = 0; i < p->thread_count; i++) {
        const struct build_thread *from = &build->threads.data[i];
        p->threads[i] = (struct thread){.name = text_of(build, from->name),
                                        .id = from->id,
                                        .process = from->process,
                                        .root = from->root};
    }
}

static void hand_over_texts(struct profile *p, struct build *build)
{
    p->metric_count = build->metrics.count;
    p->metrics = arena_array(p->arena, struct metric, p->metric_count);
    for (uint32_t m = 0; m < p->metric_count; m++) {
        const struct build_metric *from = &build->metrics.data[m];
        p->metrics[m] = (struct metric){text_of(build, from->name), text_of(build, from->unit),
                                        from->kind, from->scale};
    }
    p->metadata_count = build->metadata.count;
    p->metadata = arena_array(p->arena, struct metadata, p->metadata_count);
    for (uint32_t i = 0; i < p->metadata_count; i++)
        p->metadata[i] = (struct metadata){text_of(build, build->metadata.data[i].key),
                                           text_of(build, build->metadata.data[i].value)};
    p->note_count = build->notes.count;
    p->notes = arena_array(p->arena, const char *, p->note_count);
    for (uint32_t i = 0; i < p->note_count; i++)
        p->notes[i] = text_of(build, build->notes.data[i]);
}

static unsigned derived_flags(const struct build *build, bool tree)
{
    unsigned flags = build->flags;
    if (tree)
        flags |= PROFILE_HAS_TREE | PROFILE_HAS_EDGES;
    if (build->edges.count)
        flags |= PROFILE_HAS_EDGES;
    if (tree && flags & PROFILE_HAS_CALLS)
        flags |= PROFILE_HAS_PRIMITIVE;
    return flags;
}

static struct profile *new_profile(const struct build *build, bool tree)
{
    struct arena *arena = memory_zeroed(1, sizeof *arena);
    struct profile *p = arena_alloc(arena, sizeof *p);
    *p = (struct profile){.path = "",
                          .format = "",
                          .flags = derived_flags(build, tree),
                          .correction = build->correction,
                          .size = build->size,
                          .start_ns = build->start_ns,
                          .wall_ns = build->wall_ns,
                          .lost_events = build->lost_events,
                          .open_frames = build->open_frames,
                          .cut_ns = build->cut_ns,
                          .missing_calls = build->missing_calls,
                          .arena = arena};
    return p;
}

/* The profile keeps the bytes of all strings; only the look-up table goes. */
static void hand_over_strings(struct profile *p, struct build *build)
{
    arena_adopt(p->arena, build->strings.bytes);
    build->strings.bytes = NULL;
}

static void leave_metrics_out(struct build *build)
{
    uint32_t kept = bound_metrics(build);
    if (kept == build->metrics.count)
        return;
    build_note(build,
               "%" PRIu32 " of %" PRIu32 " metrics, from '%.100s' on, are left out: with them the "
               "profile would take more memory than 64 times the size of its file",
               build->metrics.count - kept, build->metrics.count,
               text_of(build, build->metrics.data[kept].name));
    for (uint32_t m = kept; m < build->metrics.count; m++)
        build_column_free(&build->columns[m]);
    build->metrics.count = kept;
}

int build_finish(struct build *build, struct profile **out, struct error *err)
{
    if (!build->functions.count && !build->notes.count) {
        build_free(build);
        return error_set(err, ERROR_TRUNCATED, "holds no profile data");
    }
    if (!build->metrics.count)
        build_metric(build, "time", "s", METRIC_TIME, 1e-9);
    close_open_frames(build);
    bool tree = build->contexts.count > 0;
    index_free(&build->function_index);
    index_free(&build->context_index);
    leave_metrics_out(build);
    struct profile *p = new_profile(build, tree);
    hand_over_texts(p, build);
    if (tree) {
        tree_hand_over(p, build);
        tree_derive(build, p);
    }
    hand_over_functions(p, build);
    hand_over_latency(p, build);
    hand_over_threads(p, build);
    edges_make(p, build);
    hand_over_strings(p, build);
    build_free(build);
    *out = p;
    return 0;
}
