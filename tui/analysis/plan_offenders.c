#include "tui/analysis/plan_offenders.h"

#include "formats/profile/memory.h"
#include "tui/analysis/order.h"
#include "tui/analysis/plan_hotspots.h"

#include <stdlib.h>

bool plan_offends(const struct scaling_row *row, enum compare_measure measure)
{
    const struct fit *fit = &row->fit[measure];
    return row->growth[measure] != GROWTH_NONE && fit->exponent > PLAN_OFFENDING &&
           !(fit->low <= PLAN_HARMLESS);
}

static int compare_grown(const void *left, const void *right, void *context)
{
    const struct scaling *scaling = ((const struct plan_growth *)context)->scaling;
    const struct plan_grown *a = left, *b = right;
    int order = ORDER_OF(b->share, a->share);
    return order ? order
                 : function_compare(scaling_function(scaling, a->row),
                                    scaling_function(scaling, b->row));
}

/* What is small by now is only believed to grow by calls: these are exact, times are not. */
static bool is_worthwhile(const struct plan_grown *grown)
{
    bool believed = grown->measure == COMPARE_NCALLS || grown->share >= PLAN_PERCEPTIBLE;
    return grown->share >= PLAN_WORTHWHILE || (believed && grown->projected >= PLAN_WORTHWHILE);
}

static void consider(struct plan_offenders *found, const struct scaling *scaling, uint32_t index)
{
    const struct scaling_row *row = &scaling->rows[index];
    struct plan_grown grown = plan_grown_of(scaling, index);
    grown.measure = plan_offends(row, COMPARE_NCALLS)    ? COMPARE_NCALLS
                    : plan_offends(row, COMPARE_TOTTIME) ? COMPARE_TOTTIME
                                                         : COMPARE_CUMTIME;
    if (!plan_offends(row, grown.measure) || !is_worthwhile(&grown))
        return;
    struct plan_growth *list =
        grown.measure == COMPARE_CUMTIME ? &found->carriers : &found->offenders;
    list->rows[list->count++] = grown;
}

static void begin(struct plan_growth *list, const struct scaling *scaling)
{
    list->scaling = scaling;
    list->rows = memory_zeroed(scaling->functions, sizeof *list->rows);
}

static void end(struct plan_growth *list)
{
    qsort_r(list->rows, list->count, sizeof *list->rows, compare_grown, list);
}

struct plan_offenders *plan_offenders_new(const struct scaling *scaling)
{
    struct plan_offenders *found = memory_zeroed(1, sizeof *found);
    begin(&found->offenders, scaling);
    begin(&found->carriers, scaling);
    for (uint32_t i = 0; i < scaling->functions; i++)
        consider(found, scaling, i);
    end(&found->offenders);
    end(&found->carriers);
    return found;
}

void plan_offenders_free(struct plan_offenders *offenders)
{
    if (!offenders)
        return;
    plan_growth_done(&offenders->offenders);
    plan_growth_done(&offenders->carriers);
    free(offenders);
}
