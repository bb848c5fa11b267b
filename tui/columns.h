/*
 * Columns are data, shared by screens and reports: a number can never differ
 * between the two. A table (hotspots, comparison, call tree, butterfly) has one
 * array of columns ending with a NULL id; `table` below is that analysis's result.
 */
#ifndef NCPROF_TUI_COLUMNS_H
#define NCPROF_TUI_COLUMNS_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum column_align { COLUMN_LEFT, COLUMN_RIGHT };

struct column {
    const char *id;    /* the word for --sort and JSON: "tottime" */
    const char *title; /* over the column */
    const char *yappi; /* accepted as a sort key too, shown by --names yappi; or NULL */
    const char *help;  /* one line */
    int width;         /* cells; 0: takes what is left (the function's name) */
    int priority;      /* 0 stays to the last; when narrow the largest leaves first */
    enum column_align align;
    bool descending; /* first order when chosen */
    unsigned needs;  /* profile flags; without them the cell is "-" */
    /* The cell as a person reads it: units, separators, "-" for what is not known. UTF-8. */
    void (*text)(const void *table, uint32_t row, char *buffer, size_t size);
    /* Ascending; ties are broken by name and then by index, by the sorter. NULL: not sortable. */
    int (*compare)(const void *table, uint32_t a, uint32_t b);
    /*
     * Optional, to sort fast: rows whose keys differ are in the order of the keys, for the others
     * compare() is asked. Never NAN.
     */
    double (*key)(const void *table, uint32_t row);
    bool by_name; /* compare() is function_compare() of the rows' functions */
};

/*
 * By id or YAPPI name, or by another word in use: "calls" is ncalls, "cumulative" cumtime, "time"
 * tottime (pstats' words); side by side "ncalls" is B's, "ratio" that of cumtime. NULL: none.
 */
const struct column *column_find(const struct column *columns, const char *name);

/*
 * The column to sort by: of `name`, or of `fallback` when name is NULL. NULL and ERROR_USAGE,
 * naming the known words, when there is none or it cannot be sorted by.
 */
const struct column *column_for_sort(const struct column *columns, const char *name,
                                     const char *fallback, struct error *err);

#endif
