/*
 * Tables of text: RFC 4180 with any one separator, also with line ends inside
 * quotes and blanks before these. A record is at most CSV_RECORD_MAX bytes long.
 */
#ifndef NCPROF_FORMATS_READERS_CSV_H
#define NCPROF_FORMATS_READERS_CSV_H

#include "formats/input.h"
#include "formats/profile/memory.h"
#include "formats/readers/slice.h"

#define CSV_RECORD_MAX (1u << 20)

struct csv_field {
    uint32_t offset, length;
};

struct csv {
    char separator;
    bool blank;    /* the field being read has had nothing but blanks so far */
    uint64_t line; /* the first one of the current record */
    ARRAY(char) bytes;
    ARRAY(struct csv_field) fields;
};

/* The separator that a header line uses: comma, semicolon or tab. */
char csv_separator(const char *line, size_t length);

/*
 * 1 and the next record that is not blank, 0 at the end, -1. Cells are valid until the
 * next call. ERROR_TRUNCATED when the file ends inside quotes.
 */
int csv_next(struct csv *csv, struct input *input, struct error *err);
/* "" when the record is shorter. Blanks around it are not part of it. */
struct slice csv_cell(const struct csv *csv, uint32_t column);
void csv_free(struct csv *csv);

#endif
