#include "tui/reports/plan_parts.h"

#include "formats/profile/text.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define REVISION_SHOWN 10

static const char *const cache_names[] = {"", "cold", "warm"};

void plan_text(const char *text, char *buffer, size_t size)
{
    text_escape(text, strlen(text), buffer, size);
}

void plan_percent(double share, char *buffer, size_t size)
{
    char digits[40];
    number_percent(fabs(share), digits, sizeof digits);
    if (isnan(share))
        snprintf(buffer, size, "-");
    else
        snprintf(buffer, size, "%c%s %%", share < 0 ? '-' : '+', digits);
}

const char *plan_last_stop(const struct plan_subject *subject)
{
    const char *last = "";
    for (uint32_t i = 0; i < subject->count; i++)
        if (strcmp(subject->runs[i].stopped, last) > 0)
            last = subject->runs[i].stopped;
    return last;
}

void plan_title(FILE *out, int level, const char *text, const struct report_style *style)
{
    if (style->format == REPORT_MARKDOWN)
        fprintf(out, "%s%s ", level > 1 ? "\n" : "", level > 1 ? "##" : "#");
    else if (level > 1)
        putc('\n', out);
    text_plain(out, text, style);
    fputs("\n\n", out);
}

void plan_head(FILE *out, const struct plan_subject *subject, const struct report_style *style)
{
    char path[1024], line[1200], phase[80] = "";
    uint32_t measured = 0;
    plan_text(subject->path, path, sizeof path);
    if (subject->phase)
        plan_text(subject->phase, phase, sizeof phase);
    snprintf(line, sizeof line, "Plan %s%s%s", path, subject->phase ? ", phase " : "", phase);
    plan_title(out, 1, line, style);
    for (uint32_t i = 0; i < subject->count; i++)
        measured += subject->runs[i].profile != NULL;
    fprintf(out, "%" PRIu32 " run%s, %" PRIu32 " measured", subject->count,
            subject->count == 1 ? "" : "s", measured);
    plan_text(plan_last_stop(subject), path, sizeof path);
    if (path[0])
        fprintf(out, ", the last one until %s", path);
    putc('\n', out);
}

/* ---- the table of runs ---- */

static const struct run_facts *run_of(const void *table, uint32_t row)
{
    return &((const struct plan_subject *)table)->runs[row];
}

static void id_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    plan_text(run_of(table, row)->id, buffer, size);
}

static void dates_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct run_facts *run = run_of(table, row);
    if (run->start[0])
        snprintf(buffer, size, "%s to %s", run->start, run->end);
    else
        snprintf(buffer, size, "-");
}

static void number_or_dash(double number, char *buffer, size_t size)
{
    if (isfinite(number))
        number_size(number, buffer, size);
    else
        snprintf(buffer, size, "-");
}

static void days_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_or_dash(run_of(table, row)->days, buffer, size);
}

static void size_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    number_or_dash(run_of(table, row)->size, buffer, size);
}

static void cache_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", cache_names[run_of(table, row)->cache]);
}

static void status_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s", run_of(table, row)->status);
}

static void time_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct run_facts *run = run_of(table, row);
    if (run->profile)
        number_column(run_total(run), &run->profile->metrics[0], buffer, size);
    else
        snprintf(buffer, size, "-");
}

static void calls_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct run_facts *run = run_of(table, row);
    if (run->profile && run->profile->flags & PROFILE_HAS_CALLS)
        number_count(run_calls(run), buffer, size);
    else
        snprintf(buffer, size, "-");
}

static void revision_text(const void *table, uint32_t row, char *buffer, size_t size)
{
    const struct run_facts *run = run_of(table, row);
    char shown[REVISION_SHOWN * 4 + 1];
    text_escape(run->revision, strnlen(run->revision, REVISION_SHOWN), shown, sizeof shown);
    snprintf(buffer, size, "%s%s", shown[0] ? shown : "-", run->dirty ? " changed" : "");
}

