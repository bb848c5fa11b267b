#include "tui/analysis/hotspot_columns.h"

#include "formats/documents/latency.h"
#include "tui/analysis/hotspots.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct hotspot *row_of(const void *table, uint32_t row)
{
    return &((const struct hotspots *)table)->rows[row];
}

static const struct metric *metric_of(const void *table)
{
    const struct hotspots *hotspots = table;
    return &hotspots->profile->metrics[hotspots->metric];
}

/* Without the flag the file holds no such value. */
static bool lacks(const void *table, unsigned flag, char *buffer, size_t size)
{
    if (((const struct hotspots *)table)->profile->flags & flag)
        return false;
    snprintf(buffer, size, "-");
    return true;
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct values *values = &row_of(table, row)->values;
    if (!lacks(table, PROFILE_HAS_CALLS, buffer, size))
        number_calls(values->calls, values->primitive, buffer, size);
}

static int ncalls_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->values.calls, row_of(table, b)->values.calls);
}

static double ncalls_key(const void *table, uint32_t row)
{
    return (double)row_of(table, row)->values.calls;
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

static double tottime_key(const void *table, uint32_t row)
{
    return (double)row_of(table, row)->values.self;
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

static double cumtime_key(const void *table, uint32_t row)
{
    return (double)row_of(table, row)->values.total;
}

static void share_text(const void *table, int64_t value, char *buffer, size_t size)
{
    number_percent((double)value / (double)((const struct hotspots *)table)->total, buffer, size);
}

static void tottime_share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    share_text(table, row_of(table, row)->values.self, buffer, size);
}

static void cumtime_share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    share_text(table, row_of(table, row)->values.total, buffer, size);
}

/* NAN without a call. */
static double per_call(const void *table, int64_t value, uint64_t calls)
{
    return calls ? number_in_unit(value, metric_of(table)) / (double)calls : NAN;
}

static double percall(const void *table, uint32_t row)
{
    const struct values *values = &row_of(table, row)->values;
    return per_call(table, values->self, values->calls);
}

/* As pstats and YAPPI's tavg nearly have it: cumtime counts outermost activations only. */
static double cumpercall(const void *table, uint32_t row)
{
    const struct values *values = &row_of(table, row)->values;
    return per_call(table, values->total, values->primitive);
}

/* What has no value comes before all that has. */
static int compare_doubles(double a, double b)
{
    return isnan(a) || isnan(b) ? ORDER_OF(!isnan(a), !isnan(b)) : ORDER_OF(a, b);
}

static double key_of(double value)
{
    return isnan(value) ? -INFINITY : value;
}

static void percall_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct hotspots *hotspots = table;
    bool below = profile_is_below_resolution(hotspots->profile, row_of(table, row)->function);
    if (lacks(table, PROFILE_HAS_CALLS, buffer, size))
        return;
    size_t mark = (size_t)snprintf(buffer, size, "%s", below ? "~" : "");
    number_value(percall(table, row), metric_of(table), buffer + mark, size - mark);
}

static int percall_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(percall(table, a), percall(table, b));
}

static double percall_key(const void *table, uint32_t row)
{
    return key_of(percall(table, row));
}

static void cumpercall_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    if (!lacks(table, PROFILE_HAS_CALLS, buffer, size))
        number_value(cumpercall(table, row), metric_of(table), buffer, size);
}

static int cumpercall_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(cumpercall(table, a), cumpercall(table, b));
}

static double cumpercall_key(const void *table, uint32_t row)
{
    return key_of(cumpercall(table, row));
}

static void latency_text(const void *table, uint32_t row, double quantile, char *buffer,
                         size_t size)
{
    static const struct metric time = {"wall", "s", METRIC_TIME, 1e-9};
    number_value(hotspots_latency(table, row, quantile), &time, buffer, size);
}

static void p50_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    latency_text(table, row, 0.5, buffer, size);
}

static void p95_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    latency_text(table, row, 0.95, buffer, size);
}

static void p99_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    latency_text(table, row, 0.99, buffer, size);
}

