#include "tui/analysis/order.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

struct keyed {
    double key; /* 0 for all when the column has none */
    uint32_t row;
};

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct order *order = context;
    const struct keyed *a = left, *b = right;
    int result = a->key != b->key ? (a->key < b->key ? -1 : 1)
                                  : order->column->compare(order->table, a->row, b->row);
    if (result)
        return order->column->descending != order->reverse ? -result : result;
    result = order->tie(order->table, a->row, b->row);
    return result ? result : ORDER_OF(a->row, b->row);
}

uint32_t *order_rows(const struct order *order, uint32_t count)
{
    struct keyed *keyed = memory_zeroed(count, sizeof *keyed);
    uint32_t *permutation = memory_zeroed(count, sizeof *permutation);
    struct order copy = *order;
    for (uint32_t i = 0; i < count; i++) {
        double key = order->column->key ? order->column->key(order->table, i) : 0;
        keyed[i] = (struct keyed){key, i};
    }
    if (count > 1)
        qsort_r(keyed, count, sizeof *keyed, compare_rows, &copy);
    for (uint32_t i = 0; i < count; i++)
        permutation[i] = keyed[i].row;
    free(keyed);
    return permutation;
}

void *order_apply(const uint32_t *permutation, uint32_t count, const void *rows, size_t size)
{
    char *sorted = memory_alloc((size_t)count * size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(sorted + i * size, (const char *)rows + permutation[i] * size, size);
    return sorted;
}
