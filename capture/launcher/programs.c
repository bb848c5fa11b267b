#include "capture/launcher/programs_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct programs *programs_new(struct trace_writer *writer)
{
    struct programs *programs = memory_zeroed(1, sizeof *programs);
    programs->writer = writer;
    programs->processes = processes_new(writer);
    programs->unknown = PROFILE_NONE;
    return programs;
}

void programs_choose(struct programs *programs, struct choices *choices)
{
    programs->choices = choices;
}

void programs_resumed(struct programs *programs)
{
    processes_resumed(programs->processes);
}

void programs_free(struct programs *programs)
{
    if (!programs)
        return;
    for (uint32_t i = 0; i < programs->list.count; i++) {
        struct program *program = programs->list.data[i];
        if (!program)
            continue;
        modules_free(&program->modules);
        array_free(&program->functions);
        free(program->name);
        free(program);
    }
    for (uint32_t i = 0; i < programs->names.count; i++)
        free(programs->names.data[i].name);
    array_free(&programs->names);
    array_free(&programs->list);
    array_free(&programs->class_calls);
    processes_free(programs->processes);
    module_files_free(&programs->files);
    free(programs);
}

static struct program *by_number(struct programs *programs, uint32_t number)
{
    if (number >= PROGRAMS_STREAMS)
        return NULL;
    while (programs->list.count <= number)
        *array_push(&programs->list) = NULL;
    if (!programs->list.data[number]) {
        struct program *program = memory_zeroed(1, sizeof *program);
        program->number = number;
        program->process = PROFILE_NONE;
        programs->list.data[number] = program;
    }
    return programs->list.data[number];
}

struct program *programs_get(struct programs *programs, const struct channel_block *block)
{
    struct program *program = by_number(programs, block->program);
    if (program && !program->parent && block->parent < block->program)
        program->parent = by_number(programs, block->parent);
    return program;
}

uint32_t programs_expected(const struct program *program)
{
    return program->expected;
}

/* Its own, or of the program that it was forked from. */
static const struct overhead *overhead_of(const struct program *program)
{
    while (program->parent && overhead_pairs(&program->overhead) <= 0)
        program = program->parent;
    return &program->overhead;
}

uint64_t programs_cost(const struct program *program)
{
    return (uint64_t)overhead_call(overhead_of(program));
}

double programs_measured(const struct programs *programs)
{
    double measured = overhead_pairs(&programs->overhead);
    for (uint32_t i = 0; i < programs->class_calls.count; i++)
        measured += (double)programs->class_calls.data[i];
    return measured;
}

/* What a program's calls cost else than most programs'; NULL: nothing. */
static cJSON *costs_of_other(const struct programs *programs, const struct program *program,
                             enum channel_hook most, double tick_ns)
{
    const struct overhead *own = overhead_of(program);
    enum channel_hook hook = overhead_native(own);
    bool has_other = hook != CHANNEL_HOOKS && hook != most;
    cJSON *costs = has_other ? overhead_json(&programs->overhead, hook, tick_ns) : NULL;
    if (programs->overhead.plain > 0 && own->of[CHANNEL_HOOK_PYTHON].pairs > 0 && own->plain <= 0) {
        if (!costs)
            costs = cJSON_CreateObject();
        cJSON_DeleteItemFromObjectCaseSensitive(costs, "python");
        cJSON *python = cJSON_AddObjectToObject(costs, "python");
        cJSON_AddNumberToObject(python, "slowdown", 1);
    }
    return costs;
}

/* By process. */
static cJSON *costs_of_others(const struct programs *programs, enum channel_hook most,
                              double tick_ns)
{
    cJSON *others = cJSON_CreateObject();
    for (uint32_t i = 0; i < programs->list.count; i++) {
        const struct program *program = programs->list.data[i];
        char number[16];
        if (!program || program->process == PROFILE_NONE)
            continue;
        uint32_t id = processes_known_id(programs->processes, program->process);
        snprintf(number, sizeof number, "%" PRIu32, id);
        if (id == PROFILE_NONE || cJSON_HasObjectItem(others, number))
            continue;
        cJSON *other = costs_of_other(programs, program, most, tick_ns);
        if (other)
            cJSON_AddItemToObject(others, number, other);
    }
    if (others && others->child)
        return others;
    cJSON_Delete(others);
    return NULL;
}

