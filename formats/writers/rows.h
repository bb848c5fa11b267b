/*
 * What the writers of tables and documents share: the order of functions, and
 * numbers and names as other programs read them.
 */
#ifndef NCPROF_FORMATS_WRITERS_ROWS_H
#define NCPROF_FORMATS_WRITERS_ROWS_H

#include "formats/profile/profile.h"

#include <stddef.h>

#define ROWS_NUMBER_MAX 32

/* All functions by descending self value of metric 0, ties by name, file and line. To be freed. */
uint32_t *rows_order(const struct profile *profile);

/* A value in the metric's unit: 1500 ns are 1.5e-06 s, exactly rounded. */
double rows_value(const struct metric *metric, int64_t value);
/* The shortest decimal number that reads back as `value`, which is finite; in any locale. */
void rows_number(double value, char buffer[ROWS_NUMBER_MAX]);

/* Valid UTF-8: what is not becomes \xNN. To be freed. */
char *rows_utf8(const char *text);

#endif
