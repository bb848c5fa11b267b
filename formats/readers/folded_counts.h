/*
 * The counts of folded stacks as whole numbers: all in the finest decimals that any of them has.
 */
#ifndef NCPROF_FORMATS_READERS_FOLDED_COUNTS_H
#define NCPROF_FORMATS_READERS_FOLDED_COUNTS_H

#include "formats/readers/decimal.h"

/* A zeroed struct has seen no count. */
struct folded_counts {
    int places;   /* values are kept times 10^places */
    bool rounded; /* some would have needed more */
    int64_t sum;  /* of absolute values */
};

/*
 * The value of the next count; false: it is too large to be added up. All values before are to be
 * multiplied by *factor first, also then; 1 for the most part.
 */
bool folded_value(struct folded_counts *counts, const struct decimal *count, int64_t *value,
                  int64_t *factor);

#endif
