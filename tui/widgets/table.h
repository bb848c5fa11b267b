/*
 * A table: columns of an analysis, rows under a header, a cursor.
 *
 * Only rows on the screen are formatted. When it is narrow, columns leave by
 * their priority, the sort column and the name last of all; the column of width
 * 0 (the name) takes what is left, and its head says by what is sorted when that cannot be seen. A
 * cell wider than its column pushes the column wider rather than losing a digit.
 */
#ifndef NCPROF_TUI_WIDGETS_TABLE_H
#define NCPROF_TUI_WIDGETS_TABLE_H

#include "tui/columns.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/list.h"

#include <stdbool.h>
#include <stdint.h>

#define TABLE_COLUMNS_MAX 32

enum table_show { TABLE_BOTH, TABLE_SHARES, TABLE_VALUES, TABLE_SHOWS };

struct table {
    const struct column *columns;
    const void *data;          /* what the columns' functions take; set by table_show() */
    const void *owner;         /* what the hooks take */
    unsigned flags;            /* of the profile: columns that need others are left out */
    const struct column *sort; /* marked in the header; NULL: none */
    bool reverse;
    bool unfocused; /* no cursor is shown */
    bool headless;  /* no header row */
    enum table_show show;
    const char *hide; /* a column that is only shown when it is sorted by; or NULL */
    /* A column that leaves by its priority even when it is sorted by: others tell as much; or NULL
     */
    const char *told;
    int name_least; /* cells that the name keeps before columns leave; 0: a quarter of all */
    int shift;      /* cells by which long names are scrolled */
    struct list list;
    struct rect area;
    /* The widest cell seen of each column, so that nothing moves sideways as rows pass by. */
    int seen[TABLE_COLUMNS_MAX];
    bool measured;

    /* Hooks; each may be NULL. */
    enum style (*style)(const void *owner, uint32_t row, const struct column *column);
    /* Paints the column of width 0. */
    void (*name)(const void *owner, uint32_t row, struct canvas *canvas, struct rect area);
    bool (*marked)(const void *owner, uint32_t row);
};

/* Other rows: no width is kept of those before, wherever in memory they were. */
void table_show(struct table *table, const void *data);

/* Where things are from now on; measures the rows that will be drawn. */
void table_fit(struct table *table, struct rect area);
void table_draw(const struct table *table, struct canvas *canvas);

/* A click in the area: selects the row, or returns the column whose head was hit. NULL: neither. */
const struct column *table_click(struct table *table, int row, int column);

/* The sortable column shown to the left (-1) or right (1) of the sort column; itself at the end. */
const struct column *table_neighbour(const struct table *table, int direction);

/* Whether a column holds shares of a whole: its title is "%". */
bool column_is_share(const struct column *column);

#endif
