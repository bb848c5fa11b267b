/* The sorter of every table: by a column, ties by the table's own rule, then by row. */
#ifndef NCPROF_TUI_ANALYSIS_ORDER_H
#define NCPROF_TUI_ANALYSIS_ORDER_H

#include "formats/profile/profile.h"
#include "tui/columns.h"

struct order {
    const void *table;
    const struct column *column;
    bool reverse; /* against the column's own first order */
    int (*tie)(const void *table, uint32_t a, uint32_t b); /* by name; never reversed */
    /*
     * In place of `tie`, which is then not called: the row's function. Ties are in the order of
     * function_compare(), and very many of them cost little.
     */
    const struct function *(*function)(const void *table, uint32_t row);
    /* Optional: groups of rows, the lowest first, never reversed. */
    uint32_t (*group)(const void *table, uint32_t row);
};

/* A permutation of 0..count-1 in order; the caller frees it. */
uint32_t *order_rows(const struct order *order, uint32_t count);

/* An array of `count` elements of `size` bytes, rearranged by a permutation of order_rows(). */
void *order_apply(const uint32_t *permutation, uint32_t count, const void *rows, size_t size);

/*
 * The same in the array itself, which spares very many rows a second copy. Uses up the
 * permutation: it is 0..count-1 afterwards.
 */
void order_apply_in_place(uint32_t *permutation, uint32_t count, void *rows, size_t size);

#define ORDER_OF(a, b) (((a) > (b)) - ((a) < (b)))

#endif
