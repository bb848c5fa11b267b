#include "tui/analysis/gate.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>

static const struct gate_violation *violation_of(const void *table, uint32_t row)
{
    return &((const struct gate *)table)->violations.data[row];
}

static void metric_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct gate_violation *violation = violation_of(table, row);
    snprintf(buffer, size, "%s", limit_measure_name((enum limit_measure)violation->measure));
}

static void value_text(const void *table, const struct gate_violation *violation, double value,
                       char *buffer, size_t size)
{
    const struct comparison *comparison = ((const struct gate *)table)->comparison;
    const struct metric *metric = &comparison->a->metrics[comparison->metric_a];
    if (isnan(value))
        snprintf(buffer, size, "-");
    else if (violation->measure == COMPARE_NCALLS)
        number_count((uint64_t)llround(value), buffer, size);
    else
        number_value(value, metric, buffer, size);
}

static void base_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    value_text(table, violation_of(table, row), violation_of(table, row)->base, buffer, size);
}

static void new_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    value_text(table, violation_of(table, row), violation_of(table, row)->now, buffer, size);
}

/* "×1.50", "n^1.99" */
static void factor_text(enum gate_fault fault, double value, char *buffer, size_t size)
{
    char number[64];
    if (fault == GATE_EXPONENT) {
        number_exponent(value, number, sizeof number);
        snprintf(buffer, size, "n^%s", number);
    } else if (isinf(value)) {
        snprintf(buffer, size, "from 0");
    } else {
        number_ratio(value, buffer, size);
    }
}

static void change_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct gate_violation *violation = violation_of(table, row);
    if (violation->fault == GATE_NEW_FUNCTION)
        snprintf(buffer, size, "new");
    else
        factor_text(violation->fault, violation->value, buffer, size);
}

static void limit_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct gate_violation *violation = violation_of(table, row);
    if (violation->fault == GATE_NEW_FUNCTION)
        snprintf(buffer, size, "-");
    else
        factor_text(violation->fault, violation->limit, buffer, size);
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct comparison *comparison = ((const struct gate *)table)->comparison;
    function_label(compare_function(comparison, violation_of(table, row)->row), buffer, size);
}

/* Their order is the gate's own, the worst first: there is nothing to sort by. */
const struct column gate_columns[] = {
    {.id = "metric",
     .title = "metric",
     .help = "what is beyond its limit",
     .width = 7,
     .align = COLUMN_LEFT,
     .text = metric_text},
    {.id = "base",
     .title = "base",
     .help = "before",
     .width = 9,
     .align = COLUMN_RIGHT,
     .text = base_text},
    {.id = "new",
     .title = "new",
     .help = "now",
     .width = 9,
     .align = COLUMN_RIGHT,
     .text = new_text},
    {.id = "change",
     .title = "change",
     .help = "new / base, or the exponent of growth",
     .width = 7,
     .align = COLUMN_RIGHT,
     .text = change_text},
    {.id = "limit",
     .title = "limit",
     .help = "what is allowed",
     .width = 7,
     .align = COLUMN_RIGHT,
     .text = limit_text},
    {.id = "function",
     .title = "function",
     .help = "where",
     .width = 0,
     .align = COLUMN_LEFT,
     .text = function_text},
    {0},
};
