#include "tui/commands/plan.h"

#include "tui/commands/plan_runs.h"
#include "tui/commands/select.h"
#include "tui/reports/plan.h"

#include <string.h>

struct analyze_options {
    const char *format, *phase;
    uint32_t limit, width;
};

static const struct option_row rows[] = {
    {"phase", 'p', OPTION_TEXT, "PHASE", offsetof(struct analyze_options, phase),
     "0: what a cold cache costs; any other: how its runs grow"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct analyze_options, limit),
     "at most N functions a table; 0 is all (default: 10 in text and Markdown, else all)"},
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct analyze_options, format),
     "text|markdown|json"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct analyze_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    {0},
};

#define ROWS_SHOWN 10

static uint32_t row_limit(uint32_t asked, enum report_format format)
{
    if (asked != SELECT_UNSET)
        return asked;
    return format == REPORT_JSON ? 0 : ROWS_SHOWN;
}

static int analyze_cache(const struct plan_subject *subject, const struct analyze_options *options,
                         const struct report_style *style, struct error *err)
{
    struct cache_impact *impact;
    if (cache_impact_new(&impact, subject->runs, subject->count, err))
        return -1;
    report_plan_cache(stdout, subject, impact, row_limit(options->limit, style->format), style);
    cache_impact_free(impact);
    return 0;
}

static int check_options(const struct analyze_options *options, struct report_style *style,
                         struct error *err)
{
    if (report_format_by_name(options->format, &style->format, err))
        return -1;
    if (style->format == REPORT_CSV)
        return error_set(err, ERROR_USAGE, "plan analyze writes text, markdown or json");
    style->width = select_width(options->width, style->format);
    return 0;
}

static int analyze(const struct plan_runs *runs, const struct analyze_options *options,
                   const struct report_style *style, struct error *err)
{
    const struct plan_subject subject = {runs->plan->path, options->phase, runs->facts,
                                         runs->count};
    return plan_runs_check(runs, err) || analyze_cache(&subject, options, style, err) ? -1 : 0;
}

static int analyze_run(const void *values, char **operands, int count)
{
    const struct analyze_options *options = values;
    struct report_style style = {0};
    struct error err = {0};
    struct plan_runs *runs = NULL;
    if (!command_operands(&plan_analyze_command, count, 1))
        return COMMAND_FAILED;
    bool failed = check_options(options, &style, &err) ||
                  plan_runs_load(&runs, operands[0], options->phase, &err) ||
                  analyze(runs, options, &style, &err);
    plan_runs_free(runs);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_analyze_command = {
    .name = "plan analyze",
    .summary = "What a cold cache costs, and how the runs of a plan grow.",
    .usage = "PLAN.json --phase PHASE [options]",
    .options = rows,
    .defaults = &(const struct analyze_options){.limit = SELECT_UNSET, .width = SELECT_UNSET},
    .size = sizeof(struct analyze_options),
    .run = analyze_run,
};
