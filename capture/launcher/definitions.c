/* What programs say of themselves: the records of their definitions (channel/layout.h). */
#include "capture/launcher/choices.h"
#include "capture/launcher/programs_internal.h"

#include <stdlib.h>
#include <string.h>

#define FUNCTION_MAX (1u << 24) /* functions a program */

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
    if (stream >= PROGRAMS_STREAMS)
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

static int answer(struct programs *programs, struct program *program,
                  const struct channel_record *record, struct error *err)
{
    if (!programs->choices || record->b > UINT32_MAX)
        return 0;
    struct module_file *file = modules_file(&program->modules, programs_inherited_modules(program),
                                            record->a, record->ticks);
    if (choices_answer(programs->choices, (uint32_t)record->b, file) || programs->told)
        return 0;
    programs->told = true;
    return trace_writer_note(programs->writer,
                             "not all functions that were to be left out are: there was no memory "
                             "for a list of them",
                             err);
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
                                  .pid_namespace = program->pid_namespace,
                                  .ticks = record->ticks,
                                  .name = program->name,
                                  .command =
                                      texts[2][0] ? texts[2] : programs_command(programs, program)};
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
                             record->flags ? CHANNEL_EXIT_AT_ONCE : CHANNEL_EXIT_HANDLERS,
                             record->ticks);
        break;
    case DEFINE_EXEC:
        if (program->process != PROFILE_NONE)
            processes_execs(programs->processes, program->process, texts[0]);
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
    case DEFINE_SLOWDOWN:
        overhead_slowdown(&program->overhead, record->a, record->b);
        overhead_slowdown(&programs->overhead, record->a, record->b);
        break;
    case DEFINE_CLASS_CALLS:
        programs_class_calls(programs, program, record->a, record->b);
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
    program->pid_namespace = block->pid_namespace;
    uint32_t most = CHANNEL_BLOCK_SIZE - (uint32_t)sizeof *block;
    int result = read_records(programs, program, block, used < most ? used : most, err);
    if (complete) {
        program->expected = block->sequence + 1;
        program->taken = 0;
    }
    return result;
}
