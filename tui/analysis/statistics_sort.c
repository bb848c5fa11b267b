/* pstats' sort words, and the orders that they stand for. */
#include "tui/analysis/statistics_internal.h"

#include "formats/profile/memory.h"
#include "tui/analysis/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int compare_rows(const struct statistics_row *a, const struct statistics_row *b);

static int by_calls(const struct statistics_row *a, const struct statistics_row *b)
{
    return ORDER_OF(b->values.calls, a->values.calls);
}

static int by_primitive(const struct statistics_row *a, const struct statistics_row *b)
{
    return ORDER_OF(b->values.primitive, a->values.primitive);
}

static int by_self(const struct statistics_row *a, const struct statistics_row *b)
{
    return ORDER_OF(b->values.self, a->values.self);
}

static int by_total(const struct statistics_row *a, const struct statistics_row *b)
{
    return ORDER_OF(b->values.total, a->values.total);
}

static int by_file(const struct statistics_row *a, const struct statistics_row *b)
{
    return strcmp(a->file, b->file);
}

static int by_line(const struct statistics_row *a, const struct statistics_row *b)
{
    return ORDER_OF(a->line, b->line);
}

static int by_name(const struct statistics_row *a, const struct statistics_row *b)
{
    return strcmp(a->name, b->name);
}

static int by_name_file_line(const struct statistics_row *a, const struct statistics_row *b)
{
    int order = by_name(a, b);
    order = order ? order : by_file(a, b);
    return order ? order : by_line(a, b);
}

static int by_standard_name(const struct statistics_row *a, const struct statistics_row *b)
{
    return strcmp(a->standard, b->standard);
}

struct statistics_key {
    const char *word, *label; /* the label tells words of one meaning from others */
    compare_rows *compare;
};

static const struct statistics_key keys[] = {
    {"calls", "call count", by_calls},
    {"cumtime", "cumulative time", by_total},
    {"cumulative", "cumulative time", by_total},
    {"filename", "file name", by_file},
    {"line", "line number", by_line},
    {"module", "file name", by_file},
    {"name", "function name", by_name},
    {"ncalls", "call count", by_calls},
    {"nfl", "name/file/line", by_name_file_line},
    {"pcalls", "primitive call count", by_primitive},
    {"stdname", "standard name", by_standard_name},
    {"time", "internal time", by_self},
    {"tottime", "internal time", by_self},
};
#define KEYS (sizeof keys / sizeof *keys)

/* The key of a word, or of the beginning of words that all mean one order. */
static const struct statistics_key *find_key(const char *word, size_t length)
{
    const struct statistics_key *found = NULL;
    for (size_t i = 0; i < KEYS; i++) {
        if (!length || strncmp(keys[i].word, word, length) != 0)
            continue;
        if (!keys[i].word[length])
            return &keys[i];
        if (found && strcmp(found->label, keys[i].label) != 0)
            return NULL;
        found = &keys[i];
    }
    return found;
}

static int unknown_word(const char *word, size_t length, struct error *err)
{
    char known[256] = "";
    for (size_t i = 0; i < KEYS; i++) {
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", keys[i].word);
    }
    return error_set(err, ERROR_USAGE, "pstats does not sort by \"%.*s\"; it knows %s",
                     length < 64 ? (int)length : 64, word, known);
}

int statistics_sort_parse(const char *text, struct statistics_sort *sort, struct error *err)
{
    const char *word = text ? text : "time";
    sort->count = 0;
    for (;;) {
        size_t length = strcspn(word, ",");
        const struct statistics_key *key = find_key(word, length);
        if (!key)
            return unknown_word(word, length, err);
        if (sort->count == STATISTICS_KEYS_MAX)
            return error_set(err, ERROR_USAGE, "--sort takes at most %d words",
                             STATISTICS_KEYS_MAX);
        sort->keys[sort->count++] = key;
        if (!word[length])
            return 0;
        word += length + 1;
    }
}

int statistics_check_sort(const char *text, struct error *err)
{
    struct statistics_sort sort;
    return statistics_sort_parse(text, &sort, err);
}

struct sorting {
    const struct statistics *statistics;
    const struct statistics_sort *sort;
};

/* As Python's sort, it leaves equals as they are. */
static int compare(const void *left, const void *right, void *context)
{
    const struct sorting *sorting = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    const struct statistics_row *rows = sorting->statistics->rows;
    for (uint32_t k = 0; k < sorting->sort->count; k++) {
        int order = sorting->sort->keys[k]->compare(&rows[a], &rows[b]);
        if (order)
            return order;
    }
    return ORDER_OF(a, b);
}

static void reverse_rows(struct statistics *statistics)
{
    for (uint32_t i = 0; i < statistics->count / 2; i++) {
        uint32_t *a = &statistics->order[i];
        uint32_t *b = &statistics->order[statistics->count - 1 - i];
        uint32_t kept = *a;
        *a = *b;
        *b = kept;
    }
}

static void name_order(struct statistics *statistics, const struct statistics_sort *sort)
{
    size_t used = 0, size = sizeof statistics->sorted_by;
    for (uint32_t k = 0; k < sort->count && used < size; k++)
        used += (size_t)snprintf(statistics->sorted_by + used, size - used, "%s%s", k ? ", " : "",
                                 sort->keys[k]->label);
}

void statistics_sort_rows(struct statistics *statistics, const struct statistics_sort *sort,
                          bool reverse)
{
    struct sorting sorting = {statistics, sort};
    statistics->order = memory_zeroed(statistics->functions, sizeof *statistics->order);
    for (uint32_t r = 0; r < statistics->row_count; r++)
        if (statistics->rows[r].listed)
            statistics->order[statistics->count++] = r;
    if (statistics->count > 1)
        qsort_r(statistics->order, statistics->count, sizeof *statistics->order, compare, &sorting);
    if (reverse)
        reverse_rows(statistics);
    name_order(statistics, sort);
}
