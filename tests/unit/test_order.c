#include "tests/unit/test.h"

#include "tui/analysis/order.h"
#include "tui/analysis/radix.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 2000

struct rows {
    double values[ROWS];
    struct function functions[ROWS];
    char names[ROWS][24];
};

static double key(const void *table, uint32_t row)
{
    return ((const struct rows *)table)->values[row];
}

static int compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(key(table, a), key(table, b));
}

static const struct function *function(const void *table, uint32_t row)
{
    return &((const struct rows *)table)->functions[row];
}

static uint32_t group(const void *table, uint32_t row)
{
    return (uint32_t)((const struct rows *)table)->functions[row].line % 3;
}

/* Every order by hand: group, value, name, file, module, line, row. */
static int wanted(const struct order *order, uint32_t a, uint32_t b)
{
    int result = order->group ? ORDER_OF(group(order->table, a), group(order->table, b)) : 0;
    if (result)
        return result;
    result = compare(order->table, a, b);
    if (result)
        return order->column->descending != order->reverse ? -result : result;
    result = function_compare(function(order->table, a), function(order->table, b));
    return result ? result : ORDER_OF(a, b);
}

static void check(const struct order *order)
{
    uint32_t *permutation = order_rows(order, ROWS);
    for (uint32_t i = 0; i + 1 < ROWS; i++)
        assert_true(wanted(order, permutation[i], permutation[i + 1]) < 0);
    free(permutation);
}

/* Values that tie in hundreds; names that are alike for longer and longer, some of them equal. */
static struct rows *rows_new(void)
{
    struct rows *rows = malloc(sizeof *rows);
    uint32_t state = 7;
    for (int i = 0; i < ROWS; i++) {
        state = state * 1664525 + 1013904223;
        rows->values[i] = (int)(state >> 28) - 8;
        if (state >> 24 == 77)
            rows->values[i] = -INFINITY;
        snprintf(rows->names[i], sizeof rows->names[i], "%.*s%u", (int)(state >> 9 & 15),
                 "function_of_names", state >> 13 & 63);
        rows->functions[i] =
            (struct function){rows->names[i], "", "file.py", state >> 5 & 7, FUNCTION_PYTHON};
    }
    return rows;
}

static void rows_are_in_order(void **state)
{
    struct column column = {.id = "value", .compare = compare, .key = key};
    struct rows *rows = rows_new();
    (void)state;
    for (int i = 0; i < 8; i++) {
        column.descending = i & 1;
        column.key = i & 4 ? NULL : key;
        const struct order order = {.table = rows,
                                    .column = &column,
                                    .reverse = i & 2,
                                    .function = function,
                                    .group = i & 4 ? NULL : group};
        check(&order);
    }
    free(rows);
}

static int by_function(const void *table, uint32_t a, uint32_t b)
{
    return function_compare(function(table, a), function(table, b));
}

static void names_are_in_order(void **state)
{
    const struct column column = {.id = "function", .compare = by_function, .by_name = true};
    struct rows *rows = rows_new();
    (void)state;
    for (int i = 0; i < 2; i++) {
        const struct order order = {
            .table = rows, .column = &column, .reverse = i, .function = function};
        uint32_t *permutation = order_rows(&order, ROWS);
        for (uint32_t row = 0; row + 1 < ROWS; row++) {
            int result = by_function(rows, permutation[row], permutation[row + 1]);
            assert_true(i ? result >= 0 : result <= 0);
        }
        free(permutation);
    }
    free(rows);
}

static void rows_go_where_they_belong(void **state)
{
    const uint32_t permutation[] = {3, 1, 4, 0, 5, 2}, rows[] = {10, 11, 12, 13, 14, 15};
    uint32_t in_place[6], used_up[6];
    (void)state;
    memcpy(in_place, rows, sizeof rows);
    memcpy(used_up, permutation, sizeof permutation);
    uint32_t *copied = order_apply(permutation, 6, rows, sizeof *rows);
    order_apply_in_place(used_up, 6, in_place, sizeof *rows);
    const uint32_t wanted[] = {13, 11, 14, 10, 15, 12};
    assert_memory_equal(copied, wanted, sizeof wanted);
    assert_memory_equal(in_place, wanted, sizeof wanted);
    free(copied);
}

static void numbers_as_keys(void **state)
{
    (void)state;
    const double ascending[] = {-INFINITY, -1e300, -1, -1e-300, 0, 1e-300, 0.5, 1, 1e300, INFINITY};
    for (size_t i = 0; i + 1 < sizeof ascending / sizeof *ascending; i++)
        assert_true(radix_key(ascending[i]) < radix_key(ascending[i + 1]));
    assert_true(radix_key(-0.0) == radix_key(0.0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_in_order),
        cmocka_unit_test(names_are_in_order),
        cmocka_unit_test(rows_go_where_they_belong),
        cmocka_unit_test(numbers_as_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
