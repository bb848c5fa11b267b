/* Numbers as other programs read them: in documents, the same in every locale. */
#ifndef NCPROF_FORMATS_DOCUMENTS_NUMBER_H
#define NCPROF_FORMATS_DOCUMENTS_NUMBER_H

#include "formats/profile/profile.h"

#include <stddef.h>

#define NUMBER_SIZE 40 /* enough for any number_shortest() */

/* A value as a profile keeps it, in its metric's unit; the nearest double to the exact quotient. */
double number_in_unit(int64_t value, const struct metric *metric);

/*
 * The same for formats of whole numbers: nanoseconds of a time, else the metric's unit, rounded.
 * A value too large for that stays as it is.
 */
int64_t number_whole(int64_t value, const struct metric *metric);

/* The fewest digits that read back as the same double; the number is finite. */
void number_shortest(double number, char *buffer, size_t size);

#endif
