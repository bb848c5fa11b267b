#include "formats/readers/gecko_document.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define UNIT      1000000

static bool read_table(struct gecko_set *tables, struct scan *scan, struct slice key,
                       struct build *build)
{
    if (slice_is(key, "stackTable"))
        gecko_table_read(&tables->stacks, scan);
    else if (slice_is(key, "frameTable"))
        gecko_table_read(&tables->frames, scan);
    else if (slice_is(key, "funcTable"))
        gecko_table_read(&tables->functions, scan);
    else if (slice_is(key, "resourceTable"))
        gecko_table_read(&tables->resources, scan);
    else if (slice_is(key, "sources"))
        gecko_table_read(&tables->sources, scan);
    else if (slice_is(key, "stringArray") || slice_is(key, "stringTable"))
        gecko_strings_read(&tables->strings, scan, build);
    else
        return false;
    return true;
}

static void read_text(struct scan *scan, char **text)
{
    struct slice s;
    if (scan_type(scan) != SCAN_STRING && scan_type(scan) != SCAN_NUMBER) {
        scan_skip(scan);
        return;
    }
    int64_t number;
    free(*text);
    *text = NULL;
    if (scan_type(scan) == SCAN_NUMBER) {
        if (scan_scaled(scan, 0, &number))
            *text = memory_printf("%" PRId64, number);
    } else if (scan_string(scan, &s)) {
        *text = memory_printf("%.*s", (int)(s.length < 4096 ? s.length : 4096), s.text);
    }
}

static void read_thread_member(struct gecko_document *document, struct gecko_thread *thread,
                               struct scan *scan, struct slice key)
{
    int64_t number;
    if (read_table(&thread->own, scan, key, document->build))
        return;
    if (slice_is(key, "samples"))
        gecko_table_read(&thread->samples, scan);
    else if (slice_is(key, "name"))
        read_text(scan, &thread->name);
    else if (slice_is(key, "processName"))
        read_text(scan, &thread->process_name);
    else if (slice_is(key, "processType"))
        read_text(scan, &thread->process_type);
    else if (slice_is(key, "pid"))
        read_text(scan, &thread->pid);
    else if (!slice_is(key, "tid"))
        scan_skip(scan);
    else if (scan_scaled(scan, 0, &number) && number > 0)
        thread->tid = (uint64_t)number;
}

static void read_profile(struct gecko_document *document, struct scan *scan, int depth);

/* Old subprocesses are a text of JSON among the threads. */
static void read_nested(struct gecko_document *document, struct scan *scan, int depth)
{
    char *text = scan_text(scan);
    if (text && *text == '{' && depth < DEPTH_MAX) {
        struct input *input = input_from_memory(text, strlen(text), "a process");
        struct scan *inner = scan_new(input);
        read_profile(document, inner, depth + 1);
        if (scan_end(inner, &document->nested))
            document->cut++;
        scan_free(inner);
        input_close(input);
    }
    free(text);
}

static void read_threads(struct gecko_document *document, struct scan *scan, int depth)
{
    struct slice key;
    if (!scan_array(scan))
        return;
    while (scan_item(scan)) {
        if (scan_type(scan) == SCAN_STRING) {
            read_nested(document, scan, depth);
        } else if (scan_object(scan)) {
            struct gecko_thread thread = {0};
            while (scan_key(scan, &key))
                read_thread_member(document, &thread, scan, key);
            *array_push(&document->threads) = thread;
        }
    }
}

static void read_interval(struct scan *scan, int64_t *interval)
{
    struct slice key;
    int64_t value;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key))
        if (!slice_is(key, "interval"))
            scan_skip(scan);
        else if (scan_scaled(scan, 6, &value) && value > 0)
            *interval = value;
}

static void read_shared(struct gecko_document *document, struct scan *scan)
{
    struct slice key;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key))
        if (!read_table(&document->shared, scan, key, document->build))
            scan_skip(scan);
}

static void read_profile(struct gecko_document *document, struct scan *scan, int depth)
{
    struct slice key;
    int64_t interval = UNIT;
    uint32_t first = document->threads.count;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        if (slice_is(key, "meta"))
            read_interval(scan, &interval);
        else if (slice_is(key, "threads"))
            read_threads(document, scan, depth);
        else if (slice_is(key, "shared"))
            read_shared(document, scan);
        else if (slice_is(key, "profile") && depth < DEPTH_MAX)
            read_profile(document, scan, depth + 1);
        else if (slice_is(key, "processes") && depth < DEPTH_MAX && scan_type(scan) == SCAN_ARRAY &&
                 scan_array(scan))
            while (scan_item(scan))
                read_profile(document, scan, depth + 1);
        else
            scan_skip(scan);
    }
    for (uint32_t i = first; i < document->threads.count; i++)
        if (!document->threads.data[i].interval)
            document->threads.data[i].interval = interval;
}

void gecko_document_read(struct gecko_document *document, struct scan *scan)
{
    read_profile(document, scan, 0);
}

static void free_tables(struct gecko_set *tables)
{
    gecko_table_free(&tables->stacks);
    gecko_table_free(&tables->frames);
    gecko_table_free(&tables->functions);
    gecko_table_free(&tables->resources);
    gecko_table_free(&tables->sources);
    array_free(&tables->strings);
}

void gecko_document_free(struct gecko_document *document)
{
    for (uint32_t i = 0; i < document->threads.count; i++) {
        struct gecko_thread *thread = &document->threads.data[i];
        free_tables(&thread->own);
        gecko_table_free(&thread->samples);
        free(thread->name);
        free(thread->process_name);
        free(thread->process_type);
        free(thread->pid);
    }
    free_tables(&document->shared);
    array_free(&document->threads);
}
