#include "tui/analysis/butterfly.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <stdio.h>

static const struct butterfly_row *row_of(const void *table, uint32_t row)
{
    return &((const struct butterfly_side *)table)->rows[row];
}

static const struct metric *metric_of(const void *table)
{
    const struct butterfly *butterfly = ((const struct butterfly_side *)table)->butterfly;
    return &butterfly->profile->metrics[butterfly->metric];
}

static const struct profile *profile_of(const void *table)
{
    return ((const struct butterfly_side *)table)->butterfly->profile;
}

/* The function itself is no call of it. */
static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct butterfly_row *r = row_of(table, row);
    if (r->function == PROFILE_NONE || !(profile_of(table)->flags & PROFILE_HAS_CALLS))
        snprintf(buffer, size, "%s", r->function == PROFILE_NONE ? "" : "-");
    else
        number_calls(r->values.calls, r->values.primitive, buffer, size);
}

static int ncalls_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->values.calls, row_of(table, b)->values.calls);
}

static void tottime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = metric_of(table);
    number_column(number_in_unit(row_of(table, row)->values.self, metric), metric, buffer, size);
}

static int tottime_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->values.self, row_of(table, b)->values.self);
}

static void cumtime_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = metric_of(table);
    number_column(number_in_unit(row_of(table, row)->values.total, metric), metric, buffer, size);
}

static int cumtime_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->values.total, row_of(table, b)->values.total);
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_percent(row_of(table, row)->share, buffer, size);
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    uint32_t function = row_of(table, row)->function;
    if (function == PROFILE_NONE)
        snprintf(buffer, size, "(itself)");
    else
        function_label(&profile_of(table)->functions[function], buffer, size);
}

const struct column butterfly_columns[] = {
    {.id = "ncalls",
     .title = "ncalls",
     .yappi = "ncall",
     .help = "calls along this edge; total/primitive where recursive calls are among them",
     .width = 11,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_CALLS,
     .text = ncalls_text,
     .compare = ncalls_compare},
    {.id = "tottime",
     .title = "tottime",
     .yappi = "tsub",
     .help = "time in the callee itself, called along this edge",
     .width = 10,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = tottime_text,
     .compare = tottime_compare},
    {.id = "cumtime",
     .title = "cumtime",
     .yappi = "ttot",
     .help = "time in the callee with its callees, called along this edge",
     .width = 10,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = cumtime_text,
     .compare = cumtime_compare},
    {.id = "cumtime%",
     .title = "%",
     .help = "share of the function's cumtime",
     .width = 5,
     .priority = 3,
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = share_text,
     .compare = cumtime_compare},
    {.id = "function", .title = "function", .help = "name, file and line", .text = function_text},
    {.id = NULL},
};
