#include "tui/analysis/order.h"
#include "tui/analysis/queue.h"

#include "formats/profile/text.h"
#include "tui/numbers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct queue_row *row_of(const void *table, uint32_t row)
{
    return &((const struct queue *)table)->rows[row];
}

static const struct plan_run *run_of(const void *table, uint32_t row)
{
    return &((const struct queue *)table)->plan->runs[row_of(table, row)->run];
}

static void escape(const char *text, char *buffer, size_t size)
{
    text_escape(*text ? text : "-", *text ? strlen(text) : 1, buffer, size);
}

static void id_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(run_of(table, row)->id, buffer, size);
}

static int id_compare(const void *table, uint32_t a, uint32_t b)
{
    return strcmp(run_of(table, a)->id, run_of(table, b)->id);
}

static void phase_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(run_of(table, row)->phase, buffer, size);
}

static int phase_compare(const void *table, uint32_t a, uint32_t b)
{
    return strverscmp(run_of(table, a)->phase, run_of(table, b)->phase);
}

static void label_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(run_of(table, row)->label, buffer, size);
}

static int label_compare(const void *table, uint32_t a, uint32_t b)
{
    return strcmp(run_of(table, a)->label, run_of(table, b)->label);
}

static void start_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(run_of(table, row)->start, buffer, size);
}

static int start_compare(const void *table, uint32_t a, uint32_t b)
{
    return strcmp(run_of(table, a)->start, run_of(table, b)->start);
}

static void end_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(run_of(table, row)->end, buffer, size);
}

static int end_compare(const void *table, uint32_t a, uint32_t b)
{
    return strcmp(run_of(table, a)->end, run_of(table, b)->end);
}

static void size_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_size(plan_run_size(run_of(table, row)), buffer, size);
}

/* What is not known is smallest. */
static int compare_known(double a, double b)
{
    return ORDER_OF(isnan(a) ? -1 : a, isnan(b) ? -1 : b);
}

static int size_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_known(plan_run_size(run_of(table, a)), plan_run_size(run_of(table, b)));
}

static void cache_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    escape(plan_cache_names[run_of(table, row)->cache], buffer, size);
}

static int cache_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(run_of(table, a)->cache, run_of(table, b)->cache);
}

static void status_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", plan_status_names[run_of(table, row)->status]);
}

static int status_compare(const void *table, uint32_t a, uint32_t b)
{
    return ORDER_OF(run_of(table, a)->status, run_of(table, b)->status);
}

void queue_seconds_text(double seconds, char *buffer, size_t size)
{
    long whole = isnan(seconds) || seconds > 1e9 ? 0 : lround(seconds);
    if (isnan(seconds))
        snprintf(buffer, size, "-");
    else if (seconds < 9.95)
        snprintf(buffer, size, "%.1f s", seconds);
    else if (whole < 60)
        snprintf(buffer, size, "%ld s", whole);
    else if (whole < 3600)
        snprintf(buffer, size, "%ld:%02ld", whole / 60, whole % 60);
    else
        snprintf(buffer, size, "%ld:%02ld:%02ld", whole / 3600, whole / 60 % 60, whole % 60);
}

static void seconds_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    queue_seconds_text(row_of(table, row)->seconds, buffer, size);
}

static int seconds_compare(const void *table, uint32_t a, uint32_t b)
{
    return compare_known(row_of(table, a)->seconds, row_of(table, b)->seconds);
}

/* Why it failed, else the result's file relative to the plan, else what a result would be. */
static void result_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct queue_row *r = row_of(table, row);
    if (run_of(table, row)->status == PLAN_ERROR && *r->result.error)
        escape(r->result.error, buffer, size);
    else if (!r->path)
        snprintf(buffer, size, "%s", run_of(table, row)->status == PLAN_DONE ? "missing" : "-");
    else
        escape(queue_result(table, r), buffer, size);
}

const struct column queue_columns[] = {
    {.id = "id",
     .title = "run",
     .width = 10,
     .help = "the run's id",
     .align = COLUMN_LEFT,
     .text = id_text,
     .compare = id_compare},
    {.id = "phase",
     .title = "phase",
     .width = 5,
     .priority = 3,
     .help = "the phase that it belongs to",
     .align = COLUMN_RIGHT,
     .text = phase_text,
     .compare = phase_compare},
    {.id = "label",
     .title = "label",
     .width = 6,
     .priority = 5,
     .help = "the run's label",
     .align = COLUMN_LEFT,
     .text = label_text,
     .compare = label_compare},
    {.id = "start",
     .title = "start",
     .width = 10,
     .priority = 4,
     .help = "first day",
     .align = COLUMN_LEFT,
     .text = start_text,
     .compare = start_compare},
    {.id = "end",
     .title = "end",
     .width = 10,
     .priority = 6,
     .help = "last day",
     .align = COLUMN_LEFT,
     .text = end_text,
     .compare = end_compare},
    {.id = "size",
     .title = "size",
     .width = 6,
     .priority = 1,
     .help = "size of the input: its own, else the days",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = size_text,
     .compare = size_compare},
    {.id = "cache",
     .title = "cache",
     .width = 5,
     .priority = 6,
     .help = "cold or warm",
     .align = COLUMN_LEFT,
     .text = cache_text,
     .compare = cache_compare},
    {.id = "status",
     .title = "status",
     .width = 7,
     .help = "pending, running, done or error",
     .align = COLUMN_LEFT,
     .text = status_text,
     .compare = status_compare},
    {.id = "seconds",
     .title = "elapsed",
     .width = 7,
     .priority = 2,
     .help = "how long it took, or has been running",
     .align = COLUMN_RIGHT,
     .descending = true,
     .text = seconds_text,
     .compare = seconds_compare},
    {.id = "result",
     .title = "result",
     .help = "the file that holds it, or why the run failed",
     .align = COLUMN_LEFT,
     .text = result_text},
    {.id = NULL},
};
