/* The sorter of every table: by a column, ties by the table's own rule, then by row. */
#ifndef NCPROF_TUI_ANALYSIS_ORDER_H
#define NCPROF_TUI_ANALYSIS_ORDER_H

#include "tui/columns.h"

struct order {
    const void *table;
    const struct column *column;
    bool reverse; /* against the column's own first order */
    int (*tie)(const void *table, uint32_t a, uint32_t b); /* by name; never reversed */
};

/* A permutation of 0..count-1 in order; the caller frees it. */
uint32_t *order_rows(const struct order *order, uint32_t count);

/* An array of `count` elements of `size` bytes, rearranged by a permutation of order_rows(). */
void *order_apply(const uint32_t *permutation, uint32_t count, const void *rows, size_t size);

#define ORDER_OF(a, b) (((a) > (b)) - ((a) < (b)))

#endif
