#include "formats/trace/definitions.h"

#include "formats/trace/chunk.h"

void definitions_init(struct definitions *definitions)
{
    *definitions = (struct definitions){0};
    strings_intern(&definitions->strings, "", 0);
    *array_push(&definitions->functions) = (struct trace_function){0};
    definitions->written.strings = 1;
    definitions->written.functions = 1;
}

void definitions_free(struct definitions *definitions)
{
    for (uint32_t i = 0; i < definitions->threads.count; i++)
        array_free(&definitions->threads.data[i].tree.contexts);
    array_free(&definitions->threads);
    array_free(&definitions->functions);
    array_free(&definitions->processes);
    array_free(&definitions->names);
    strings_free(&definitions->strings);
}

uint32_t definitions_function(struct definitions *definitions, struct trace_function function)
{
    *array_push(&definitions->functions) = function;
    return definitions->functions.count - 1;
}

uint32_t definitions_thread(struct definitions *definitions, struct trace_thread thread)
{
    thread.tree = (struct trace_tree){.written = 1};
    *array_push(&thread.tree.contexts) = (struct trace_context){0};
    *array_push(&definitions->threads) = thread;
    return definitions->threads.count - 1;
}

/* ---- encoding ---- */

static void encode_strings(struct bytes *out, const struct strings *strings, uint32_t first)
{
    bytes_varint(out, first);
    bytes_varint(out, strings->count - first);
    for (uint32_t id = first; id < strings->count; id++)
        bytes_varint(out, strings_length(strings, id));
    for (uint32_t id = first; id < strings->count; id++)
        bytes_put(out, strings_get(strings, id), strings_length(strings, id));
}

static void encode_functions(struct bytes *out, const struct definitions *definitions,
                             uint32_t first)
{
    bytes_varint(out, first);
    bytes_varint(out, definitions->functions.count - first);
    for (uint32_t id = first; id < definitions->functions.count; id++) {
        const struct trace_function *function = &definitions->functions.data[id];
        bytes_varint(out, function->name);
        bytes_varint(out, function->module);
        bytes_varint(out, function->file);
        bytes_varint(out, function->line);
        bytes_varint(out, function->kind);
    }
}

static void encode_processes(struct bytes *out, const struct definitions *definitions,
                             uint32_t first)
{
    bytes_varint(out, first);
    bytes_varint(out, definitions->processes.count - first);
    for (uint32_t id = first; id < definitions->processes.count; id++) {
        const struct trace_process *process = &definitions->processes.data[id];
        bytes_varint(out, process->pid);
        bytes_varint(out, process->parent_pid);
        bytes_varint(out, process->name);
    }
}

static void encode_threads(struct bytes *out, const struct definitions *definitions, uint32_t first)
{
    bytes_varint(out, first);
    bytes_varint(out, definitions->threads.count - first);
    for (uint32_t id = first; id < definitions->threads.count; id++) {
        const struct trace_thread *thread = &definitions->threads.data[id];
        bytes_varint(out, thread->process);
        bytes_varint(out, thread->tid);
        bytes_varint(out, thread->name);
    }
}

static void encode_names(struct bytes *out, const struct trace_name *names, uint32_t count)
{
    bytes_varint(out, count);
    for (uint32_t i = 0; i < count; i++) {
        bytes_varint(out, names[i].thread);
        bytes_varint(out, names[i].name);
    }
}

static void encode_tree(struct bytes *out, const struct trace_tree *tree, uint32_t thread,
                        uint32_t first)
{
    const struct trace_context *contexts = tree->contexts.data;
    uint32_t count = tree->contexts.count;
    bytes_varint(out, thread);
    bytes_varint(out, first);
    bytes_varint(out, count - first);
    for (uint32_t id = first; id < count; id++)
        bytes_varint(out, id - contexts[id].parent);
    for (uint32_t id = first; id < count; id++)
        bytes_varint(out, contexts[id].function);
}

static void encode_tables(struct bytes *out, const struct definitions *definitions,
                          const struct definitions_written *from)
{
    encode_strings(out, &definitions->strings, from->strings);
    encode_functions(out, definitions, from->functions);
    encode_processes(out, definitions, from->processes);
    encode_threads(out, definitions, from->threads);
}

void definitions_encode(struct bytes *out, const struct definitions *definitions, uint32_t thread)
{
    encode_tables(out, definitions, &definitions->written);
    encode_names(out, definitions->names.data, definitions->names.count);
    const struct trace_tree *tree =
        thread == CHUNK_NO_THREAD ? NULL : &definitions->threads.data[thread].tree;
    bool grown = tree && tree->written < tree->contexts.count;
    bytes_varint(out, grown ? 1 : 0);
    if (grown)
        encode_tree(out, tree, thread, tree->written);
}

void definitions_mark_written(struct definitions *definitions, uint32_t thread)
{
    definitions->written = (struct definitions_written){
        .strings = definitions->strings.count,
        .functions = definitions->functions.count,
        .processes = definitions->processes.count,
        .threads = definitions->threads.count,
    };
    definitions->names.count = 0;
    if (thread != CHUNK_NO_THREAD) {
        struct trace_tree *tree = &definitions->threads.data[thread].tree;
        tree->written = tree->contexts.count;
    }
}

bool definitions_pending(const struct definitions *definitions)
{
    const struct definitions_written *written = &definitions->written;
    return written->strings < definitions->strings.count ||
           written->functions < definitions->functions.count ||
           written->processes < definitions->processes.count ||
           written->threads < definitions->threads.count || definitions->names.count > 0;
}

