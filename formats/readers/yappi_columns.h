/*
 * The columns of a YAPPI table: which stands where, and what a cell says.
 */
#ifndef NCPROF_FORMATS_READERS_YAPPI_COLUMNS_H
#define NCPROF_FORMATS_READERS_YAPPI_COLUMNS_H

#include "formats/profile/profile.h"
#include "formats/readers/csv.h"

enum yappi_column {
    YAPPI_NAME,
    YAPPI_FULL_NAME,
    YAPPI_NCALL,
    YAPPI_PRIMITIVE,
    YAPPI_TSUB,
    YAPPI_TTOT,
    YAPPI_TAVG,
    YAPPI_MODULE,
    YAPPI_FILE,
    YAPPI_LINE,
    YAPPI_BUILTIN,
    YAPPI_THREAD_ID, /* YAPPI's own number */
    YAPPI_SYSTEM_ID,
    YAPPI_SCHEDULED,
    YAPPI_COLUMNS
};

/* A zeroed struct is a table without columns; freed by csv_free(&table->csv). */
struct yappi_table {
    struct csv csv;                /* the current row */
    bool printed;                  /* columns of blanks, not of separators */
    char point;                    /* of decimal numbers; 0: not known yet */
    uint32_t place[YAPPI_COLUMNS]; /* UINT32_MAX: not there */
};

/* Reads the titles of a header line; returns how many are known. */
uint32_t yappi_read_header(struct yappi_table *table, struct slice line);
/* What the column is called where it is called as YAPPI does. */
const char *yappi_title(enum yappi_column column);
bool yappi_has(const struct yappi_table *table, enum yappi_column column);
bool yappi_is_threads(const struct yappi_table *table);

/* Makes a printed line the current row: the last words are numbers, the name is all before. */
bool yappi_split_row(struct yappi_table *table, struct slice line, uint32_t width);

/* "" where there is no such column or cell. */
struct slice yappi_cell(const struct yappi_table *table, enum yappi_column column);
/* Nanoseconds; false when it is no number of at most 36 years. */
bool yappi_time(const struct yappi_table *table, enum yappi_column column, int64_t *ns);
/* 0 when it is no number. */
uint64_t yappi_count(const struct yappi_table *table, enum yappi_column column);
/* Calls and primitive calls; false when they are none. */
bool yappi_calls(const struct yappi_table *table, struct values *values);
bool yappi_is_true(struct slice cell);

#endif
