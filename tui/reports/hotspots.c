#include "tui/numbers.h"
#include "tui/reports/csv.h"
#include "tui/reports/json.h"
#include "tui/reports/text.h"

/* "10 of 214 functions shown; 3 functions below 5 % hidden (0.2 %)" */
static void remainder_line(FILE *out, const struct hotspots *hotspots,
                           const struct report_style *style)
{
    char line[256], shown[40], all[40], hidden[128];
    number_count(hotspots->count, shown, sizeof shown);
    number_count(hotspots->functions, all, sizeof all);
    hotspots_hidden_sentence(hotspots, style->threshold, hidden, sizeof hidden);
    if (hotspots->count == hotspots->functions)
        return;
    snprintf(line, sizeof line, "%s of %s function%s shown%s%s", shown, all,
             hotspots->functions == 1 ? "" : "s", hidden[0] ? "; " : "", hidden);
    text_closing(out, line, style);
}

static void as_text(FILE *out, const struct hotspots *hotspots, const struct report_style *style)
{
    unsigned flags = hotspots->profile->flags;
    if (hotspots->thread != PROFILE_NONE)
        flags &= ~(unsigned)PROFILE_HAS_LATENCY;
    text_title(out, hotspots->profile, hotspots->metric, hotspots->thread, style);
    struct report_table table = {.columns = hotspot_columns,
                                 .table = hotspots,
                                 .rows = hotspots->count,
                                 .flags = flags,
                                 .sort = hotspots->sort,
                                 .ascending = hotspots->sort->descending == hotspots->reverse};
    text_table(out, &table, style);
    remainder_line(out, hotspots, style);
    text_notes(out, hotspots->profile, style);
}

static void csv_row(struct csv *csv, const struct hotspots *hotspots, uint32_t row)
{
    const struct profile *profile = hotspots->profile;
    const struct metric *metric = &profile->metrics[hotspots->metric];
    const struct values *values = &hotspots->rows[row].values;
    csv_function(csv, &profile->functions[hotspots->rows[row].function]);
    csv_count(csv, values->calls, profile->flags & PROFILE_HAS_CALLS);
    csv_count(csv, values->primitive, profile->flags & PROFILE_HAS_PRIMITIVE);
    csv_number(csv, number_in_unit(values->self, metric));
    csv_number(csv, number_in_unit(values->total, metric));
    csv_number(csv, hotspots_latency(hotspots, row, 0.5));
    csv_number(csv, hotspots_latency(hotspots, row, 0.95));
    csv_number(csv, hotspots_latency(hotspots, row, 0.99));
    csv_number(csv, hotspots_latency(hotspots, row, 1));
    csv_end_row(csv);
}

static void as_csv(FILE *out, const struct hotspots *hotspots, bool yappi)
{
    struct csv csv = {.out = out};
    fprintf(out, "name,module,file,line,%s,primitive_calls,%s,%s,p50,p95,p99,max\n",
            yappi ? "ncall" : "ncalls", yappi ? "tsub" : "tottime", yappi ? "ttot" : "cumtime");
    for (uint32_t i = 0; i < hotspots->count; i++)
        csv_row(&csv, hotspots, i);
}

static cJSON *json_row(const struct hotspots *hotspots, uint32_t row)
{
    const struct profile *profile = hotspots->profile;
    const struct hotspot *hotspot = &hotspots->rows[row];
    cJSON *object = cJSON_CreateObject();
    json_function(object, &profile->functions[hotspot->function], true);
    json_values(object, profile, hotspots->metric, &hotspot->values);
    json_number(object, "p50", hotspots_latency(hotspots, row, 0.5));
    json_number(object, "p95", hotspots_latency(hotspots, row, 0.95));
    json_number(object, "p99", hotspots_latency(hotspots, row, 0.99));
    json_number(object, "max", hotspots_latency(hotspots, row, 1));
    return object;
}

static void as_json(FILE *out, const struct hotspots *hotspots)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "profile",
                json_profile(hotspots->profile, hotspots->metric, hotspots->thread));
    json_list(&document, "functions");
    for (uint32_t i = 0; i < hotspots->count; i++)
        json_item(&document, json_row(hotspots, i));
    json_end(&document);
}

void report_hotspots(FILE *out, const struct hotspots *hotspots, const struct report_style *style)
{
    if (style->format == REPORT_JSON)
        as_json(out, hotspots);
    else if (style->format == REPORT_CSV)
        as_csv(out, hotspots, style->yappi);
    else
        as_text(out, hotspots, style);
}