static void max_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    latency_text(table, row, 1, buffer, size);
}

static int latency_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->sorted_latency, row_of(table, b)->sorted_latency);
}

static double latency_key(const void *table, uint32_t row)
{
    return (double)row_of(table, row)->sorted_latency;
}

double hotspot_column_quantile(const struct column *column)
{
    for (size_t i = 0; i < LATENCIES; i++)
        if (!strcmp(column->id, latencies[i].name))
            return latencies[i].quantile;
    return -1;
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct hotspots *hotspots = table;
    function_label(&hotspots->profile->functions[row_of(table, row)->function], buffer, size);
}

static int function_order(const void *table, uint32_t a, uint32_t b)
{
    const struct function *functions = ((const struct hotspots *)table)->profile->functions;
    return function_compare(&functions[row_of(table, a)->function],
                            &functions[row_of(table, b)->function]);
}

const struct column hotspot_columns[] = {
    {.id = "ncalls",
     .title = "ncalls",
     .yappi = "ncall",
     .width = 11,
     .priority = 2,
     .help = "calls; total/primitive where recursive calls are among them",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_CALLS,
     .text = ncalls_text,
     .compare = ncalls_compare,
     .key = ncalls_key},
    {.id = "tottime",
     .title = "tottime",
     .yappi = "tsub",
     .width = 10,
     .priority = 1,
     .help = "time in the function itself, callees excluded",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = tottime_text,
     .compare = tottime_compare,
     .key = tottime_key},
    {.id = "tottime%",
     .title = "%",
     .width = 5,
     .priority = 3,
     .help = "share of tottime in the whole",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = tottime_share_text,
     .compare = tottime_compare,
     .key = tottime_key},
    {.id = "percall",
     .title = "percall",
     .width = 8,
     .priority = 5,
     .help = "tottime of one call; ~: too short for what recording a call costs",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_CALLS,
     .text = percall_text,
     .compare = percall_compare,
     .key = percall_key},
    {.id = "cumtime",
     .title = "cumtime",
     .yappi = "ttot",
     .width = 10,
     .priority = 1,
     .help = "time with callees; a recursive function counts once",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = cumtime_text,
     .compare = cumtime_compare,
     .key = cumtime_key},
    {.id = "cumtime%",
     .title = "%",
     .width = 5,
     .priority = 4,
     .help = "share of cumtime in the whole",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = cumtime_share_text,
     .compare = cumtime_compare,
     .key = cumtime_key},
    {.id = "cumpercall",
     .title = "percall",
     .yappi = "tavg",
     .width = 8,
     .priority = 6,
     .help = "cumtime of one primitive call",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_CALLS,
     .text = cumpercall_text,
     .compare = cumpercall_compare,
     .key = cumpercall_key},
    {.id = "p50",
     .title = "p50",
     .width = 8,
     .priority = 9,
     .help = "median time of a call, as recorded",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_LATENCY,
     .text = p50_text,
     .compare = latency_compare,
     .key = latency_key},
    {.id = "p95",
     .title = "p95",
     .width = 8,
     .priority = 10,
     .help = "95 % of the calls are no slower, as recorded",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_LATENCY,
     .text = p95_text,
     .compare = latency_compare,
     .key = latency_key},
    {.id = "p99",
     .title = "p99",
     .width = 8,
     .priority = 8,
     .help = "99 % of the calls are no slower, as recorded",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_LATENCY,
     .text = p99_text,
     .compare = latency_compare,
     .key = latency_key},
    {.id = "max",
     .title = "max",
     .width = 8,
     .priority = 7,
     .help = "the slowest call, as recorded",
     .align = COLUMN_RIGHT,
     .descending = true,
     .needs = PROFILE_HAS_LATENCY,
     .text = max_text,
     .compare = latency_compare,
     .key = latency_key},
    {.id = "function",
     .title = "function",
     .help = "name, file and line",
     .align = COLUMN_LEFT,
     .text = function_text,
     .compare = function_order,
     .by_name = true},
    {.id = NULL},
};
