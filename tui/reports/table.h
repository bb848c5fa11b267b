/* Any table of columns as aligned text or as Markdown; CSV and JSON have raw values instead. */
#ifndef NCPROF_TUI_REPORTS_TABLE_H
#define NCPROF_TUI_REPORTS_TABLE_H

#include "tui/columns.h"

#include <stdio.h>

struct report_table {
    const struct column *columns; /* a NULL id at the end */
    const void *table;
    uint32_t rows;
    unsigned flags;            /* of the profile: latency columns without values are left out */
    const struct column *sort; /* marked; may be NULL */
    bool ascending;            /* the mark's direction */
    bool yappi;                /* YAPPI's words over the columns */
    int width;                 /* cells; the least important columns leave; 0: all stay */
    /* Columns that say nothing in this table; may be NULL. */
    bool (*is_void)(const void *table, const struct column *column);
    /* A line of its own over a row, "" for none; may be NULL. */
    void (*line)(const void *table, uint32_t row, char *buffer, size_t size);
    /* Goes before the last column's text in a row, for a tree; may be NULL. */
    void (*prefix)(const void *table, uint32_t row, char *buffer, size_t size);
};

void table_text(FILE *out, const struct report_table *table);
/* Text of a file in Markdown: what Markdown or HTML in it would take for its own is set off. */
void table_markdown_text(FILE *out, const char *text);
void table_markdown(FILE *out, const struct report_table *table);

#endif
