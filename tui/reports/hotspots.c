#include "formats/documents/csv.h"
#include "formats/documents/json.h"
#include "tui/numbers.h"
#include "tui/reports/profile_json.h"
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

/* Latencies are kept for the whole run, not for each thread. */
static bool has_latency(const struct hotspots *hotspots)
{
    return hotspots->thread == PROFILE_NONE;
}

static void as_csv(FILE *out, const struct hotspots *hotspots, bool yappi)
{
    struct csv csv = {.out = out};
    csv_header(out, yappi);
    for (uint32_t i = 0; i < hotspots->count; i++)
        csv_function_row(&csv, hotspots->profile, hotspots->rows[i].function, hotspots->metric,
                         &hotspots->rows[i].values, has_latency(hotspots));
}

static void as_json(FILE *out, const struct hotspots *hotspots)
{
    struct json_document document;
    json_begin(&document, out);
    json_member(&document, "profile",
                report_json_profile(hotspots->profile, hotspots->metric, hotspots->thread));
    json_list(&document, "functions");
    for (uint32_t i = 0; i < hotspots->count; i++)
        json_item(&document,
                  json_function_row(hotspots->profile, hotspots->rows[i].function, hotspots->metric,
                                    &hotspots->rows[i].values, has_latency(hotspots)));
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
