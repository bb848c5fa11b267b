/* What the writers of call trees share. */
#ifndef NCPROF_FORMATS_WRITERS_TREE_H
#define NCPROF_FORMATS_WRITERS_TREE_H

#include "formats/profile/profile.h"

#include <stdio.h>

/*
 * What each context takes with its callees, for formats that lay it out as room: number_whole() of
 * metric 0, a self value below 0 taken as 0. To be freed.
 */
int64_t *tree_room(const struct profile *profile);
/* Whether tree_room() had to raise something to 0. */
bool tree_has_negative(const struct profile *profile);

/* Whether metrics other than the first (and what it is corrected from) are there. */
bool tree_has_more_metrics(const struct profile *profile);
bool tree_has_files(const struct profile *profile);
bool tree_has_modules(const struct profile *profile);
/* Whether a function is on no path of the call tree. */
bool tree_lacks_function(const struct profile *profile);

/* Counts that are no whole numbers, of any metric. */
bool tree_has_fractions(const struct profile *profile);

/* A string of JSON with its quotes. */
void tree_put_json(const char *text, FILE *out);

#endif
