/* What the writers of tables of functions share. */
#ifndef NCPROF_FORMATS_WRITERS_ROWS_H
#define NCPROF_FORMATS_WRITERS_ROWS_H

#include "formats/profile/profile.h"

/* All functions as `compare` has them; its context is the profile. To be freed. */
uint32_t *rows_sorted(const struct profile *profile,
                      int (*compare)(const void *a, const void *b, void *profile));
/* All functions by descending self value of metric 0, ties by name, file and line. To be freed. */
uint32_t *rows_order(const struct profile *profile);

/* What a table of functions does not carry of a profile (writer.loses). */
const char *rows_lost(const struct profile *profile);

#endif
