#include "tui/analysis/plan_hotspots.h"

#include "formats/documents/number.h"
#include "formats/profile/memory.h"
#include "tui/analysis/amdahl.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static struct plan_hotspot hotspot_of(const struct profile *profile, uint32_t function,
                                      int64_t total)
{
    struct plan_hotspot row = {.function = function,
                               .values = profile_function(profile, function, 0)};
    row.share = total > 0 ? (double)row.values.self / (double)total : 0;
    row.saved = amdahl_saved(row.share, 2);
    row.limit = amdahl_limit(row.share);
    return row;
}

static bool is_hot(const struct profile *profile, const struct plan_hotspot *row, double seconds)
{
    if (isnan(seconds))
        return row->share >= PLAN_WORTHWHILE;
    return number_in_unit(row->values.total, &profile->metrics[0]) >= seconds;
}

static int compare_rows(const void *left, const void *right, void *context)
{
    const struct plan_hotspots *hotspots = context;
    const struct function *functions = hotspots->profile->functions;
    const struct plan_hotspot *a = left, *b = right;
    int order = hotspots->by_total ? ORDER_OF(b->values.total, a->values.total)
                                   : ORDER_OF(b->values.self, a->values.self);
    return order ? order : function_compare(&functions[a->function], &functions[b->function]);
}

struct plan_hotspots *plan_hotspots_new(const struct profile *profile, double seconds)
{
    struct plan_hotspots *hotspots = memory_zeroed(1, sizeof *hotspots);
    int64_t total = profile_total(profile, 0, PROFILE_NONE);
    hotspots->profile = profile;
    hotspots->by_total = !isnan(seconds);
    hotspots->rows = memory_zeroed(profile->function_count, sizeof *hotspots->rows);
    for (uint32_t f = 0; f < profile->function_count; f++) {
        struct plan_hotspot row = hotspot_of(profile, f, total);
        if (is_hot(profile, &row, seconds)) {
            hotspots->rows[hotspots->count++] = row;
            continue;
        }
        hotspots->left_out++;
        hotspots->left_out_share += row.share;
    }
    qsort_r(hotspots->rows, hotspots->count, sizeof *hotspots->rows, compare_rows, hotspots);
    return hotspots;
}

void plan_hotspots_free(struct plan_hotspots *hotspots)
{
    if (!hotspots)
        return;
    free(hotspots->rows);
    free(hotspots);
}

/* ---- columns ---- */

static const struct plan_hotspot *row_of(const void *table, uint32_t row)
{
    return &((const struct plan_hotspots *)table)->rows[row];
}

static const struct profile *profile_of(const void *table)
{
    return ((const struct plan_hotspots *)table)->profile;
}

static void time_cell(const void *table, int64_t value, char *buffer, size_t size)
{
    const struct metric *metric = &profile_of(table)->metrics[0];
    number_column(number_in_unit(value, metric), metric, buffer, size);
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct values *values = &row_of(table, row)->values;
    if (profile_of(table)->flags & PROFILE_HAS_CALLS)
        number_calls(values->calls, values->primitive, buffer, size);
    else
        snprintf(buffer, size, "-");
}

static void tottime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    time_cell(table, row_of(table, row)->values.self, buffer, size);
}

static void cumtime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    time_cell(table, row_of(table, row)->values.total, buffer, size);
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_percent(row_of(table, row)->share, buffer, size);
}

static void saved_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    char digits[40];
    number_percent(row_of(table, row)->saved, digits, sizeof digits);
    snprintf(buffer, size, "-%s %%", digits);
}

static void limit_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_ratio(row_of(table, row)->limit, buffer, size);
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    function_label(&profile_of(table)->functions[row_of(table, row)->function], buffer, size);
}

const struct column plan_hotspot_columns[] = {
    {.id = "ncalls",
     .title = "ncalls",
     .yappi = "ncall",
     .width = 11,
     .priority = 5,
     .align = COLUMN_RIGHT,
     .text = ncalls_text},
    {.id = "tottime",
     .title = "tottime",
     .yappi = "tsub",
     .width = 10,
     .align = COLUMN_RIGHT,
     .text = tottime_text},
    {.id = "tottime%",
     .title = "%",
     .width = 5,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .text = share_text},
    {.id = "cumtime",
     .title = "cumtime",
     .yappi = "ttot",
     .width = 10,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .text = cumtime_text},
    {.id = "saved",
     .title = "2× faster",
     .width = 9,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .text = saved_text},
    {.id = "limit",
     .title = "at most",
     .width = 7,
     .priority = 3,
     .align = COLUMN_RIGHT,
     .text = limit_text},
    {.id = "function", .title = "function", .text = function_text},
    {.id = NULL},
};
