/* The workbench's summary: the same input gives the same bytes. */
#include "formats/documents/json.h"
#include "tui/reports/report.h"

#include <time.h>

static cJSON *json_record(const struct risk_record *record)
{
    cJSON *object = cJSON_CreateObject();
    json_text(object, "name", record->name);
    json_number(object, "score", record->score);
    json_text(object, "severity", record->severity);
    cJSON_AddItemToObjectCS(object, "is_high_risk", cJSON_CreateBool(record->is_high_risk));
    return object;
}

/* "2026-01-31T12:00:00Z" */
static cJSON *json_time(int64_t seconds)
{
    char text[64] = "1970-01-01T00:00:00Z";
    time_t time = (time_t)seconds;
    struct tm utc;
    if (gmtime_r(&time, &utc))
        strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
    return json_text_value(text);
}

void report_summary(FILE *out, const struct risk_summary *summary, const struct summary_head *head)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "project_title", json_text_value(head->title));
    json_member(&document, "run_id", json_text_value(head->run_id));
    json_member(&document, "generated_utc", json_time(head->seconds));
    json_member(&document, "record_count", json_number_value(summary->count));
    json_member(&document, "high_risk_count", json_number_value(summary->high));
    json_member(&document, "average_score", json_number_value(summary->average));
    json_list(&document, "records");
    for (uint32_t i = 0; i < summary->count; i++)
        json_item(&document, json_record(&summary->records[i]));
    json_end(&document);
}
