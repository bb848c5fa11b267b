#include "formats/writers/chrome_timeline.h"

#include "formats/profile/memory.h"
#include "formats/writers/tree.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct text {
    char *data;
    size_t length;
};

struct timeline_out {
    FILE *file;
    bool has_events;
    ARRAY(struct text) names;  /* by function */
    char begin[128], end[128]; /* of the thread's events, up to the name */
    size_t begin_length, end_length;
    uint64_t pid; /* the last thread's */
};

void chrome_put_name(const struct function *function, FILE *out)
{
    if (!function->file[0] || !function->line) {
        tree_put_json(function->name, out);
        return;
    }
    char *name =
        memory_printf("%s (%s:%" PRIu32 ")", function->name, function->file, function->line);
    tree_put_json(name, out);
    free(name);
}

static void put_label(struct timeline_out *o, const char *kind,
                      const struct timeline_thread *thread, const char *name)
{
    if (!name[0])
        return;
    fprintf(o->file,
            "%s\n{\"ph\":\"M\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64
            ",\"name\":\"%s\",\"args\":{\"name\":",
            o->has_events ? "," : "", thread->pid, thread->tid, kind);
    tree_put_json(name, o->file);
    fputs("}}", o->file);
    o->has_events = true;
}

static size_t make_prefix(char *buffer, size_t size, char phase,
                          const struct timeline_thread *thread)
{
    return (size_t)snprintf(
        buffer, size, ",\n{\"ph\":\"%c\",\"pid\":%" PRIu64 ",\"tid\":%" PRIu64 ",\"name\":", phase,
        thread->pid, thread->tid);
}

static void take_thread(void *payload, const struct timeline_thread *thread)
{
    struct timeline_out *o = payload;
    if (!o->has_events || o->pid != thread->pid)
        put_label(o, "process_name", thread, thread->process);
    put_label(o, "thread_name", thread, thread->name);
    o->pid = thread->pid;
    o->begin_length = make_prefix(o->begin, sizeof o->begin, 'B', thread);
    o->end_length = make_prefix(o->end, sizeof o->end, 'E', thread);
}

static void take_function(void *payload, uint32_t id, const struct function *function)
{
    struct timeline_out *o = payload;
    struct text *name;
    while (o->names.count <= id)
        *array_push(&o->names) = (struct text){0};
    name = &o->names.data[id];
    FILE *out = open_memstream(&name->data, &name->length);
    if (!out)
        return;
    chrome_put_name(function, out);
    fclose(out);
}

/* Of the end of a buffer; returns where it begins. */
static char *put_digits(char *end, uint64_t value)
{
    do {
        *--end = (char)('0' + value % 10);
        value /= 10;
    } while (value);
    return end;
}

static void put_event(struct timeline_out *o, const char *prefix, size_t length, uint32_t id,
                      int64_t ns)
{
    char text[40], *end = text + sizeof text, *at;
    uint64_t time = (uint64_t)ns, rest = time % 1000;
    const struct text *name = &o->names.data[id];
    *--end = '}';
    at = put_digits(end, 1000 + rest); /* its first digit becomes the point */
    *at = '.';
    at = put_digits(at, time / 1000);
    fwrite_unlocked(prefix + !o->has_events, 1, length - !o->has_events, o->file);
    fwrite_unlocked(name->data, 1, name->length, o->file);
    fwrite_unlocked(",\"ts\":", 1, 6, o->file);
    fwrite_unlocked(at, 1, (size_t)(text + sizeof text - at), o->file);
    o->has_events = true;
}

static void take_enter(void *payload, uint32_t id, int64_t ns)
{
    struct timeline_out *o = payload;
    put_event(o, o->begin, o->begin_length, id, ns);
}

static void take_leave(void *payload, uint32_t id, int64_t ns)
{
    struct timeline_out *o = payload;
    put_event(o, o->end, o->end_length, id, ns);
}

int chrome_write_timeline(const struct timeline *timeline, FILE *out, struct error *err)
{
    static const struct timeline_visitor visitor = {take_thread, take_function, take_enter,
                                                    take_leave};
    struct timeline_out o = {.file = out};
    fputs("{\"displayTimeUnit\":\"ns\",\"otherData\":{\"written_by\":\"ncprof\",\"times\":\"as "
          "recorded, with what recording cost\"},\n\"traceEvents\":[",
          out);
    int status = timeline_walk(timeline, &visitor, &o, err);
    fputs("\n]}\n", out);
    for (uint32_t i = 0; i < o.names.count; i++)
        free(o.names.data[i].data);
    array_free(&o.names);
    return !status && ferror(out) ? error_errno(err, "cannot write") : status;
}
