#include "tui/commands/plan.h"

#include "formats/output.h"
#include "tui/commands/plan_runs.h"
#include "tui/commands/select.h"
#include "tui/reports/plan.h"

#include <math.h>
#include <string.h>

struct analyze_options {
    const char *format, *phase, *output;
    struct text_list runs;
    bool compare;
    uint32_t limit, width;
    double at;
};

static const struct option_row rows[] = {
    {"phase", 'p', OPTION_TEXT, "PHASE", offsetof(struct analyze_options, phase),
     "0: what a cold cache costs; another: how its runs grow, each size against the next"},
    {"compare", 'c', OPTION_FLAG, NULL, offsetof(struct analyze_options, compare),
     "every run against every other one (of the phase, when one is given)"},
    {"runs", 'r', OPTION_FILES, "A B", offsetof(struct analyze_options, runs),
     "these two runs, by their ids"},
    {"at", 0, OPTION_NUMBER, "SIZE", offsetof(struct analyze_options, at),
     "project to this size (default: ten times the largest)"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct analyze_options, limit),
     "at most N functions a table; 0 is all (default: 10 in text and Markdown, else all)"},
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct analyze_options, format),
     "text|markdown|json"},
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct analyze_options, output),
     "write to FILE; folders that are missing are made"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct analyze_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    {0},
};

struct analysis {
    const struct analyze_options *options;
    struct report_style style;
    uint32_t limit;
    struct plan_subject subject;
    FILE *out;
};

static int analyze_cache(const struct analysis *analysis, struct error *err)
{
    struct cache_impact *impact;
    const struct plan_subject *subject = &analysis->subject;
    if (cache_impact_new(&impact, subject->runs, subject->count, err))
        return -1;
    report_plan_cache(analysis->out, subject, impact, analysis->limit, &analysis->style);
    cache_impact_free(impact);
    return 0;
}

/* With --compare runs of one size are compared too, by ratio alone. */
static int fit_growth(struct scaling **scaling, const struct analysis *analysis, struct error *err)
{
    const struct analyze_options *options = analysis->options;
    const struct plan_subject *subject = &analysis->subject;
    if (!plan_runs_scaling(scaling, subject->runs, subject->count, options->at, analysis->limit,
                           err))
        return 0;
    *scaling = NULL;
    return options->compare ? 0 : error_in_file(err, subject->path);
}

static int analyze_growth(const struct analysis *analysis, struct error *err)
{
    const struct plan_subject *subject = &analysis->subject;
    struct plan_pairs *pairs = NULL;
    struct scaling *scaling = NULL;
    bool failed = fit_growth(&scaling, analysis, err) ||
                  (analysis->options->compare
                       ? plan_pairs_all(&pairs, subject->runs, subject->count, err)
                       : plan_pairs_steps(&pairs, subject->runs, subject->count, err)) ||
                  report_plan_growth(analysis->out, subject, pairs, scaling, analysis->limit,
                                     &analysis->style, err);
    plan_pairs_free(pairs);
    scaling_free(scaling);
    return failed ? -1 : 0;
}

static int analyze_two(const struct analysis *analysis, const struct plan_runs *runs,
                       struct error *err)
{
    uint32_t a, b;
    struct plan_pairs *pairs = NULL;
    const struct text_list *ids = &analysis->options->runs;
    if (plan_runs_find(runs, ids->items[0], &a, err) ||
        plan_runs_find(runs, ids->items[1], &b, err))
        return -1;
    const struct run_facts both[] = {runs->facts[a], runs->facts[b]};
    struct plan_subject subject = analysis->subject;
    subject.runs = both;
    subject.count = 2;
    bool failed = plan_pairs_one(&pairs, both, 0, 1, err) ||
                  report_plan_growth(analysis->out, &subject, pairs, NULL, analysis->limit,
                                     &analysis->style, err);
    plan_pairs_free(pairs);
    return failed ? -1 : 0;
}

static int analyze(const struct analysis *analysis, const struct plan_runs *runs, struct error *err)
{
    const struct analyze_options *options = analysis->options;
    if (options->runs.count)
        return analyze_two(analysis, runs, err);
    if (plan_runs_check(runs, err))
        return -1;
    if (!options->compare && !strcmp(options->phase, PLAN_CACHE_PHASE))
        return analyze_cache(analysis, err);
    return analyze_growth(analysis, err);
}

static int check_options(const struct analyze_options *options, struct report_style *style,
                         struct error *err)
{
    if (report_format_by_name(options->format, &style->format, err))
        return -1;
    if (style->format == REPORT_CSV)
        return error_set(err, ERROR_USAGE, "plan analyze writes text, markdown or json");
    if (!options->phase && !options->compare && !options->runs.count)
        return error_set(err, ERROR_USAGE,
                         "plan analyze needs --phase PHASE, --compare or --runs A B");
    if (options->runs.count && (options->compare || options->runs.count != 2))
        return error_set(err, ERROR_USAGE, "--runs takes two runs, and nothing beside them");
    if (!isnan(options->at) && !(options->at > 0))
        return error_set(err, ERROR_USAGE, "--at wants a size above 0");
    style->width = select_width(options->width, style->format);
    return 0;
}

/* Into the file, or nothing of it. */
static int write_analysis(struct analysis *analysis, const struct plan_runs *runs,
                          struct error *err)
{
    struct output output;
    const char *path = analysis->options->output;
    if (output_begin(&output, path ? path : "-", err))
        return -1;
    analysis->out = output.file;
    if (!analyze(analysis, runs, err))
        return output_end(&output, err);
    output_cancel(&output);
    return -1;
}

static int load_and_analyze(struct analysis *analysis, const char *path, struct error *err)
{
    const struct analyze_options *options = analysis->options;
    struct plan_runs *runs = NULL;
    bool all = analysis->style.format == REPORT_JSON;
    if (plan_runs_load(&runs, path, options->phase, err))
        return -1;
    analysis->limit = options->limit != SELECT_UNSET ? options->limit : all ? 0 : PLAN_ROWS;
    analysis->subject = (struct plan_subject){.path = runs->plan->path,
                                              .phase = options->phase,
                                              .runs = runs->facts,
                                              .count = runs->count};
    int status = write_analysis(analysis, runs, err);
    plan_runs_free(runs);
    return status;
}

static int analyze_run(const void *values, char **operands, int count)
{
    struct analyze_options options = *(const struct analyze_options *)values;
    struct analysis analysis = {.options = &options};
    struct error err = {0};
    const char *path = operands[0];
    if (!count && options.runs.count == 3) { /* --runs A B PLAN.json */
        path = options.runs.items[--options.runs.count];
        count = 1;
    }
    if (!command_operands(&plan_analyze_command, count, 1))
        return COMMAND_FAILED;
    bool failed =
        check_options(&options, &analysis.style, &err) || load_and_analyze(&analysis, path, &err);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_analyze_command = {
    .name = "plan analyze",
    .summary = "What a cold cache costs, and how the runs of a plan grow.",
    .usage = "PLAN.json --phase PHASE|--compare|--runs A B [options]",
    .notes = "Overhead is (cold - warm) / warm of runs over the same dates and size. Above 30 %:\n"
             "preload the cache first; below 10 %: single runs suffice.\n"
             "Growth is judged by each run's size, by default its days.",
    .options = rows,
    .defaults =
        &(const struct analyze_options){.limit = SELECT_UNSET, .width = SELECT_UNSET, .at = NAN},
    .size = sizeof(struct analyze_options),
    .run = analyze_run,
};
