#include "tests/record/fake_writer.h"

#include <stdio.h>

uint32_t trace_writer_process(struct trace_writer *writer, uint64_t pid, uint64_t parent_pid,
                              const char *name)
{
    (void)pid, (void)parent_pid, (void)name;
    return writer->processes++;
}

uint32_t trace_writer_thread(struct trace_writer *writer, uint32_t process, uint64_t tid,
                             const char *name)
{
    struct fake_thread *thread = array_push(&writer->threads);
    *thread = (struct fake_thread){.process = process, .tid = tid};
    snprintf(thread->name, sizeof thread->name, "%s", name);
    return writer->threads.count - 1;
}

uint32_t trace_writer_function(struct trace_writer *writer, const char *name, const char *module,
                               const char *file, uint32_t line, enum function_kind kind)
{
    (void)kind;
    *array_push(&writer->functions) = (struct fake_function){
        memory_string(name), memory_string(module), memory_string(file), line};
    return writer->functions.count - 1;
}

void trace_writer_thread_name(struct trace_writer *writer, uint32_t thread, const char *name)
{
    struct fake_thread *to = &writer->threads.data[thread];
    snprintf(to->name, sizeof to->name, "%s", name);
}

static int add(struct trace_writer *writer, uint32_t thread, uint32_t function, uint64_t ticks,
               struct error *err)
{
    struct fake_thread *to = &writer->threads.data[thread];
    if (++to->given - to->written >= writer->chunk)
        to->written = to->given;
    if (!writer->counting)
        *array_push(&writer->threads.data[thread].events) = (struct fake_event){function, ticks};
    if (writer->fail_after >= 0 && writer->fail_after-- == 0) {
        writer->failed = true;
        return error_set(err, ERROR_IO, "no space");
    }
    return 0;
}

int trace_writer_enter(struct trace_writer *writer, uint32_t thread, uint32_t function,
                       uint64_t ticks, struct error *err)
{
    writer->calls++;
    return add(writer, thread, function, ticks, err);
}

int trace_writer_leave(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                       struct error *err)
{
    return add(writer, thread, FAKE_LEAVE, ticks, err);
}

struct event_log *trace_writer_log(const struct trace_writer *writer, uint32_t thread,
                                   struct trace_unit *unit)
{
    (void)writer;
    (void)thread;
    (void)unit;
    return NULL; /* each event is asked about */
}

int trace_writer_thread_end(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                            struct error *err)
{
    (void)ticks, (void)err;
    writer->threads.data[thread].ended = true;
    writer->threads.data[thread].given = writer->threads.data[thread].written = UINT64_MAX;
    return 0;
}

void trace_writer_sync(struct trace_writer *writer, uint64_t ticks, int64_t monotonic_ns)
{
    (void)ticks, (void)monotonic_ns;
    writer->syncs++;
}

int trace_writer_note(struct trace_writer *writer, const char *text, struct error *err)
{
    (void)text, (void)err;
    writer->notes++;
    return 0;
}

int trace_writer_flush(struct trace_writer *writer, struct error *err)
{
    (void)err;
    writer->flushes++;
    for (uint32_t i = 0; i < writer->threads.count; i++)
        trace_writer_flush_thread(writer, i, err);
    return 0;
}

int trace_writer_flush_thread(struct trace_writer *writer, uint32_t thread, struct error *err)
{
    (void)err;
    writer->threads.data[thread].written = writer->threads.data[thread].given;
    return 0;
}

uint64_t trace_writer_skip(struct trace_writer *writer, uint32_t thread, uint64_t events)
{
    (void)writer, (void)thread, (void)events;
    return 0;
}

uint64_t trace_writer_written(const struct trace_writer *writer, uint32_t thread)
{
    return thread < writer->threads.count ? writer->threads.data[thread].written : UINT64_MAX;
}

int trace_writer_processes(struct trace_writer *writer, const char *facts, struct error *err)
{
    (void)writer, (void)facts, (void)err;
    return 0;
}

int trace_writer_state(struct trace_writer *writer, const char *metadata, struct error *err)
{
    (void)metadata, (void)err;
    writer->notes++;
    return 0;
}

struct trace_place trace_writer_place(const struct trace_writer *writer)
{
    return (struct trace_place){writer->path, NULL};
}

uint32_t trace_writer_find_process(const struct trace_writer *writer, uint64_t pid)
{
    (void)pid;
    return writer->processes ? writer->processes - 1 : UINT32_MAX;
}

bool trace_writer_failed(const struct trace_writer *writer)
{
    return writer->failed;
}

uint32_t trace_writer_thread_count(const struct trace_writer *writer)
{
    return writer->threads.count;
}
