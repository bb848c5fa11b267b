#include "tui/commands/plan.h"

#include "formats/output.h"
#include "tui/commands/plan_runs.h"
#include "tui/commands/select.h"
#include "tui/reports/plan.h"

#include <math.h>
#include <string.h>

struct plan_report_options {
    const char *format, *phase, *output;
    uint32_t limit, width;
    double at, hot;
};

static const struct option_row rows[] = {
    {"phase", 'p', OPTION_TEXT, "PHASE", offsetof(struct plan_report_options, phase),
     "0: what a cold cache costs; another: how its runs grow"},
    {"hot", 0, OPTION_NUMBER, "SECONDS", offsetof(struct plan_report_options, hot),
     "hotspots are what has so much cumtime (default: 5 % of the time by itself)"},
    {"at", 0, OPTION_NUMBER, "SIZE", offsetof(struct plan_report_options, at),
     "project to this size (default: ten times the largest)"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct plan_report_options, limit),
     "at most N functions in the table of growth; 0 is all (default: 10)"},
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct plan_report_options, format),
     "text|markdown"},
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct plan_report_options, output),
     "write to FILE; folders that are missing are made"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct plan_report_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    {0},
};

/* The run over the largest input, a warm one before a cold one. */
static const struct run_facts *hot_run(const struct plan_runs *runs)
{
    const struct run_facts *found = NULL;
    for (uint32_t i = 0; i < runs->count; i++) {
        const struct run_facts *run = &runs->facts[i];
        if (!run->profile)
            continue;
        if (!found || run->size > found->size || (isnan(found->size) && !isnan(run->size)) ||
            (run->size == found->size && found->cache == RUN_CACHE_COLD &&
             run->cache == RUN_CACHE_WARM))
            found = run;
    }
    return found;
}

static int write_report(const struct plan_report *report, const char *path,
                        const struct report_style *style, struct error *err)
{
    struct output output;
    if (output_begin(&output, path ? path : "-", err))
        return -1;
    report_plan(output.file, report, style);
    return output_end(&output, err);
}

/* With one size only there is no growth to tell, but all the rest. */
static int report_growth(struct plan_report *report, const struct plan_report_options *options,
                         const struct report_style *style, struct error *err)
{
    struct error reason = {0};
    struct scaling *scaling = NULL;
    struct plan_offenders *offenders = NULL;
    struct plan_suspects *suspects = NULL;
    if (plan_runs_scaling(&scaling, report->subject.runs, report->subject.count, options->at,
                          report->rows, &reason)) {
        error_text(&reason, report->no_growth, sizeof report->no_growth);
        scaling = NULL;
    } else {
        offenders = plan_offenders_new(scaling);
        suspects = plan_suspects_new(scaling);
    }
    report->scaling = scaling;
    report->offenders = offenders;
    report->suspects = suspects;
    int status = write_report(report, options->output, style, err);
    plan_suspects_free(suspects);
    plan_offenders_free(offenders);
    scaling_free(scaling);
    return status;
}

static int report_cache(struct plan_report *report, const struct plan_report_options *options,
                        const struct report_style *style, struct error *err)
{
    struct cache_impact *impact;
    if (cache_impact_new(&impact, report->subject.runs, report->subject.count, err))
        return -1;
    report->impact = impact;
    int status = write_report(report, options->output, style, err);
    cache_impact_free(impact);
    return status;
}

static int report_phase(const struct plan_runs *runs, const struct plan_report_options *options,
                        const struct report_style *style, struct error *err)
{
    const struct run_facts *hot = hot_run(runs);
    if (!hot)
        return plan_runs_check(runs, err);
    struct plan_report report = {
        .subject = {runs->plan->path, options->phase, runs->facts, runs->count},
        .hot = hot,
        .hot_seconds = options->hot,
        .rows = options->limit != SELECT_UNSET ? options->limit : PLAN_ROWS,
    };
    struct plan_hotspots *hotspots = plan_hotspots_new(hot->profile, options->hot);
    report.hotspots = hotspots;
    int status = !strcmp(options->phase, PLAN_CACHE_PHASE)
                     ? report_cache(&report, options, style, err)
                     : report_growth(&report, options, style, err);
    plan_hotspots_free(hotspots);
    return status;
}

static int check_options(const struct plan_report_options *options, struct report_style *style,
                         struct error *err)
{
    if (report_format_by_name(options->format, &style->format, err))
        return -1;
    if (style->format == REPORT_CSV || style->format == REPORT_JSON)
        return error_set(err, ERROR_USAGE,
                         "plan report writes text or markdown; plan analyze writes json");
    if (!options->phase)
        return error_set(err, ERROR_USAGE, "plan report needs --phase PHASE");
    if (options->hot < 0)
        return error_set(err, ERROR_USAGE, "--hot wants seconds from 0 on");
    if (!isnan(options->at) && !(options->at > 0))
        return error_set(err, ERROR_USAGE, "--at wants a size above 0");
    style->width = select_width(options->width, style->format);
    return 0;
}

static int plan_report_run(const void *values, char **operands, int count)
{
    const struct plan_report_options *options = values;
    struct report_style style = {0};
    struct error err = {0};
    struct plan_runs *runs = NULL;
    if (!command_operands(&plan_report_command, count, 1))
        return COMMAND_FAILED;
    bool failed = check_options(options, &style, &err) ||
                  plan_runs_load(&runs, operands[0], options->phase, &err) ||
                  report_phase(runs, options, &style, &err);
    plan_runs_free(runs);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_report_command = {
    .name = "plan report",
    .summary = "What the runs of a plan have shown, for people.",
    .usage = "PLAN.json --phase PHASE [options]",
    .notes = "The runs, what a cold cache costs or how they grow, the worst offenders, suspects\n"
             "and hotspots. It holds names, counts and times only.",
    .options = rows,
    .defaults =
        &(const struct plan_report_options){
            .limit = SELECT_UNSET, .width = SELECT_UNSET, .at = NAN, .hot = NAN},
    .size = sizeof(struct plan_report_options),
    .run = plan_report_run,
};
