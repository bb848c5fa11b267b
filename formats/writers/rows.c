#include "formats/writers/rows.h"

#include "formats/profile/memory.h"

#include <stdlib.h>

static int compare_functions(const void *a, const void *b, void *context)
{
    const struct profile *p = context;
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    if (p->function_self[x] != p->function_self[y])
        return p->function_self[x] > p->function_self[y] ? -1 : 1;
    int order = function_compare(&p->functions[x], &p->functions[y]);
    return order ? order : x < y ? -1 : x > y;
}

uint32_t *rows_sorted(const struct profile *profile,
                      int (*compare)(const void *a, const void *b, void *profile))
{
    uint32_t *order = memory_zeroed(profile->function_count, sizeof *order);
    union {
        const struct profile *in;
        void *out;
    } context = {profile};
    for (uint32_t f = 0; f < profile->function_count; f++)
        order[f] = f;
    qsort_r(order, profile->function_count, sizeof *order, compare, context.out);
    return order;
}

uint32_t *rows_order(const struct profile *profile)
{
    return rows_sorted(profile, compare_functions);
}

const char *rows_lost(const struct profile *profile)
{
    if (profile->metric_count > 1 + (profile->correction.raw > 0))
        return "only the table of functions with the first metric is kept";
    return profile->flags & PROFILE_HAS_EDGES ? "only the table of functions is kept" : NULL;
}
