#include "tui/analysis/compare.h"
#include "tui/analysis/names.h"
#include "tui/analysis/order.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const struct compare_row *row_of(const void *table, uint32_t row)
{
    return &((const struct comparison *)table)->rows[row];
}

static const struct metric *metric_of(const void *table)
{
    const struct comparison *comparison = table;
    return &comparison->a->metrics[comparison->metric_a];
}

/* What has no value comes before all that has. */
static int compare_doubles(double a, double b)
{
    return isnan(a) || isnan(b) ? ORDER_OF(!isnan(a), !isnan(b)) : ORDER_OF(a, b);
}

static void value_text(const void *table, enum compare_measure measure, double value, char *buffer,
                       size_t size)
{
    if (measure == COMPARE_NCALLS)
        number_mean_count(value, buffer, size);
    else if (isnan(value))
        snprintf(buffer, size, "-");
    else
        number_value(value, metric_of(table), buffer, size);
}

static void growth_text(const struct compare_change *change, char *buffer, size_t size)
{
    const char *name = growth_name(change->growth);
    snprintf(buffer, size, "%s%s", name ? name : "-",
             change->growth >= GROWTH_SUPERLINEAR ? " ▲" : "");
}

static double key_of(double value)
{
    return isnan(value) ? -INFINITY : value;
}

/* By class, then by exponent, which is far below the distance of two classes or taken as such. */
static double class_key(const struct compare_change *change)
{
    double exponent = isnan(change->exponent) ? -1000 : change->exponent;
    return 2001.0 * (double)change->growth + fmax(-1000, fmin(1000, exponent));
}

