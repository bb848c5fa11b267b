/* The order of rows and the groups that they stand in. */
#include "tui/analysis/compare_internal.h"
#include "tui/analysis/order.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct function *function_of(const void *table, uint32_t row)
{
    return compare_function(table, row);
}

static uint32_t group_of(const void *table, uint32_t row)
{
    const struct comparison *comparison = table;
    const struct compare_row *r = &comparison->rows[row];
    if (r->status == COMPARE_NEW)
        return COMPARE_ONLY_B;
    if (r->status == COMPARE_GONE)
        return COMPARE_ONLY_A;
    return r->uncertain ? COMPARE_UNCERTAIN : COMPARE_BOTH;
}

static bool is_one_sided(const struct compare_row *row)
{
    return row->status == COMPARE_NEW || row->status == COMPARE_GONE;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && !strcmp(text + length - tail, end);
}

static bool is_change(const struct column *column)
{
    static const char *const ends[] = {"delta",  "_ratio",   "_exponent",
                                       "_class", "er_calls", "more_calls"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (ends_with(column->id, ends[i]))
            return true;
    return false;
}

/* What one side lacks has no change to be sorted by: the largest come first. */
static double grouped_key(const void *table, uint32_t row)
{
    const struct comparison *comparison = table;
    const struct compare_row *r = &comparison->rows[row];
    if (is_one_sided(r))
        return fabs(r->change[comparison->blame].delta);
    return comparison->sort->key(table, row);
}

static void count_groups(struct comparison *comparison, const uint32_t *permutation)
{
    for (uint32_t i = 0; i < comparison->count; i++) {
        const struct compare_row *row = &comparison->rows[permutation[i]];
        uint32_t at = group_of(comparison, permutation[i]);
        struct compare_group_rows *group = &comparison->groups[at];
        if (!group->count++)
            group->first = i;
        const struct compare_change *tottime = &row->change[COMPARE_TOTTIME];
        group->tottime += at == COMPARE_ONLY_A ? tottime->a : tottime->b;
    }
}

static void keep(struct comparison *comparison, uint32_t *permutation, uint32_t limit)
{
    size_t size = sizeof *comparison->rows;
    if (!limit || comparison->count <= limit) {
        order_apply_in_place(permutation, comparison->count, comparison->rows, size);
        return;
    }
    comparison->count = limit;
    struct compare_row *kept = order_apply(permutation, limit, comparison->rows, size);
    free(comparison->rows);
    comparison->rows = kept;
}

void compare_sort(struct comparison *comparison, uint32_t limit)
{
    struct column column = *comparison->sort;
    struct order order = {.table = comparison,
                          .column = &column,
                          .reverse = comparison->reverse,
                          .function = function_of};
    comparison->grouped = is_change(comparison->sort);
    if (comparison->grouped) {
        order.group = group_of;
        column.key = grouped_key;
    }
    uint32_t *permutation = order_rows(&order, comparison->count);
    count_groups(comparison, permutation);
    keep(comparison, permutation, limit);
    free(permutation);
}
