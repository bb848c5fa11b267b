#include "capture/launcher/programs.h"
#include "capture/launcher/choices.h"
#include "capture/launcher/modules.h"
#include "capture/launcher/overhead.h"
#include "capture/launcher/processes.h"
#include "formats/profile/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX   (1u << 22) /* streams in a session that are believed */
#define FUNCTION_MAX (1u << 24) /* functions a program */

struct program {
    uint32_t number;
    struct program *parent; /* forked from; NULL: none */
    char *name;
    uint32_t process;         /* its number in processes; PROFILE_NONE: none yet */
    uint32_t expected, taken; /* definitions: next block, bytes of it that are read */
    struct overhead overhead;
    ARRAY(uint32_t) functions; /* in the trace, by id */
    struct modules modules;
};

struct thread_name {
    char *name;
    uint32_t thread; /* in the trace; PROFILE_NONE: none yet */
};

struct programs {
    struct trace_writer *writer;
    ARRAY(struct program *) list;    /* by number; NULL: another kind of stream */
    ARRAY(struct thread_name) names; /* by stream number */
    struct processes *processes;
    struct module_files files;
    struct overhead overhead; /* of all programs */
    struct choices *choices;  /* NULL: nobody asks */
    bool told;                /* that a question could not be answered */
    uint32_t unknown;         /* function in the trace for ids that nobody defined */
};

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
    processes_free(programs->processes);
    module_files_free(&programs->files);
    free(programs);
}

static struct program *by_number(struct programs *programs, uint32_t number)
{
    if (number >= NUMBER_MAX)
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
    return overhead_pairs(&programs->overhead);
}

/* Programs whose native functions have other hooks than most, by process. */
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
        enum channel_hook hook = overhead_native(overhead_of(program));
        snprintf(number, sizeof number, "%" PRIu32, id);
        if (hook == CHANNEL_HOOKS || hook == most || id == PROFILE_NONE ||
            cJSON_HasObjectItem(others, number))
            continue;
        cJSON_AddItemToObject(others, number, overhead_json(&programs->overhead, hook, tick_ns));
    }
    if (others && others->child)
        return others;
    cJSON_Delete(others);
    return NULL;
}

cJSON *programs_costs(const struct programs *programs, double tick_ns)
{
    enum channel_hook most = overhead_native(&programs->overhead);
    cJSON *costs = overhead_json(&programs->overhead, most, tick_ns);
    cJSON *others = costs ? costs_of_others(programs, most, tick_ns) : NULL;
    if (others)
        cJSON_AddItemToObject(costs, "process", others);
    return costs;
}

/* ---- records ---- */

/* A record's copy: the original lies in memory that the program can still write to. */
union record_copy {
    struct channel_record record;
    char bytes[CHANNEL_BLOCK_SIZE];
};

#define RECORD_TEXTS 3

/* The record's strings, each with a NUL behind it, in `store`; "" where there are none. */
static void read_texts(const union record_copy *copy, char *store, const char **texts)
{
    uint32_t at = sizeof copy->record;
    for (unsigned i = 0; i < RECORD_TEXTS; i++) {
        uint32_t size = 0;
        if (copy->record.size - at >= sizeof size)
            memcpy(&size, copy->bytes + at, sizeof size);
        if (size > CHANNEL_STRING_MAX || copy->record.size - at < sizeof size + size)
            size = 0;
        else
            at += (uint32_t)sizeof size;
        texts[i] = store;
        memcpy(store, copy->bytes + at, size);
        store[size] = '\0';
        store += size + 1;
        at += size;
    }
}

static void define_thread_name(struct programs *programs, uint64_t stream, const char *name)
{
    if (stream >= NUMBER_MAX)
        return;
    programs_thread_known(programs, (uint32_t)stream, PROFILE_NONE);
    struct thread_name *entry = &programs->names.data[stream];
    free(entry->name);
    entry->name = memory_string(name);
    if (entry->thread != PROFILE_NONE && *name)
        trace_writer_thread_name(programs->writer, entry->thread, name);
}

