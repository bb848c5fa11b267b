#include "formats/readers/folded_counts.h"

#define PLACES_MAX 9
#define SUM_MAX    (INT64_C(1) << 62)

/* More decimals than any count before: all of them are kept finer from now on. */
static int64_t refine(struct folded_counts *counts, int decimals)
{
    int64_t factor = 1;
    while (counts->places < decimals && counts->places < PLACES_MAX &&
           counts->sum <= SUM_MAX / 10 / factor) {
        factor *= 10;
        counts->places++;
    }
    counts->sum *= factor;
    counts->rounded |= counts->places < decimals;
    return factor;
}

bool folded_value(struct folded_counts *counts, const struct decimal *count, int64_t *value,
                  int64_t *factor)
{
    *factor = count->decimals > counts->places ? refine(counts, count->decimals) : 1;
    if (!decimal_scaled(count, counts->places, value))
        return false;
    int64_t size = *value < 0 ? -*value : *value;
    if (size > SUM_MAX - counts->sum)
        return false;
    counts->sum += size;
    return true;
}
