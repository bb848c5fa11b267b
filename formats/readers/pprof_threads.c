#include "formats/readers/pprof_threads.h"

#include "formats/readers/decimal.h"

#include <stdlib.h>

enum label_field { LABEL_KEY = 1, LABEL_TEXT = 2, LABEL_NUMBER = 3 };

static bool is_one_of(struct slice key, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (slice_is(key, names[i]))
            return true;
    return false;
}

bool pprof_thread_label(struct pprof_tables *tables, struct protobuf label,
                        struct pprof_thread *thread)
{
    static const char *const by_name[] = {"thread", "thread_name", "thread name"};
    static const char *const by_id[] = {"thread_id", "thread id", "tid"};
    struct protobuf_field field;
    uint64_t values[LABEL_NUMBER + 1] = {0};
    while (protobuf_next(&label, &field) > 0)
        if (field.number <= LABEL_NUMBER && field.wire == PROTOBUF_VARINT)
            values[field.number] = field.value;
    struct slice key = pprof_string(tables, values[LABEL_KEY]);
    bool named = is_one_of(key, by_name, 3);
    if (!named && !is_one_of(key, by_id, 3))
        return false;
    struct slice text = pprof_string(tables, values[LABEL_TEXT]);
    if (named && text.length)
        thread->name = values[LABEL_TEXT];
    else if (!text.length || !decimal_count(text.text, text.length, &thread->id))
        thread->id = values[LABEL_NUMBER];
    return true;
}

static uint32_t new_root(struct pprof_threads *threads, struct pprof_tables *tables,
                         struct pprof_thread thread)
{
    struct slice text = pprof_string(tables, thread.name);
    if (!thread.name && !thread.id)
        text = (struct slice){"all", 3};
    char *name = memory_printf("%.*s", (int)text.length, text.length ? text.text : "");
    uint32_t root =
        build_root(tables->build, build_thread(tables->build, name, thread.id, threads->process));
    free(name);
    return root;
}

uint32_t pprof_thread_root(struct pprof_threads *threads, struct pprof_tables *tables,
                           struct pprof_thread thread)
{
    bool added;
    if (threads->any && thread.name == threads->last.name && thread.id == threads->last.id)
        return threads->last_root;
    if (!threads->any)
        threads->process = build_process(tables->build, "", 0);
    struct slice key = {(const char *)&thread, sizeof thread};
    uint32_t *root = names_value(&threads->roots, key, &added);
    if (added)
        *root = new_root(threads, tables, thread);
    threads->any = true;
    threads->last = thread;
    threads->last_root = *root;
    return *root;
}