/* The five columns of a measure; a column has no closure, so each has functions of its own. */
#define MEASURE_COLUMNS(word, measure)                                                             \
    static const struct compare_change *word##_of(const void *table, uint32_t row)                 \
    {                                                                                              \
        return &row_of(table, row)->change[measure];                                               \
    }                                                                                              \
    static void word##_a_text(const void *table, uint32_t row, char *buffer, size_t size)          \
    {                                                                                              \
        value_text(table, measure, word##_of(table, row)->a, buffer, size);                        \
    }                                                                                              \
    static void word##_b_text(const void *table, uint32_t row, char *buffer, size_t size)          \
    {                                                                                              \
        value_text(table, measure, word##_of(table, row)->b, buffer, size);                        \
    }                                                                                              \
    static void word##_ratio_text(const void *table, uint32_t row, char *buffer, size_t size)      \
    {                                                                                              \
        number_ratio(word##_of(table, row)->ratio, buffer, size);                                  \
    }                                                                                              \
    static void word##_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)   \
    {                                                                                              \
        number_exponent(word##_of(table, row)->exponent, buffer, size);                            \
    }                                                                                              \
    static void word##_class_text(const void *table, uint32_t row, char *buffer, size_t size)      \
    {                                                                                              \
        growth_text(word##_of(table, row), buffer, size);                                          \
    }                                                                                              \
    static double word##_a_key(const void *table, uint32_t row)                                    \
    {                                                                                              \
        return key_of(word##_of(table, row)->a);                                                   \
    }                                                                                              \
    static int word##_a_compare(const void *table, uint32_t a, uint32_t b)                         \
    {                                                                                              \
        return compare_doubles(word##_of(table, a)->a, word##_of(table, b)->a);                    \
    }                                                                                              \
    static double word##_b_key(const void *table, uint32_t row)                                    \
    {                                                                                              \
        return key_of(word##_of(table, row)->b);                                                   \
    }                                                                                              \
    static int word##_b_compare(const void *table, uint32_t a, uint32_t b)                         \
    {                                                                                              \
        return compare_doubles(word##_of(table, a)->b, word##_of(table, b)->b);                    \
    }                                                                                              \
    static double word##_ratio_key(const void *table, uint32_t row)                                \
    {                                                                                              \
        return key_of(word##_of(table, row)->ratio);                                               \
    }                                                                                              \
    static int word##_ratio_compare(const void *table, uint32_t a, uint32_t b)                     \
    {                                                                                              \
        return compare_doubles(word##_of(table, a)->ratio, word##_of(table, b)->ratio);            \
    }                                                                                              \
    static double word##_exponent_key(const void *table, uint32_t row)                             \
    {                                                                                              \
        return key_of(word##_of(table, row)->exponent);                                            \
    }                                                                                              \
    static int word##_exponent_compare(const void *table, uint32_t a, uint32_t b)                  \
    {                                                                                              \
        return compare_doubles(word##_of(table, a)->exponent, word##_of(table, b)->exponent);      \
    }                                                                                              \
    static double word##_class_key(const void *table, uint32_t row)                                \
    {                                                                                              \
        return class_key(word##_of(table, row));                                                   \
    }                                                                                              \
    static int word##_class_compare(const void *table, uint32_t a, uint32_t b)                     \
    {                                                                                              \
        int order = ORDER_OF(word##_of(table, a)->growth, word##_of(table, b)->growth);            \
        return order ? order : word##_exponent_compare(table, a, b);                               \
    }

MEASURE_COLUMNS(cumtime, COMPARE_CUMTIME)
MEASURE_COLUMNS(tottime, COMPARE_TOTTIME)
MEASURE_COLUMNS(ncalls, COMPARE_NCALLS)

static void signed_text(const void *table, double value, char *buffer, size_t size)
{
    char number[64];
    number_value(value, metric_of(table), number, sizeof number);
    snprintf(buffer, size, "%s%s", value > 0 ? "+" : "", number);
}

static double delta_of(const void *table, uint32_t row)
{
    return row_of(table, row)->change[((const struct comparison *)table)->blame].delta;
}

static void delta_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    signed_text(table, delta_of(table, row), buffer, size);
}

/* "+1.020 s … +1.110 s" */
static void interval_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct comparison *comparison = table;
    const struct compare_noise *noise = compare_noise(comparison, row, comparison->blame);
    char low[80], high[80];
    buffer[0] = '\0';
    if (!noise)
        return;
    signed_text(table, noise->low, low, sizeof low);
    signed_text(table, noise->high, high, sizeof high);
    snprintf(buffer, size, "%s … %s", low, high);
}

/* What changed most comes first, for better or worse. */
static int delta_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(fabs(delta_of(table, a)), fabs(delta_of(table, b)));
}

static double delta_key(const void *table, uint32_t row)
{
    return key_of(fabs(delta_of(table, row)));
}

static void more_calls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    signed_text(table, row_of(table, row)->more_calls, buffer, size);
}

static int more_calls_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(row_of(table, a)->more_calls, row_of(table, b)->more_calls);
}

static double more_calls_key(const void *table, uint32_t row)
{
    return key_of(row_of(table, row)->more_calls);
}

static void slower_calls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    signed_text(table, row_of(table, row)->slower_calls, buffer, size);
}

static int slower_calls_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_doubles(row_of(table, a)->slower_calls, row_of(table, b)->slower_calls);
}

static double slower_calls_key(const void *table, uint32_t row)
{
    return key_of(row_of(table, row)->slower_calls);
}

/* That a row is matched goes without saying. */
static void status_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct compare_row *r = row_of(table, row);
    bool matched = r->status == COMPARE_MATCHED;
    snprintf(buffer, size, "%s%s%s", r->uncertain ? "~" : "", r->uncertain && !matched ? " " : "",
             matched ? "" : compare_status_name(r->status));
}

static int status_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(row_of(table, a)->status, row_of(table, b)->status);
}

/* "walk  parser:31  (was sre_parse:17)", or "(was step  parser:31)" where its name is new */
static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    char from[512];
    const struct function *function = compare_function(table, row);
    function_label(function, buffer, size);
    if (row_of(table, row)->status != COMPARE_MOVED)
        return;
    const struct function *before = compare_function_a(table, row);
    if (strcmp(before->name, function->name) != 0)
        function_label(before, from, sizeof from);
    else
        function_place(before, from, sizeof from);
    size_t used = strlen(buffer);
    if (used < size)
        snprintf(buffer + used, size - used, "  (was %s)", from);
}

static int function_order(const void *table, uint32_t a, uint32_t b)
{
    return function_compare(compare_function(table, a), compare_function(table, b));
}

#define NUMBER(name, heading, cells, rank, words, old)                                             \
    {                                                                                              \
        .id = #name, .title = heading, .yappi = old, .help = words, .width = cells,                \
        .priority = rank, .align = COLUMN_RIGHT, .descending = true, .text = name##_text,          \
        .compare = name##_compare, .key = name##_key                                               \
    }

const struct column compare_columns[] = {
    {.id = "status",
     .title = "",
     .help = "new: only in B, gone: only in A, moved: elsewhere or renamed; ~: not significant",
     .width = 5,
     .priority = 3,
     .text = status_text,
     .compare = status_compare},
    NUMBER(cumtime_a, "cumtime A", 9, 1, "time with callees in A", NULL),
    NUMBER(cumtime_b, "cumtime B", 9, 1, "time with callees in B", "ttot"),
    NUMBER(cumtime_ratio, "ratio", 6, 1, "cumtime B / A", NULL),
    NUMBER(cumtime_exponent, "n^", 5, 2, "how cumtime grows with the size", NULL),
    NUMBER(cumtime_class, "growth", 9, 2, "class of cumtime's exponent", NULL),
    NUMBER(tottime_a, "tottime A", 9, 5, "time in the function itself in A", NULL),
    NUMBER(tottime_b, "tottime B", 9, 5, "time in the function itself in B", "tsub"),
    NUMBER(tottime_ratio, "ratio", 7, 8, "tottime B / A", NULL),
    NUMBER(tottime_exponent, "n^", 5, 5, "how tottime grows with the size", NULL),
    NUMBER(tottime_class, "growth", 11, 9, "class of tottime's exponent", NULL),
    NUMBER(ncalls_a, "ncalls A", 8, 4, "calls in A", NULL),
    NUMBER(ncalls_b, "ncalls B", 8, 4, "calls in B", "ncall"),
    NUMBER(ncalls_ratio, "ratio", 7, 6, "calls B / A", NULL),
    NUMBER(ncalls_exponent, "calls n^", 8, 3, "how calls grow with the size", NULL),
    NUMBER(ncalls_class, "growth", 11, 7, "class of the calls' exponent", NULL),
    NUMBER(delta, "delta", 9, 10, "cumtime B - A", NULL),
    {.id = "interval",
     .title = "delta from … to",
     .help = "of several captures: 95 % of the delta, or all of it when they are few",
     .width = 19,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .needs = COMPARE_REPEATED,
     .text = interval_text},
    NUMBER(more_calls, "by calls", 10, 11, "cumtime gained by being called more often", NULL),
    NUMBER(slower_calls, "by time", 10, 11, "cumtime gained by slower calls", NULL),
    {.id = "function",
     .title = "function",
     .help = "name, file and line",
     .text = function_text,
     .compare = function_order,
     .by_name = true},
    {.id = NULL},
};
