/* Comma-separated values as RFC 4180 has them, but for the line ends, which are LF. */
#ifndef NCPROF_FORMATS_DOCUMENTS_CSV_H
#define NCPROF_FORMATS_DOCUMENTS_CSV_H

#include "formats/profile/profile.h"

#include <stdio.h>

/* Zeroed but for `out` to begin with. */
struct csv {
    FILE *out;
    bool in_row;
};

/* A field each; unknown values are empty fields. Control characters in texts are escaped. */
void csv_text(struct csv *csv, const char *text);
void csv_count(struct csv *csv, uint64_t count, bool known);
void csv_number(struct csv *csv, double number); /* NAN is unknown */
/* name, module, file, line */
void csv_function(struct csv *csv, const struct function *function);
void csv_end_row(struct csv *csv);

/* The table of functions: its first line, in pstats' or YAPPI's words, and a row. */
void csv_header(FILE *out, bool yappi);
void csv_function_row(struct csv *csv, const struct profile *profile, uint32_t function,
                      uint32_t metric, const struct values *values, bool latency);

#endif
