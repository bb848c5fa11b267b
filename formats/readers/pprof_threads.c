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

uint32_t pprof_thread_number(struct pprof_threads *threads, struct pprof_thread thread)
{
    bool added;
    if (threads->threads.count) {
        const struct pprof_thread *last = &threads->threads.data[threads->last];
        if (thread.name == last->name && thread.id == last->id)
            return threads->last;
    }
    struct slice key = {(const char *)&thread, sizeof thread};
    uint32_t *number = names_value(&threads->numbers, key, &added);
    if (added) {
        *number = threads->threads.count;
        *array_push(&threads->threads) = thread;
    }
    return threads->last = *number;
}

static uint32_t state_thread(struct pprof_tables *tables, struct pprof_thread thread,
                             uint32_t process)
{
    struct slice text = pprof_string(tables, thread.name);
    if (!thread.name && !thread.id)
        text = (struct slice){"all", 3};
    char *name = memory_printf("%.*s", (int)text.length, text.length ? text.text : "");
    uint32_t number = build_thread(tables->build, name, thread.id, process);
    free(name);
    return number;
}

void pprof_threads_state(const struct pprof_threads *threads, struct pprof_tables *tables,
                         const uint32_t *trees)
{
    uint32_t count = threads->threads.count;
    uint32_t process = count ? build_process(tables->build, "", 0) : 0;
    for (uint32_t i = 0; i < count; i++)
        build_thread_tree(tables->build, state_thread(tables, threads->threads.data[i], process),
                          trees[i]);
}

void pprof_threads_free(struct pprof_threads *threads)
{
    array_free(&threads->threads);
    names_free(&threads->numbers);
}