static void define_function_id(struct programs *programs, struct program *program,
                               const struct channel_record *record, const char *const *texts)
{
    if (record->a >= FUNCTION_MAX)
        return;
    while (program->functions.count <= record->a)
        *array_push(&program->functions) = PROFILE_NONE;
    enum function_kind kind =
        record->flags <= FUNCTION_COROUTINE ? (enum function_kind)record->flags : FUNCTION_UNKNOWN;
    program->functions.data[record->a] = trace_writer_function(programs->writer, texts[0], texts[1],
                                                               texts[2], (uint32_t)record->b, kind);
}

/* The modules that a forked program has from its parent, as far as they are not its own. */
static const struct modules *inherited_modules(const struct program *program)
{
    const struct program *owner = program;
    while (owner->parent && owner->modules.list.count == 0)
        owner = owner->parent;
    if (owner != program)
        return &owner->modules;
    return program->parent ? &program->parent->modules : NULL;
}

static int answer(struct programs *programs, struct program *program,
                  const struct channel_record *record, struct error *err)
{
    if (!programs->choices || record->b > UINT32_MAX)
        return 0;
    struct module_file *file =
        modules_file(&program->modules, inherited_modules(program), record->a, record->ticks);
    if (choices_answer(programs->choices, (uint32_t)record->b, file) || programs->told)
        return 0;
    programs->told = true;
    return trace_writer_note(programs->writer,
                             "not all functions that were to be left out are: there was no memory "
                             "for a list of them",
                             err);
}

/* Of the program or, when it has not said it, of the one that it was forked from. */
static const char *known_name(const struct program *program)
{
    const char *name = program->name;
    for (const struct program *p = program->parent; p && (!name || !*name); p = p->parent)
        name = p->name;
    return name ? name : "";
}

static const char *known_command(const struct programs *programs, const struct program *program)
{
    for (const struct program *p = program->parent; p; p = p->parent)
        if (p->process != PROFILE_NONE)
            return processes_command(programs->processes, p->process);
    return "";
}

/* A forked child's parent may be gone before the child asks who it is. */
static int32_t parent_pid(const struct programs *programs, const struct program *program,
                          const struct channel_record *record)
{
    if (program->parent && program->parent->process != PROFILE_NONE)
        return processes_pid(programs->processes, program->parent->process);
    return (int32_t)record->b;
}

static void start_process(struct programs *programs, struct program *program,
                          const struct channel_record *record, const char *const *texts)
{
    free(program->name);
    program->name = memory_string(texts[0]);
    struct process_start start = {.pid = (int32_t)record->a,
                                  .parent_pid = parent_pid(programs, program, record),
                                  .image = record->c,
                                  .ticks = record->ticks,
                                  .name = program->name,
                                  .command =
                                      texts[2][0] ? texts[2] : known_command(programs, program)};
    program->process = processes_start(programs->processes, &start);
}

static int apply(struct programs *programs, struct program *program,
                 const struct channel_record *record, const char *const *texts, struct error *err)
{
    switch ((enum channel_definition)record->what) {
    case DEFINE_PROCESS:
        start_process(programs, program, record, texts);
        break;
    case DEFINE_ANCESTOR:
        processes_ancestor(programs->processes, (int32_t)record->a, (int32_t)record->b);
        break;
    case DEFINE_EXIT:
        if (program->process != PROFILE_NONE)
            processes_exited(programs->processes, program->process, (uint32_t)record->a,
                             record->flags ? CHANNEL_EXIT_AT_ONCE : CHANNEL_EXIT_HANDLERS);
        break;
    case DEFINE_THREAD:
        define_thread_name(programs, record->b, texts[0]);
        break;
    case DEFINE_FUNCTION:
        define_function_id(programs, program, record, texts);
        break;
    case DEFINE_MODULE:
        modules_add(
            &program->modules, &programs->files,
            (struct module){
                .first = record->a, .end = record->b, .bias = record->c, .from = record->ticks},
            texts[0], texts[1]);
        break;
    case DEFINE_MODULE_GONE:
        modules_remove(&program->modules, record->a, record->ticks);
        break;
    case DEFINE_NOTE:
        return trace_writer_note(programs->writer, texts[0], err);
    case DEFINE_COST:
        overhead_add(&program->overhead, record->flags, record->a, record->b, record->c);
        overhead_add(&programs->overhead, record->flags, record->a, record->b, record->c);
        break;
    case DEFINE_QUESTION:
        return answer(programs, program, record, err);
    }
    return 0;
}

