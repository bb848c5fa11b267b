#include "tui/analysis/order.h"

#include "formats/profile/memory.h"
#include "tui/analysis/radix.h"

#include <stdlib.h>
#include <string.h>

struct sorter {
    const struct order *order;
    struct radix_item *items, *spare;
};

/* Rows whose names agree in their first `depth` bytes. */
struct run {
    uint32_t first, count;
    size_t depth;
};

static bool is_descending(const struct order *order)
{
    return order->column->descending != order->reverse;
}

static int compare_ties(const struct order *order, uint32_t a, uint32_t b)
{
    int result = order->function ? function_compare(order->function(order->table, a),
                                                    order->function(order->table, b))
                                 : order->tie(order->table, a, b);
    return result ? result : ORDER_OF(a, b);
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct order *order = context;
    const struct radix_item *a = left, *b = right;
    int result = order->column->compare(order->table, a->row, b->row);
    if (result)
        return is_descending(order) ? -result : result;
    return compare_ties(order, a->row, b->row);
}

/* For functions of one name. */
static int compare_functions(const void *left, const void *right, void *context)
{
    const struct radix_item *a = left, *b = right;
    return compare_ties(context, a->row, b->row);
}

static void sort_slowly(const struct sorter *sorter, uint32_t first, uint32_t count,
                        int (*compare)(const void *, const void *, void *))
{
    struct order order = *sorter->order;
    qsort_r(&sorter->items[first], count, sizeof *sorter->items, compare, &order);
}

/* Eight bytes of a name so that they compare as strcmp() does; zeros after its end. */
static uint64_t name_chunk(const char *name)
{
    uint64_t chunk = 0;
    unsigned length = 0;
    for (; length < 8 && name[length]; length++)
        chunk = chunk << 8 | (unsigned char)name[length];
    return length ? chunk << 8 * (8 - length) : 0;
}

static uint32_t run_end(const struct radix_item *items, uint32_t first, uint32_t end)
{
    uint32_t next = first + 1;
    while (next < end && items[next].key == items[first].key)
        next++;
    return next;
}

/* Rows that tie, by name: eight bytes at a time, and on where these are alike. */
static void sort_names(const struct sorter *sorter, uint32_t first, uint32_t count)
{
    const struct order *order = sorter->order;
    ARRAY(struct run) runs = {0};
    *array_push(&runs) = (struct run){first, count, 0};
    while (runs.count) {
        struct run run = runs.data[--runs.count];
        struct radix_item *items = &sorter->items[run.first];
        for (uint32_t i = 0; i < run.count; i++)
            items[i].key =
                name_chunk(order->function(order->table, items[i].row)->name + run.depth);
        radix_sort(items, sorter->spare, run.count);
        for (uint32_t i = 0, end; i < run.count; i = end) {
            end = run_end(items, i, run.count);
            if (end == i + 1)
                continue;
            if (items[i].key & 0xff)
                *array_push(&runs) = (struct run){run.first + i, end - i, run.depth + 8};
            else
                sort_slowly(sorter, run.first + i, end - i, compare_functions);
        }
    }
    array_free(&runs);
}

/* A key may be coarser than what it stands for, as a class is for exponents. */
static bool all_tie(const struct sorter *sorter, uint32_t first, uint32_t count)
{
    const struct order *order = sorter->order;
    for (uint32_t i = first; i + 1 < first + count; i++)
        if (order->column->compare(order->table, sorter->items[i].row, sorter->items[i + 1].row))
            return false;
    return true;
}

static void turn_round(struct radix_item *items, uint32_t count)
{
    for (uint32_t i = 0, j = count - 1; i < j; i++, j--) {
        struct radix_item item = items[i];
        items[i] = items[j];
        items[j] = item;
    }
}

static void sort_run(const struct sorter *sorter, uint32_t first, uint32_t count)
{
    const struct order *order = sorter->order;
    bool by_name = order->function && order->column->by_name;
    if (count < 2)
        return;
    if (by_name || (order->function && all_tie(sorter, first, count)))
        sort_names(sorter, first, count);
    else
        sort_slowly(sorter, first, count, compare_rows);
    if (by_name && is_descending(order))
        turn_round(&sorter->items[first], count);
}

static void sort_runs(const struct sorter *sorter, uint32_t count)
{
    const struct radix_item *items = sorter->items;
    for (uint32_t first = 0, end; first < count; first = end) {
        end = first + 1;
        while (end < count && items[end].key == items[first].key &&
               items[end].group == items[first].group)
            end++;
        sort_run(sorter, first, end - first);
    }
}

static struct radix_item item_of(const struct order *order, uint32_t row)
{
    uint64_t key = 0;
    if (order->column->key)
        key = radix_key(order->column->key(order->table, row));
    return (struct radix_item){is_descending(order) ? ~key : key, row,
                               order->group ? order->group(order->table, row) : 0};
}

uint32_t *order_rows(const struct order *order, uint32_t count)
{
    uint32_t *permutation = memory_alloc(count * sizeof *permutation);
    struct sorter sorter = {order, memory_alloc(count * sizeof *sorter.items),
                            memory_alloc(count * sizeof *sorter.items)};
    for (uint32_t i = 0; i < count; i++)
        sorter.items[i] = item_of(order, i);
    if (order->column->key)
        radix_sort(sorter.items, sorter.spare, count);
    if (order->group)
        radix_sort_groups(sorter.items, sorter.spare, count);
    sort_runs(&sorter, count);
    for (uint32_t i = 0; i < count; i++)
        permutation[i] = sorter.items[i].row;
    free(sorter.items);
    free(sorter.spare);
    return permutation;
}

void *order_apply(const uint32_t *permutation, uint32_t count, const void *rows, size_t size)
{
    char *sorted = memory_alloc((size_t)count * size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(sorted + i * size, (const char *)rows + permutation[i] * size, size);
    return sorted;
}

/* Cycle by cycle: each row goes to where it belongs, the first of the cycle last. */
void order_apply_in_place(uint32_t *permutation, uint32_t count, void *rows, size_t size)
{
    char *bytes = rows, *first = memory_alloc(size);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = i;
        if (permutation[i] == i)
            continue;
        memcpy(first, bytes + i * size, size);
        while (permutation[at] != i) {
            uint32_t from = permutation[at];
            memcpy(bytes + at * size, bytes + from * size, size);
            permutation[at] = at;
            at = from;
        }
        memcpy(bytes + at * size, first, size);
        permutation[at] = at;
    }
    free(first);
}
