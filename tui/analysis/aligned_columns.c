#include "tui/analysis/aligned.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>

/* Estimates carry a mark; `source` 2 is of both. */
static const char *mark(const struct aligned *aligned, uint32_t source)
{
    bool estimate = source == 2
                        ? aligned_is_apportioned(aligned, 0) || aligned_is_apportioned(aligned, 1)
                        : aligned_is_apportioned(aligned, source);
    return estimate ? "~" : "";
}

static void marked(const struct aligned *aligned, uint32_t source, double value, const char *number,
                   char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%s", isnan(value) ? "" : mark(aligned, source), number);
}

static void value_text(const struct aligned *aligned, uint32_t source, double value, char *buffer,
                       size_t size)
{
    char number[64];
    number_value(value, aligned_metric(aligned), number, sizeof number);
    marked(aligned, source, value, number, buffer, size);
}

static void count_text(const struct aligned *aligned, uint32_t source, double value, char *buffer,
                       size_t size)
{
    char number[40];
    number_mean_count(value, number, sizeof number);
    marked(aligned, source, value, number, buffer, size);
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    struct aligned_row r = aligned_row(table, row);
    char a[48], b[48];
    count_text(table, 0, r.change[COMPARE_NCALLS].a, a, sizeof a);
    count_text(table, 1, r.change[COMPARE_NCALLS].b, b, sizeof b);
    snprintf(buffer, size, "%s → %s", a, b);
    if (r.function_a == PROFILE_NONE && r.function_b == PROFILE_NONE)
        buffer[0] = '\0'; /* nobody calls a thread */
}

static void exponent_text(const struct aligned *aligned, double exponent, char *buffer, size_t size)
{
    char number[32];
    number_exponent(exponent, number, sizeof number);
    marked(aligned, 2, exponent, number, buffer, size);
}

static void ncalls_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    exponent_text(table, aligned_row(table, row).change[COMPARE_NCALLS].exponent, buffer, size);
}

static void status_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    enum compare_status status = aligned_row(table, row).status;
    snprintf(buffer, size, "%s", status == COMPARE_MATCHED ? "" : compare_status_name(status));
}

/* "n^1.0 → n^2.0 calls": what jumps here */
static void blame_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    struct aligned_row r = aligned_row(table, row);
    double from, to;
    char before[16], after[16];
    buffer[0] = '\0';
    if (!r.blame)
        return;
    blame_jump(r.blame, r.exponent_caller, r.change, &from, &to);
    blame_exponent(from, before, sizeof before);
    blame_exponent(to, after, sizeof after);
    snprintf(buffer, size, "n^%s → n^%s %s", before, after,
             r.blame & 1u << BLAME_CALLS ? "calls" : "time");
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct function *function = aligned_function(table, row);
    if (function)
        function_label(function, buffer, size);
    else
        aligned_thread(table, row, buffer, size);
}

static void cumtime_ratio_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    double ratio = aligned_row(table, row).change[COMPARE_CUMTIME].ratio;
    char number[64];
    number_ratio(ratio, number, sizeof number);
    marked(table, 2, ratio, number, buffer, size);
}

static void delta_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    double delta = aligned_row(table, row).change[COMPARE_CUMTIME].delta;
    char number[64];
    number_value(delta, aligned_metric(table), number, sizeof number);
    snprintf(buffer, size, "%s%s%s", mark(table, 2), delta > 0 ? "+" : "", number);
}

/* The value of each side and the exponent; a column has no closure, so each has its function. */
#define MEASURE_COLUMNS(word, measure)                                                             \
    static void word##_a_text(const void *table, uint32_t row, char *buffer, size_t size)          \
    {                                                                                              \
        value_text(table, 0, aligned_row(table, row).change[measure].a, buffer, size);             \
    }                                                                                              \
    static void word##_b_text(const void *table, uint32_t row, char *buffer, size_t size)          \
    {                                                                                              \
        value_text(table, 1, aligned_row(table, row).change[measure].b, buffer, size);             \
    }                                                                                              \
    static void word##_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)   \
    {                                                                                              \
        exponent_text(table, aligned_row(table, row).change[measure].exponent, buffer, size);      \
    }

MEASURE_COLUMNS(cumtime, COMPARE_CUMTIME)
MEASURE_COLUMNS(tottime, COMPARE_TOTTIME)

#define NUMBER(name, heading, cells, rank, words)                                                  \
    .id = #name, .title = heading, .help = words, .width = cells, .priority = rank,                \
    .align = COLUMN_RIGHT, .text = name##_text

const struct column aligned_columns[] = {
    {.id = "status",
     .title = "",
     .help = "new: only in B here, gone: only in A here, moved: same function elsewhere",
     .width = 5,
     .priority = 6,
     .text = status_text},
    {NUMBER(cumtime_a, "cumtime A", 9, 3, "time with callees in A, called along this path")},
    {NUMBER(cumtime_b, "cumtime B", 9, 1, "time with callees in B, called along this path")},
    {NUMBER(cumtime_ratio, "ratio", 6, 2, "cumtime B / A")},
    {NUMBER(cumtime_exponent, "n^", 5, 2, "how cumtime grows with the size")},
    {NUMBER(delta, "delta", 9, 8, "cumtime B - A")},
    {NUMBER(tottime_a, "tottime A", 9, 8, "time in the function itself in A")},
    {NUMBER(tottime_b, "tottime B", 9, 7, "time in the function itself in B")},
    {NUMBER(tottime_exponent, "n^", 5, 7, "how tottime grows with the size")},
    {NUMBER(ncalls, "ncalls A → B", 12, 4, "calls in A and in B, along this path"),
     .needs = PROFILE_HAS_CALLS},
    {NUMBER(ncalls_exponent, "n^", 5, 4, "how calls grow with the size"),
     .needs = PROFILE_HAS_CALLS},
    {NUMBER(blame, "enters here", 19, 2, "where growth enters: the exponent above and here")},
    {.id = "function", .title = "function", .help = "name, file and line", .text = function_text},
    {.id = NULL},
};