void definitions_encode_all(struct bytes *out, const struct definitions *definitions)
{
    encode_tables(out, definitions, &(struct definitions_written){1, 1, 0, 0});
    encode_names(out, NULL, 0);
    bytes_varint(out, definitions->threads.count);
    for (uint32_t id = 0; id < definitions->threads.count; id++)
        encode_tree(out, &definitions->threads.data[id].tree, id, 1);
}

/* ---- decoding ---- */

/* The number of rows of a table whose first id must be `due`. */
static uint32_t decode_table(struct decoder *in, uint32_t due, size_t row_size)
{
    if (decoder_varint(in) != due)
        decoder_fail(in);
    uint32_t count = decoder_count(in, row_size);
    return count < UINT32_MAX / 2 - due ? count : (uint32_t)decoder_fail(in);
}

static void decode_strings(struct definitions *definitions, struct decoder *in)
{
    uint32_t due = definitions->strings.count;
    uint32_t count = decode_table(in, due, 1);
    struct decoder lengths = *in;
    for (uint32_t i = 0; i < count; i++)
        decoder_varint(in);
    for (uint32_t i = 0; i < count && !in->failed; i++) {
        uint64_t length = decoder_varint(&lengths);
        const uint8_t *text = decoder_take(in, length);
        if (text &&
            strings_intern(&definitions->strings, (const char *)text, (size_t)length) != due + i)
            decoder_fail(in);
    }
}

static void decode_functions(struct definitions *definitions, struct decoder *in)
{
    uint32_t count = decode_table(in, definitions->functions.count, 5);
    uint32_t strings = definitions->strings.count;
    if (count > DEFINITIONS_FUNCTION_MAX - definitions->functions.count)
        decoder_fail(in);
    for (uint32_t i = 0; i < count; i++) {
        struct trace_function function = {0};
        function.name = decoder_below(in, strings);
        function.module = decoder_below(in, strings);
        function.file = decoder_below(in, strings);
        function.line = decoder_below(in, UINT32_MAX);
        function.kind = decoder_below(in, UINT32_MAX);
        if (in->failed)
            return;
        definitions_function(definitions, function);
    }
}

static void decode_processes(struct definitions *definitions, struct decoder *in)
{
    uint32_t count = decode_table(in, definitions->processes.count, 3);
    if (count > DEFINITIONS_THREAD_MAX - definitions->processes.count)
        decoder_fail(in);
    for (uint32_t i = 0; i < count; i++) {
        struct trace_process process = {0};
        process.pid = decoder_varint(in);
        process.parent_pid = decoder_varint(in);
        process.name = decoder_below(in, definitions->strings.count);
        if (in->failed)
            return;
        *array_push(&definitions->processes) = process;
    }
}

static void decode_threads(struct definitions *definitions, struct decoder *in)
{
    uint32_t count = decode_table(in, definitions->threads.count, 3);
    if (count > DEFINITIONS_THREAD_MAX - definitions->threads.count)
        decoder_fail(in);
    for (uint32_t i = 0; i < count; i++) {
        struct trace_thread thread = {0};
        thread.process = decoder_below(in, definitions->processes.count);
        thread.tid = decoder_varint(in);
        thread.name = decoder_below(in, definitions->strings.count);
        if (in->failed)
            return;
        definitions_thread(definitions, thread);
    }
}

static void decode_names(struct definitions *definitions, struct decoder *in)
{
    uint32_t count = decoder_count(in, 2);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t thread = decoder_below(in, definitions->threads.count);
        uint32_t name = decoder_below(in, definitions->strings.count);
        if (in->failed)
            return;
        definitions->threads.data[thread].name = name;
    }
}

static void decode_tree(struct definitions *definitions, struct decoder *in)
{
    uint32_t thread = decoder_below(in, definitions->threads.count);
    if (in->failed)
        return;
    struct trace_tree *tree = &definitions->threads.data[thread].tree;
    uint32_t first = tree->contexts.count;
    uint32_t count = decode_table(in, first, 2);
    if (count > DEFINITIONS_CONTEXT_MAX - definitions->context_count)
        decoder_fail(in);
    struct decoder parents = *in;
    for (uint32_t i = 0; i < count; i++)
        decoder_varint(in);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t step = decoder_varint(&parents);
        uint32_t function = decoder_below(in, definitions->functions.count);
        if (in->failed || step == 0 || step > first + i || function == 0) {
            decoder_fail(in);
            return;
        }
        *array_push(&tree->contexts) = (struct trace_context){
            .parent = first + i - (uint32_t)step,
            .function = function,
        };
        definitions->context_count++;
    }
}

bool definitions_decode(struct definitions *definitions, const struct bytes *payload)
{
    if (payload->size == 0)
        return true;
    struct decoder in = {payload->data, payload->data + payload->size, false};
    decode_strings(definitions, &in);
    if (!in.failed)
        decode_functions(definitions, &in);
    if (!in.failed)
        decode_processes(definitions, &in);
    if (!in.failed)
        decode_threads(definitions, &in);
    if (!in.failed)
        decode_names(definitions, &in);
    uint32_t trees = in.failed ? 0 : decoder_count(&in, 3);
    for (uint32_t i = 0; i < trees && !in.failed; i++)
        decode_tree(definitions, &in);
    return !in.failed;
}