static const struct column run_columns[] = {
    {.id = "id", .title = "run", .width = 8, .text = id_text},
    {.id = "dates", .title = "dates", .width = 8, .priority = 3, .text = dates_text},
    {.id = "days",
     .title = "days",
     .width = 4,
     .priority = 4,
     .align = COLUMN_RIGHT,
     .text = days_text},
    {.id = "size",
     .title = "size",
     .width = 4,
     .priority = 2,
     .align = COLUMN_RIGHT,
     .text = size_text},
    {.id = "cache", .title = "cache", .width = 4, .priority = 5, .text = cache_text},
    {.id = "status", .title = "status", .width = 6, .priority = 1, .text = status_text},
    {.id = "time", .title = "time", .width = 8, .align = COLUMN_RIGHT, .text = time_text},
    {.id = "ncalls",
     .title = "ncalls",
     .width = 6,
     .priority = 1,
     .align = COLUMN_RIGHT,
     .text = calls_text},
    {.id = "revision", .title = "revision", .priority = 6, .text = revision_text},
    {.id = NULL},
};

/* Columns in which no run says anything. */
static bool is_void(const void *table, const struct column *column)
{
    const struct plan_subject *subject = table;
    bool is_size = !strcmp(column->id, "size"), is_cache = !strcmp(column->id, "cache");
    if (!is_size && !is_cache)
        return false;
    for (uint32_t i = 0; i < subject->count; i++) {
        const struct run_facts *run = &subject->runs[i];
        if (is_size ? !isnan(run->size) && !(run->size == run->days)
                    : run->cache != RUN_CACHE_UNSAID)
            return false;
    }
    return true;
}

void plan_run_table(FILE *out, const struct plan_subject *subject, const struct report_style *style)
{
    const struct report_table table = {
        .columns = run_columns, .table = subject, .rows = subject->count, .is_void = is_void};
    plan_title(out, 2, "Runs", style);
    text_table(out, &table, style);
    plan_not_measured(out, subject, style);
}

void plan_not_measured(FILE *out, const struct plan_subject *subject,
                       const struct report_style *style)
{
    bool first = true;
    for (uint32_t i = 0; i < subject->count; i++) {
        char id[256], line[1200];
        if (!subject->runs[i].missing)
            continue;
        plan_text(subject->runs[i].id, id, sizeof id);
        snprintf(line, sizeof line, "%s is not measured: %s", id, subject->runs[i].missing);
        if (first)
            text_closing(out, line, style);
        else
            text_line(out, line, style);
        first = false;
    }
}

/* ---- JSON ---- */

static void text_or_null(cJSON *object, const char *name, const char *text)
{
    if (text && text[0])
        json_text(object, name, text);
    else
        cJSON_AddNullToObject(object, name);
}

static cJSON *text_value_or_null(const char *text)
{
    return text && text[0] ? json_text_value(text) : cJSON_CreateNull();
}

void plan_json_head(struct json_document *document, const struct plan_subject *subject)
{
    json_member(document, "plan", json_text_value(subject->path));
    json_member(document, "phase", text_value_or_null(subject->phase));
    json_member(document, "generated", text_value_or_null(plan_last_stop(subject)));
}

static cJSON *json_run(const struct run_facts *run)
{
    cJSON *object = cJSON_CreateObject();
    bool called = run->profile && run->profile->flags & PROFILE_HAS_CALLS;
    json_text(object, "id", run->id);
    text_or_null(object, "start", run->start);
    text_or_null(object, "end", run->end);
    json_number(object, "days", run->days);
    json_number(object, "size", run->size);
    text_or_null(object, "cache", cache_names[run->cache]);
    json_text(object, "status", run->status);
    json_number(object, "total", run_total(run));
    json_count(object, "ncalls", run_calls(run), called);
    text_or_null(object, "revision", run->revision);
    cJSON_AddItemToObjectCS(object, "dirty",
                            run->revision[0] ? cJSON_CreateBool(run->dirty) : cJSON_CreateNull());
    return object;
}

void plan_json_runs(struct json_document *document, const struct plan_subject *subject)
{
    json_list(document, "runs");
    for (uint32_t i = 0; i < subject->count; i++)
        json_item(document, json_run(&subject->runs[i]));
}

void plan_json_not_measured(struct json_document *document, const struct plan_subject *subject)
{
    json_list(document, "not_measured");
    for (uint32_t i = 0; i < subject->count; i++) {
        if (!subject->runs[i].missing)
            continue;
        cJSON *object = cJSON_CreateObject();
        json_text(object, "id", subject->runs[i].id);
        json_text(object, "reason", subject->runs[i].missing);
        json_item(document, object);
    }
}
