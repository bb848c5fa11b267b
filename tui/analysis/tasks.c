#include "tui/analysis/tasks.h"
#include "formats/profile/build.h"
#include "formats/profile/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct task {
    uint32_t process, thread;
    uint32_t before; /* another process' task of the same function */
};

struct split {
    const struct profile *from;
    struct build *build;
    uint32_t *function; /* in the builder, by function */
    uint32_t *context;  /* in the builder, by context */
    uint32_t *newest;   /* task, by function; PROFILE_NONE: none */
    ARRAY(struct task) tasks;
};

static bool is_coroutine(const struct split *split, uint32_t context)
{
    uint32_t f = split->from->contexts[context].function;
    return f != PROFILE_NONE && split->from->functions[f].kind == FUNCTION_COROUTINE;
}

/* An object's __await__ may be a generator between two coroutines. */
static bool is_await(const struct split *split, uint32_t context)
{
    uint32_t f = split->from->contexts[context].function;
    const char *name = f != PROFILE_NONE ? split->from->functions[f].name : "";
    const char *dot = strrchr(name, '.');
    return strcmp(dot ? dot + 1 : name, "__await__") == 0;
}

static bool begins_task(const struct split *split, uint32_t context)
{
    uint32_t outer = split->from->contexts[context].parent;
    if (!is_coroutine(split, context))
        return false;
    while (outer != PROFILE_NONE && is_await(split, outer))
        outer = split->from->contexts[outer].parent;
    return outer == PROFILE_NONE || !is_coroutine(split, outer);
}

static uint32_t thread_of_task(struct split *split, uint32_t process, uint32_t function)
{
    const char *name = split->from->functions[function].name;
    uint32_t *newest = &split->newest[function];
    for (uint32_t i = *newest; i < split->tasks.count; i = split->tasks.data[i].before)
        if (split->tasks.data[i].process == process)
            return split->tasks.data[i].thread;
    size_t size = strlen(name) + sizeof "task ";
    char *text = memory_zeroed(size, 1);
    snprintf(text, size, "task %s", name);
    uint32_t thread = build_thread(split->build, text, 0, process);
    *array_push(&split->tasks) = (struct task){process, thread, *newest};
    *newest = split->tasks.count - 1;
    free(text);
    return thread;
}

static void state_context(struct split *split, uint32_t process, uint32_t c)
{
    const struct profile *from = split->from;
    const struct context *context = &from->contexts[c];
    uint32_t parent = split->context[context->parent];
    if (begins_task(split, c))
        parent = build_root(split->build, thread_of_task(split, process, context->function));
    split->context[c] = build_context(split->build, parent, split->function[context->function]);
    build_context_calls(split->build, split->context[c], profile_context_calls(from, c));
    for (uint32_t m = 0; m < from->metric_count; m++)
        build_context_self(split->build, split->context[c], m, profile_context_self(from, c, m));
}

static void state_trees(struct split *split)
{
    const struct profile *from = split->from;
    for (uint32_t t = 0; t < from->thread_count; t++) {
        uint32_t root = from->threads[t].root;
        if (root == PROFILE_NONE)
            continue;
        split->context[root] = build_root(split->build, t);
        for (uint32_t c = root + 1; c < from->contexts[root].end; c++)
            state_context(split, from->threads[t].process, c);
    }
}

static void state_functions(struct split *split)
{
    const struct profile *from = split->from;
    for (uint32_t f = 0; f < from->function_count; f++) {
        const struct function *function = &from->functions[f];
        split->newest[f] = PROFILE_NONE;
        split->function[f] = build_function(split->build, function->name, function->module,
                                            function->file, function->line, function->kind);
        if (from->latency)
            build_latency(split->build, split->function[f], &from->latency[f]);
    }
}

static void state_processes(struct split *split)
{
    const struct profile *from = split->from;
    for (uint32_t p = 0; p < from->process_count; p++)
        build_process(split->build, from->processes[p].name, from->processes[p].id);
    for (uint32_t p = 0; p < from->process_count; p++) {
        const struct process *process = &from->processes[p];
        if (process->parent != PROFILE_NONE)
            build_process_parent(split->build, p, process->parent);
        build_process_command(split->build, p, process->command);
        build_process_end(split->build, p, process->end, process->status);
        build_process_next(split->build, p, process->next);
    }
    for (uint32_t t = 0; t < from->thread_count; t++)
        build_thread(split->build, from->threads[t].name, from->threads[t].id,
                     from->threads[t].process);
}

static void state_run(struct split *split)
{
    const struct profile *from = split->from;
    build_flags(split->build, from->flags);
    build_size(split->build, from->size);
    build_times(split->build, from->start_ns, from->wall_ns);
    build_losses(split->build, from->lost_events, from->open_frames);
    build_cut_at(split->build, from->cut_ns);
    build_missing_calls(split->build, from->missing_calls);
    for (uint32_t i = 0; i < from->metadata_count; i++)
        build_metadata(split->build, from->metadata[i].key, from->metadata[i].value);
    for (uint32_t i = 0; i < from->note_count; i++)
        build_note(split->build, "%s", from->notes[i]);
    for (uint32_t m = 0; m < from->metric_count; m++)
        build_metric(split->build, from->metrics[m].name, from->metrics[m].unit,
                     from->metrics[m].kind, from->metrics[m].scale);
    if (from->correction.raw)
        build_correction(split->build, &from->correction);
}

static bool has_coroutines(const struct profile *profile)
{
    for (uint32_t f = 0; f < profile->function_count; f++)
        if (profile->functions[f].kind == FUNCTION_COROUTINE)
            return true;
    return false;
}

static int make(struct split *split, struct profile **out, struct error *err)
{
    const struct profile *from = split->from;
    split->build = build_new();
    split->function = memory_zeroed(from->function_count, sizeof *split->function);
    split->context = memory_zeroed(from->context_count, sizeof *split->context);
    split->newest = memory_zeroed(from->function_count, sizeof *split->newest);
    state_run(split);
    state_processes(split);
    state_functions(split);
    state_trees(split);
    free(split->function);
    free(split->context);
    free(split->newest);
    array_free(&split->tasks);
    return build_finish(split->build, out, err);
}

int tasks_split(struct profile **profile, struct error *err)
{
    struct split split = {.from = *profile};
    struct profile *made = NULL;
    if (!(split.from->flags & PROFILE_HAS_TREE) || !has_coroutines(split.from)) {
        error_set(err, ERROR_UNSUPPORTED, "has no coroutines to be shown by task");
        return error_in_file(err, split.from->path);
    }
    if (make(&split, &made, err))
        return -1;
    made->path = arena_string(made->arena, split.from->path, strlen(split.from->path));
    made->format = split.from->format;
    profile_free(*profile);
    *profile = made;
    return 0;
}
