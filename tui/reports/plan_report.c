/* The report that people read: `ncprof plan report`. */
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/reports/plan_parts.h"
#include "tui/reports/text.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define CARRIERS_SHOWN 8

/* ---- hotspots ---- */

static void hotspot_title(FILE *out, const struct plan_report *report,
                          const struct report_style *style)
{
    char title[400], id[160];
    plan_text(report->hot->id, id, sizeof id);
    snprintf(title, sizeof title, "Hotspots of %s", id);
    plan_title(out, 2, title, style);
}

static void left_out_line(FILE *out, const struct plan_report *report,
                          const struct report_style *style)
{
    const struct plan_hotspots *hotspots = report->hotspots;
    char line[300], count[40], percent[40];
    number_count(hotspots->left_out, count, sizeof count);
    number_percent(hotspots->left_out_share, percent, sizeof percent);
    if (isnan(report->hot_seconds))
        snprintf(line, sizeof line,
                 "%s function%s of less than 5 %% each left out, together %s %% of the time", count,
                 hotspots->left_out == 1 ? "" : "s", percent);
    else
        snprintf(line, sizeof line,
                 "%s function%s of less than %g s each left out, by themselves %s %% of the time",
                 count, hotspots->left_out == 1 ? "" : "s", report->hot_seconds, percent);
    if (hotspots->left_out)
        text_closing(out, line, style);
}

static void hotspot_part(FILE *out, const struct plan_report *report,
                         const struct report_style *style)
{
    const struct plan_hotspots *hotspots = report->hotspots;
    const struct report_table table = {.columns = plan_hotspot_columns,
                                       .table = hotspots,
                                       .rows = hotspots->count,
                                       .flags = hotspots->profile->flags};
    hotspot_title(out, report, style);
    if (hotspots->count)
        text_table(out, &table, style);
    else
        text_line(out, "no function has that much", style);
    left_out_line(out, report, style);
    if (hotspots->count)
        text_line(out,
                  "2× faster: what the whole run saves if this function's own time is halved; "
                  "at most: how much faster it gets if that time is gone (Amdahl)",
                  style);
}

/* ---- growth ---- */

static void carrier_line(FILE *out, const struct plan_growth *carriers,
                         const struct report_style *style)
{
    char line[1200] = "Through what they call: ", name[200];
    uint32_t shown = carriers->count < CARRIERS_SHOWN ? carriers->count : CARRIERS_SHOWN;
    for (uint32_t i = 0; i < shown; i++) {
        size_t used = strlen(line);
        function_name(scaling_function(carriers->scaling, carriers->rows[i].row), name,
                      sizeof name);
        snprintf(line + used, sizeof line - used, "%s%s", i ? ", " : "", name);
    }
    size_t used = strlen(line);
    if (shown < carriers->count)
        snprintf(line + used, sizeof line - used, " and %" PRIu32 " more", carriers->count - shown);
    if (shown)
        text_closing(out, line, style);
}

/* With two runs there is no interval, and nothing but the times' own word for it. */
static bool is_hearsay(const struct plan_growth *found)
{
    for (uint32_t i = 0; i < found->count; i++) {
        const struct plan_grown *grown = &found->rows[i];
        if (grown->measure != COMPARE_NCALLS &&
            isnan(found->scaling->rows[grown->row].fit[grown->measure].low))
            return true;
    }
    return false;
}

static void offender_part(FILE *out, const struct plan_offenders *offenders,
                          const struct report_style *style)
{
    const struct plan_growth *found = &offenders->offenders;
    const struct report_table table = {
        .columns = plan_growth_columns, .table = found, .rows = found->count};
    plan_title(out, 2, "Worst offenders", style);
    if (!found->count) {
        text_line(out, "none: nothing that takes 5 % of the time grows with an exponent above 1.8",
                  style);
        return;
    }
    text_table(out, &table, style);
    if (is_hearsay(found))
        text_closing(
            out,
            "by time, and without an interval (±): two runs cannot tell growth from chance;"
            " a third size, or repeats, can",
            style);
    carrier_line(out, &offenders->carriers, style);
}

static void suspect_part(FILE *out, const struct plan_suspects *suspects,
                         const struct report_style *style)
{
    char line[1400];
    if (!suspects->count)
        return;
    plan_title(out, 2, "Suspects", style);
    for (uint32_t i = 0; i < suspects->count; i++) {
        int used =
            snprintf(line, sizeof line, "%s: ", plan_suspicion_name(suspects->rows[i].suspicion));
        plan_suspect_sentence(suspects, i, line + used, sizeof line - (size_t)used);
        fputs("- ", out);
        text_plain(out, line, style);
        putc('\n', out);
    }
}

void plan_scaling_part(FILE *out, const struct scaling *scaling, const struct report_style *style)
{
    struct plan_growth growth;
    char line[200], shown[40], all[40];
    plan_growth_selected(&growth, scaling);
    const struct report_table table = {
        .columns = plan_growth_columns, .table = &growth, .rows = growth.count};
    snprintf(line, sizeof line, "Growth over %" PRIu32 " sizes, %" PRIu32 " runs",
             scaling->size_count, scaling->run_count);
    plan_title(out, 2, line, style);
    text_table(out, &table, style);
    plan_growth_done(&growth);
    number_count(scaling->count, shown, sizeof shown);
    number_count(scaling->functions, all, sizeof all);
    snprintf(line, sizeof line, "%s of %s functions shown, those with the largest cumtime", shown,
             all);
    if (scaling->count < scaling->functions)
        text_closing(out, line, style);
}

static void growth_part(FILE *out, const struct plan_report *report,
                        const struct report_style *style)
{
    char line[700];
    if (!report->scaling) {
        plan_title(out, 2, "Growth", style);
        plan_text(report->no_growth, line, sizeof line);
        text_line(out, line, style);
        return;
    }
    offender_part(out, report->offenders, style);
    suspect_part(out, report->suspects, style);
    plan_scaling_part(out, report->scaling, style);
}

void report_plan(FILE *out, const struct plan_report *report, const struct report_style *style)
{
    plan_head(out, &report->subject, style);
    plan_run_table(out, &report->subject, style);
    if (report->impact)
        plan_cache_part(out, report->impact, report->rows, style);
    else
        growth_part(out, report, style);
    hotspot_part(out, report, style);
    plan_thread_part(out, report->hot, style);
}