/* Function, calls, function, calls... */
static void add_class_calls(const struct programs *programs, cJSON *costs)
{
    cJSON *class = cJSON_GetObjectItemCaseSensitive(costs, "class");
    cJSON *list =
        class && programs->class_calls.count ? cJSON_AddArrayToObject(class, "calls") : NULL;
    for (uint32_t i = 0; list && i < programs->class_calls.count; i++) {
        if (programs->class_calls.data[i] == 0)
            continue;
        cJSON_AddItemToArray(list, cJSON_CreateNumber(i));
        cJSON_AddItemToArray(list, cJSON_CreateNumber((double)programs->class_calls.data[i]));
    }
}

cJSON *programs_costs(const struct programs *programs, double tick_ns)
{
    enum channel_hook most = overhead_native(&programs->overhead);
    cJSON *costs = overhead_json(&programs->overhead, most, tick_ns);
    add_class_calls(programs, costs);
    cJSON *others = costs ? costs_of_others(programs, most, tick_ns) : NULL;
    if (others)
        cJSON_AddItemToObject(costs, "process", others);
    return costs;
}

/* ---- processes and threads ---- */

const struct modules *programs_inherited_modules(const struct program *program)
{
    const struct program *owner = program;
    while (owner->parent && owner->modules.list.count == 0)
        owner = owner->parent;
    if (owner != program)
        return &owner->modules;
    return program->parent ? &program->parent->modules : NULL;
}

/* Of the program or, when it has not said it, of the one that it was forked from. */
static const char *known_name(const struct program *program)
{
    const char *name = program->name;
    for (const struct program *p = program->parent; p && (!name || !*name); p = p->parent)
        name = p->name;
    return name ? name : "";
}

const char *programs_command(const struct programs *programs, const struct program *program)
{
    for (const struct program *p = program->parent; p; p = p->parent)
        if (p->process != PROFILE_NONE)
            return processes_command(programs->processes, p->process);
    return "";
}

uint32_t programs_process(struct programs *programs, struct program *program, int32_t pid)
{
    if (program->process == PROFILE_NONE)
        program->process = processes_start(
            programs->processes,
            &(struct process_start){.pid = pid,
                                    .name = known_name(program),
                                    .command = programs_command(programs, program)});
    return processes_id(programs->processes, program->process);
}

void programs_left_open(struct programs *programs, const struct program *program, uint32_t calls)
{
    if (calls && program && program->process != PROFILE_NONE)
        processes_left_open(programs->processes, program->process, calls);
}

struct processes *programs_processes(struct programs *programs)
{
    return programs->processes;
}

const char *programs_thread_name(const struct programs *programs, uint32_t stream)
{
    const char *name = stream < programs->names.count ? programs->names.data[stream].name : NULL;
    return name ? name : "";
}

void programs_thread_known(struct programs *programs, uint32_t stream, uint32_t thread)
{
    if (stream >= PROGRAMS_STREAMS)
        return;
    while (programs->names.count <= stream)
        *array_push(&programs->names) = (struct thread_name){NULL, PROFILE_NONE};
    if (thread != PROFILE_NONE)
        programs->names.data[stream].thread = thread;
}

/* ---- functions ---- */

static uint32_t unknown_function(struct programs *programs)
{
    if (programs->unknown == PROFILE_NONE)
        programs->unknown = trace_writer_function(programs->writer, "[unknown function]", "", "", 0,
                                                  FUNCTION_UNKNOWN);
    return programs->unknown;
}

/* Its own, or of a program that it was forked from. */
static uint32_t known_function(const struct program *program, uint64_t id)
{
    for (const struct program *p = program; p; p = p->parent)
        if (id < p->functions.count && p->functions.data[id] != PROFILE_NONE)
            return p->functions.data[id];
    return PROFILE_NONE;
}

uint32_t programs_function(struct programs *programs, struct program *program, uint32_t id,
                           bool *lasting)
{
    *lasting = true;
    uint32_t known = known_function(program, id);
    return known != PROFILE_NONE ? known : unknown_function(programs);
}

void programs_class_calls(struct programs *programs, const struct program *program, uint64_t id,
                          uint64_t calls)
{
    uint32_t function = known_function(program, id);
    if (function == PROFILE_NONE || calls > UINT32_MAX)
        return;
    while (programs->class_calls.count <= function)
        *array_push(&programs->class_calls) = 0;
    programs->class_calls.data[function] += calls;
}

uint32_t programs_address(struct programs *programs, struct program *program, uint64_t address,
                          uint64_t ticks, bool *lasting)
{
    const struct address *known = modules_cached(&program->modules, address, ticks);
    *lasting = known && known->until == UINT64_MAX;
    if (known)
        return known->function;
    return modules_resolve(&program->modules, programs_inherited_modules(program), programs->writer,
                           address, ticks);
}
