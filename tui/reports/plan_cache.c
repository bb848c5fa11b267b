#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/plan_parts.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>

/* ---- the pairs ---- */

static const struct cache_pair *pair_of(const void *table, uint32_t row)
{
    return &((const struct cache_impact *)table)->pairs[row];
}

static const struct run_facts *cold_of(const void *table, uint32_t row)
{
    return &((const struct cache_impact *)table)->facts[pair_of(table, row)->cold];
}

static const struct run_facts *warm_of(const void *table, uint32_t row)
{
    return &((const struct cache_impact *)table)->facts[pair_of(table, row)->warm];
}

static void cold_id_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    plan_text(cold_of(table, row)->id, buffer, size);
}

static void warm_id_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    plan_text(warm_of(table, row)->id, buffer, size);
}

static void cold_time_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = &cold_of(table, row)->profile->metrics[0];
    number_column(pair_of(table, row)->cold_total, metric, buffer, size);
}

static void warm_time_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct metric *metric = &warm_of(table, row)->profile->metrics[0];
    number_column(pair_of(table, row)->warm_total, metric, buffer, size);
}

static void overhead_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    plan_percent(pair_of(table, row)->overhead, buffer, size);
}

static const struct column pair_columns[] = {
    {.id = "cold", .title = "cold run", .width = 8, .text = cold_id_text},
    {.id = "cold_time", .title = "time", .width = 8, .align = COLUMN_RIGHT, .text = cold_time_text},
    {.id = "warm", .title = "warm run", .width = 8, .text = warm_id_text},
    {.id = "warm_time", .title = "time", .width = 8, .align = COLUMN_RIGHT, .text = warm_time_text},
    {.id = "overhead",
     .title = "overhead",
     .width = 8,
     .align = COLUMN_RIGHT,
     .text = overhead_text},
    {.id = NULL},
};

/* ---- the parts ---- */

struct parts {
    const struct cache_pair *pair;
    const struct metric *metric;
};

static const struct cache_part *part_of(const void *table, uint32_t row)
{
    return &((const struct parts *)table)->pair->parts[row];
}

static void part_time(const void *table, double value, char *buffer, size_t size)
{
    number_column(value, ((const struct parts *)table)->metric, buffer, size);
}

static void part_cold_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    part_time(table, part_of(table, row)->cold, buffer, size);
}

static void part_warm_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    part_time(table, part_of(table, row)->warm, buffer, size);
}

static void part_delta_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    part_time(table, part_of(table, row)->delta, buffer, size);
}

static void part_share_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    double share = part_of(table, row)->share;
    if (isnan(share))
        snprintf(buffer, size, "-");
    else
        number_percent(share, buffer, size);
}

static void part_function_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    function_label(part_of(table, row)->function, buffer, size);
}

static const struct column part_columns[] = {
    {.id = "cold",
     .title = "tottime cold",
     .yappi = "tsub cold",
     .width = 8,
     .align = COLUMN_RIGHT,
     .text = part_cold_text},
    {.id = "warm", .title = "warm", .width = 8, .align = COLUMN_RIGHT, .text = part_warm_text},
    {.id = "delta", .title = "more", .width = 8, .align = COLUMN_RIGHT, .text = part_delta_text},
    {.id = "share", .title = "%", .width = 4, .align = COLUMN_RIGHT, .text = part_share_text},
    {.id = "function", .title = "function", .text = part_function_text},
    {.id = NULL},
};

static void part_table(FILE *out, const struct cache_impact *impact, const struct cache_pair *pair,
                       uint32_t rows, const struct report_style *style)
{
    char title[300], id[128], line[128];
    const struct run_facts *cold = &impact->facts[pair->cold];
    struct parts parts = {pair, &cold->profile->metrics[0]};
    uint32_t shown = rows && rows < pair->part_count ? rows : pair->part_count;
    const struct report_table table = {.columns = part_columns, .table = &parts, .rows = shown};
    if (!shown)
        return;
    plan_text(cold->id, id, sizeof id);
    snprintf(title, sizeof title, "What costs more in %s", id);
    plan_title(out, 2, title, style);
    text_table(out, &table, style);
    if (shown == pair->part_count)
        return;
    snprintf(line, sizeof line, "%" PRIu32 " further functions cost more, each by less",
             pair->part_count - shown);
    text_closing(out, line, style);
}

void plan_cache_part(FILE *out, const struct cache_impact *impact, uint32_t rows,
                     const struct report_style *style)
{
    char percent[40], line[300];
    const struct report_table table = {
        .columns = pair_columns, .table = impact, .rows = impact->pair_count};
    plan_title(out, 2, "Cold against warm cache", style);
    if (!impact->pair_count) {
        text_line(
            out, "no pair is measured: a cold and a warm run over the same dates and size make one",
            style);
        return;
    }
    text_table(out, &table, style);
    plan_percent(impact->overhead, percent, sizeof percent);
    if (impact->advice == CACHE_ADVICE_NONE)
        snprintf(line, sizeof line, "no overhead can be told: the warm run took no time");
    else
        snprintf(line, sizeof line, "%s%s, %s", impact->pair_count > 1 ? "at most " : "", percent,
                 cache_advice_sentence(impact->advice));
    text_closing(out, line, style);
    for (uint32_t i = 0; i < impact->pair_count; i++)
        part_table(out, impact, &impact->pairs[i], rows, style);
}

/* ---- JSON ---- */

static cJSON *json_part(const struct cache_part *part)
{
    cJSON *object = cJSON_CreateObject();
    json_function(object, part->function, false);
    json_number(object, "cold", part->cold);
    json_number(object, "warm", part->warm);
    json_number(object, "delta", part->delta);
    json_number(object, "share", part->share);
    return object;
}

static cJSON *advice_value(enum cache_advice advice)
{
    const char *name = cache_advice_name(advice);
    return name ? cJSON_CreateString(name) : cJSON_CreateNull();
}

static cJSON *json_pair(const struct cache_impact *impact, const struct cache_pair *pair,
                        uint32_t rows)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "cold", impact->facts[pair->cold].id);
    json_text(object, "warm", impact->facts[pair->warm].id);
    json_number(object, "cold_total", pair->cold_total);
    json_number(object, "warm_total", pair->warm_total);
    json_number(object, "overhead", pair->overhead);
    cJSON_AddItemToObjectCS(object, "advice", advice_value(pair->advice));
    cJSON *functions = cJSON_AddArrayToObject(object, "functions");
    for (uint32_t i = 0; i < pair->part_count && (!rows || i < rows); i++)
        cJSON_AddItemToArray(functions, json_part(&pair->parts[i]));
    return object;
}

static void as_json(FILE *out, const struct plan_subject *subject,
                    const struct cache_impact *impact, uint32_t rows)
{
    struct json_document document;
    json_begin(&document, out);
    plan_json_head(&document, subject);
    plan_json_runs(&document, subject);
    json_list(&document, "pairs");
    for (uint32_t i = 0; i < impact->pair_count; i++)
        json_item(&document, json_pair(impact, &impact->pairs[i], rows));
    json_member(&document, "overhead", json_number_value(impact->overhead));
    json_member(&document, "advice", advice_value(impact->advice));
    plan_json_not_measured(&document, subject);
    json_end(&document);
}

void report_plan_cache(FILE *out, const struct plan_subject *subject,
                       const struct cache_impact *impact, uint32_t rows,
                       const struct report_style *style)
{
    if (style->format == REPORT_JSON) {
        as_json(out, subject, impact, rows);
        return;
    }
    plan_head(out, subject, style);
    plan_cache_part(out, impact, rows, style);
    plan_not_measured(out, subject, style);
}
