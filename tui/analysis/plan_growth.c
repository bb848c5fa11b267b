#include "tui/analysis/plan_growth.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static double share_or_none(double share)
{
    return isnan(share) ? 0 : share;
}

struct plan_grown plan_grown_of(const struct scaling *scaling, uint32_t row)
{
    const enum growth *growth = scaling->rows[row].growth;
    bool by_calls = growth[COMPARE_NCALLS] > GROWTH_CONSTANT ||
                    (growth[COMPARE_NCALLS] && !growth[COMPARE_CUMTIME]);
    uint32_t largest = scaling->size_count - 1;
    return (struct plan_grown){
        .row = row,
        .measure = by_calls ? COMPARE_NCALLS : COMPARE_CUMTIME,
        .share = share_or_none(scaling_share(scaling, row, COMPARE_CUMTIME, largest)),
        .projected = share_or_none(scaling_projected_share(scaling, row, COMPARE_CUMTIME)),
    };
}

void plan_growth_selected(struct plan_growth *growth, const struct scaling *scaling)
{
    growth->scaling = scaling;
    growth->count = scaling->count;
    growth->rows = memory_zeroed(scaling->count, sizeof *growth->rows);
    for (uint32_t i = 0; i < scaling->count; i++)
        growth->rows[i] = plan_grown_of(scaling, scaling->order[i]);
}

void plan_growth_done(struct plan_growth *growth)
{
    free(growth->rows);
    *growth = (struct plan_growth){0};
}

/* ---- columns ---- */

static const struct plan_grown *grown_of(const void *table, uint32_t row)
{
    return &((const struct plan_growth *)table)->rows[row];
}

static const struct scaling *scaling_of(const void *table)
{
    return ((const struct plan_growth *)table)->scaling;
}

/* "1.99 ±0.01" */
static void exponent_text(const struct fit *fit, char *buffer, size_t size)
{
    char exponent[40], half[40];
    number_exponent(fit->exponent, exponent, sizeof exponent);
    number_exponent((fit->high - fit->low) / 2, half, sizeof half);
    if (isfinite(fit->high - fit->low))
        snprintf(buffer, size, "%s ±%s", exponent, half);
    else
        snprintf(buffer, size, "%s", exponent);
}

static void ncalls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct scaling *scaling = scaling_of(table);
    double calls =
        scaling_value(scaling, grown_of(table, row)->row, COMPARE_NCALLS, scaling->size_count - 1);
    if (isfinite(calls))
        number_size(calls, buffer, size);
    else
        snprintf(buffer, size, "-");
}

static void exponent_of(const void *table, uint32_t row, enum compare_measure measure, char *buffer,
                        size_t size)
{
    const struct scaling_row *rows = scaling_of(table)->rows;
    exponent_text(&rows[grown_of(table, row)->row].fit[measure], buffer, size);
}

static void calls_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    exponent_of(table, row, COMPARE_NCALLS, buffer, size);
}

static void self_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    exponent_of(table, row, COMPARE_TOTTIME, buffer, size);
}

static void total_exponent_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    exponent_of(table, row, COMPARE_CUMTIME, buffer, size);
}

static void class_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct plan_grown *grown = grown_of(table, row);
    const char *name = growth_name(scaling_of(table)->rows[grown->row].growth[grown->measure]);
    snprintf(buffer, size, "%s%s", name ? name : "-",
             !name                              ? ""
             : grown->measure == COMPARE_NCALLS ? " by calls"
                                                : " by time");
}

static void share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_percent(grown_of(table, row)->share, buffer, size);
}

static void projected_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_percent(grown_of(table, row)->projected, buffer, size);
}

static void function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    function_label(scaling_function(scaling_of(table), grown_of(table, row)->row), buffer, size);
}

const struct column plan_growth_columns[] = {
    {.id = "ncalls",
     .title = "ncalls",
     .yappi = "ncall",
     .width = 6,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .text = ncalls_text},
    {.id = "ncalls_exponent",
     .title = "calls n^",
     .width = 6,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .text = calls_exponent_text},
    {.id = "tottime_exponent",
     .title = "tottime n^",
     .yappi = "tsub n^",
     .width = 6,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .text = self_exponent_text},
    {.id = "cumtime_exponent",
     .title = "cumtime n^",
     .yappi = "ttot n^",
     .width = 6,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .text = total_exponent_text},
    {.id = "class", .title = "growth", .width = 6, .text = class_text},
    {.id = "share",
     .title = "cumtime %",
     .yappi = "ttot %",
     .width = 5,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .text = share_text},
    {.id = "projected",
     .title = "projected %",
     .width = 5,
     .priority = 3,
     .align = COLUMN_RIGHT,
     .text = projected_text},
    {.id = "function", .title = "function", .text = function_text},
    {.id = NULL},
};