static int read_records(struct programs *programs, struct program *program,
                        const struct channel_block *block, uint32_t used, struct error *err)
{
    union record_copy copy;
    char store[RECORD_TEXTS * (CHANNEL_STRING_MAX + 1)];
    int result = 0;
    while (used - program->taken >= sizeof copy.record) {
        const char *at = (const char *)(block + 1) + program->taken;
        memcpy(&copy.record, at, sizeof copy.record);
        uint32_t size = copy.record.size;
        if (size < sizeof copy.record || size > used - program->taken || size % 8)
            return error_set(err, ERROR_FORMAT, "damaged definition from process %d", block->pid);
        memcpy(copy.bytes + sizeof copy.record, at + sizeof copy.record, size - sizeof copy.record);
        const char *texts[RECORD_TEXTS];
        read_texts(&copy, store, texts);
        program->taken += size;
        if (apply(programs, program, &copy.record, texts, err) != 0)
            result = -1;
    }
    return result;
}

int programs_read(struct programs *programs, const struct channel_block *block, bool complete,
                  struct error *err)
{
    struct program *program = programs_get(programs, block);
    if (!program)
        return error_set(err, ERROR_FORMAT, "damaged definitions from process %d", block->pid);
    uint32_t used = atomic_load_explicit(&block->used, memory_order_acquire);
    uint32_t most = CHANNEL_BLOCK_SIZE - (uint32_t)sizeof *block;
    int result = read_records(programs, program, block, used < most ? used : most, err);
    if (complete) {
        program->expected = block->sequence + 1;
        program->taken = 0;
    }
    return result;
}

/* ---- processes and threads ---- */

uint32_t programs_process(struct programs *programs, struct program *program, int32_t pid)
{
    if (program->process == PROFILE_NONE)
        program->process =
            processes_start(programs->processes,
                            &(struct process_start){.pid = pid,
                                                    .name = known_name(program),
                                                    .command = known_command(programs, program)});
    return processes_id(programs->processes, program->process);
}

void programs_left_open(struct programs *programs, const struct program *program, uint32_t calls)
{
    if (calls && program->process != PROFILE_NONE)
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
    if (stream >= NUMBER_MAX)
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

static uint32_t inherited_function(struct programs *programs, const struct program *program,
                                   uint32_t id)
{
    for (const struct program *p = program->parent; p; p = p->parent)
        if (id < p->functions.count && p->functions.data[id] != PROFILE_NONE)
            return p->functions.data[id];
    return unknown_function(programs);
}

uint32_t programs_function(struct programs *programs, struct program *program, uint32_t id,
                           bool *lasting)
{
    *lasting = true;
    if (id < program->functions.count && program->functions.data[id] != PROFILE_NONE)
        return program->functions.data[id];
    return inherited_function(programs, program, id);
}

uint32_t programs_address(struct programs *programs, struct program *program, uint64_t address,
                          uint64_t ticks, bool *lasting)
{
    const struct address *known = modules_cached(&program->modules, address, ticks);
    *lasting = known && known->until == UINT64_MAX;
    if (known)
        return known->function;
    return modules_resolve(&program->modules, inherited_modules(program), programs->writer, address,
                           ticks);
}
