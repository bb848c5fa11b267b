#include "capture/plan/plan.h"
#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "formats/profile/text.h"
#include "tui/numbers.h"
#include "tui/reports/text.h"

#include <math.h>
#include <string.h>

static void phase_line(FILE *out, const struct queue_phase *phase, const struct report_style *style)
{
    char line[256], name[80], counts[160];
    text_escape(phase->phase, strlen(phase->phase), name, sizeof name);
    queue_counts_text(phase->counts, counts, sizeof counts);
    if (*name)
        snprintf(line, sizeof line, "phase %s: %s", name, counts);
    else
        snprintf(line, sizeof line, "no phase: %s", counts);
    text_line(out, line, style);
}

static void as_text(FILE *out, const struct queue *queue, const struct report_style *style)
{
    char line[1024], counts[160];
    text_escape(queue->plan->path, strlen(queue->plan->path), line, sizeof line);
    queue_counts_text(queue->counts, counts, sizeof counts);
    fputs(style->format == REPORT_MARKDOWN ? "## " : "", out);
    text_plain(out, line, style);
    fprintf(out, ": %s\n", counts);
    for (uint32_t i = 0; i < queue->phase_count && queue->phase_count > 1; i++)
        phase_line(out, &queue->phases[i], style);
    putc('\n', out);
    struct report_table table = {.columns = queue_columns,
                                 .table = queue,
                                 .rows = queue->count,
                                 .sort = queue->sort,
                                 .ascending =
                                     queue->sort && queue->sort->descending == queue->reverse};
    text_table(out, &table, style);
}

static void as_csv(FILE *out, const struct queue *queue)
{
    struct csv csv = {.out = out};
    fputs("id,phase,label,start,end,days,size,cache,status,seconds,result,error\n", out);
    for (uint32_t i = 0; i < queue->count; i++) {
        const struct queue_row *row = &queue->rows[i];
        const struct plan_run *run = &queue->plan->runs[row->run];
        const char *texts[] = {run->id, run->phase, run->label, run->start, run->end};
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++)
            csv_text(&csv, texts[t]);
        csv_count(&csv, run->days, run->days > 0);
        csv_number(&csv, plan_run_size(run));
        csv_text(&csv, plan_cache_names[run->cache]);
        csv_text(&csv, plan_status_names[run->status]);
        csv_number(&csv, row->seconds);
        const char *result = queue_result(queue, row);
        csv_text(&csv, result ? result : "");
        csv_text(&csv, row->result.error);
        csv_end_row(&csv);
    }
}

static void text_or_null(cJSON *object, const char *name, const char *text)
{
    cJSON_AddItemToObjectCS(object, name,
                            text && *text ? json_text_value(text) : cJSON_CreateNull());
}

static cJSON *add_counts(cJSON *object, const uint32_t counts[PLAN_STATUSES])
{
    for (int i = 0; i < PLAN_STATUSES; i++)
        json_count(object, plan_status_names[i], counts[i], true);
    return object;
}

static cJSON *row_value(const struct queue *queue, const struct queue_row *row)
{
    const struct plan_run *run = &queue->plan->runs[row->run];
    cJSON *object = cJSON_CreateObject();
    json_text(object, "id", run->id);
    text_or_null(object, "phase", run->phase);
    text_or_null(object, "label", run->label);
    text_or_null(object, "description", run->description);
    text_or_null(object, "start", run->start);
    text_or_null(object, "end", run->end);
    json_count(object, "days", run->days, run->days > 0);
    json_number(object, "size", plan_run_size(run));
    text_or_null(object, "cache", plan_cache_names[run->cache]);
    json_text(object, "status", plan_status_names[run->status]);
    json_number(object, "seconds", row->seconds);
    text_or_null(object, "result", queue_result(queue, row));
    text_or_null(object, "error", row->result.error);
    return object;
}

static void as_json(FILE *out, const struct queue *queue)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "plan", json_text_value(queue->plan->path));
    json_member(&document, "counts", add_counts(cJSON_CreateObject(), queue->counts));
    json_list(&document, "phases");
    for (uint32_t i = 0; i < queue->phase_count; i++) {
        cJSON *phase = cJSON_CreateObject();
        text_or_null(phase, "phase", queue->phases[i].phase);
        add_counts(phase, queue->phases[i].counts);
        json_item(&document, phase);
    }
    json_list(&document, "runs");
    for (uint32_t i = 0; i < queue->count; i++)
        json_item(&document, row_value(queue, &queue->rows[i]));
    json_end(&document);
}

void report_queue(FILE *out, const struct queue *queue, const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, queue);
    else if (style->format == REPORT_CSV)
        as_csv(out, queue);
    else
        as_text(out, queue, style);
}
