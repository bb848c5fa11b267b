#include "tui/analysis/order.h"

#include "formats/profile/memory.h"

#include <stdlib.h>
#include <string.h>

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct order *order = context;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int result = order->column->compare(order->table, a, b);
    if (result)
        return order->column->descending != order->reverse ? -result : result;
    result = order->tie(order->table, a, b);
    return result ? result : ORDER_OF(a, b);
}

uint32_t *order_rows(const struct order *order, uint32_t count)
{
    uint32_t *permutation = memory_zeroed(count, sizeof *permutation);
    struct order copy = *order;
    for (uint32_t i = 0; i < count; i++)
        permutation[i] = i;
    if (count > 1)
        qsort_r(permutation, count, sizeof *permutation, compare_rows, &copy);
    return permutation;
}

void *order_apply(const uint32_t *permutation, uint32_t count, const void *rows, size_t size)
{
    char *sorted = memory_alloc((size_t)count * size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(sorted + i * size, (const char *)rows + permutation[i] * size, size);
    return sorted;
}
