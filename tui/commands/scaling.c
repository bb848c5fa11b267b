#include "formats/profile/memory.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/losses.h"
#include "tui/reports/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct scaling_options {
    const char *format, *sizes, *at, *measure, *sort, *filter, *metric;
    bool reverse;
    uint32_t limit, width;
    double threshold;
    struct opening how;
};

static const struct option_row rows[] = {
    {"at", 'a', OPTION_TEXT, "SIZE", offsetof(struct scaling_options, at),
     "the size to project to (default: ten times the largest)"},
    {"sizes", 'S', OPTION_TEXT, "A,B,...", offsetof(struct scaling_options, sizes),
     "how large the runs' inputs were, one for each file; else what the files say"},
    {"measure", 'M', OPTION_TEXT, "NAME", offsetof(struct scaling_options, measure),
     "ncalls|tottime|cumtime (default): whose values and growth are shown"},
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct scaling_options, format),
     "text|markdown|csv|json"},
    {"sort", 's', OPTION_TEXT, "COLUMN", offsetof(struct scaling_options, sort),
     "projected|share|exponent|class|interval|function, a size, or ncalls|tottime|cumtime"},
    {"reverse", 'r', OPTION_FLAG, NULL, offsetof(struct scaling_options, reverse),
     "the other way round"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct scaling_options, limit),
     "at most N rows; 0 is all (default: 30 in text and Markdown, else all)"},
    {"filter", 'F', OPTION_TEXT, "REGEX", offsetof(struct scaling_options, filter),
     "only functions whose name, module or file:line matches"},
    {"threshold", 't', OPTION_PERCENT, "PERCENT", offsetof(struct scaling_options, threshold),
     "hide functions below this share of cumtime in every run and at the size projected to"},
    {"metric", 'm', OPTION_TEXT, "NAME", offsetof(struct scaling_options, metric),
     "which of the files' metrics (see ncprof info); raw: times as recorded"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct scaling_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    LOAD_ROWS(struct scaling_options, LOAD_FROM_FILES),
    {0},
};

static const struct scaling_options defaults = {.limit = SELECT_UNSET, .width = SELECT_UNSET};

static int measure_by_name(const char *name, enum compare_measure *measure, struct error *err)
{
    *measure = COMPARE_CUMTIME;
    for (int m = 0; name && m < COMPARE_MEASURES; m++)
        if (!strcmp(name, compare_measures[m])) {
            *measure = (enum compare_measure)m;
            return 0;
        }
    return !name ? 0
                 : error_set(err, ERROR_USAGE,
                             "--measure takes ncalls, tottime or cumtime, not \"%.64s\"", name);
}

/* Bad options are told before a large file is read. */
static int check_options(const struct scaling_options *options, struct report_style *style,
                         struct scaling_query *query, struct error *err)
{
    style->threshold = options->threshold;
    query->sort = options->sort;
    query->reverse = options->reverse;
    query->filter = options->filter;
    query->threshold = options->threshold;
    if (select_size(options->at, "--at", &query->at, err) ||
        measure_by_name(options->measure, &query->measure, err) ||
        report_format_by_name(options->format, &style->format, err) ||
        scaling_check_query(query, err))
        return -1;
    style->width = select_width(options->width, style->format);
    query->limit = select_limit(options->limit, style->format);
    return 0;
}

/* A table of nothing would look as if nothing were called. */
static int check_calls(struct profile *const *profiles, uint32_t count,
                       enum compare_measure measure, struct error *err)
{
    for (uint32_t i = 0; i < count; i++)
        if (measure != COMPARE_NCALLS || profiles[i]->flags & PROFILE_HAS_CALLS)
            return 0;
    return error_set(err, ERROR_USAGE, "none of the files holds numbers of calls");
}

static int report(struct profile *const *profiles, const double *sizes, uint32_t count,
                  const struct scaling_options *options, const struct scaling_query *query,
                  const struct report_style *style, struct error *err)
{
    struct scaling_input *inputs = memory_zeroed(count, sizeof *inputs);
    struct scaling *scaling = NULL;
    int result = check_calls(profiles, count, query->measure, err);
    for (uint32_t i = 0; i < count && !result; i++) {
        inputs[i] = (struct scaling_input){.profile = profiles[i], .size = NAN};
        if (sizes)
            inputs[i].size = sizes[i];
        result = select_metric(profiles[i], options->metric, &inputs[i].metric, err);
    }
    if (!result)
        result = scaling_new(&scaling, inputs, count, err);
    if (!result)
        result = scaling_select(scaling, query, err);
    if (!result)
        report_scaling(stdout, scaling, style);
    scaling_free(scaling);
    free(inputs);
    return result;
}

static int load_and_report(char **operands, uint32_t count, const struct scaling_options *options,
                           const struct scaling_query *query, const struct report_style *style,
                           struct error *err)
{
    double *sizes;
    struct profile **profiles;
    if (select_size_list(options->sizes, count, &sizes, err))
        return -1;
    profiles = memory_zeroed(count, sizeof(struct profile *));
    int result = load_profiles((const char *const *)operands, count, &options->how, profiles, err);
    if (!result)
        result = report(profiles, sizes, count, options, query, style, err);
    for (uint32_t i = 0; i < count; i++) {
        if (!result && (style->format == REPORT_CSV || style->format == REPORT_JSON))
            losses_warn(profiles[i]);
        profile_free(profiles[i]);
    }
    free(profiles);
    free(sizes);
    return result;
}

static int scaling_run(const void *values, char **operands, int count)
{
    const struct scaling_options *options = values;
    struct report_style style = {0};
    struct scaling_query query = {.at = NAN};
    struct error err = {0};
    if (count < 2)
        return command_misused("scaling takes two files or more, not %d: ncprof scaling FILE... "
                               "[options]",
                               count);
    if (check_options(options, &style, &query, &err) ||
        load_and_report(operands, (uint32_t)count, options, &query, &style, &err))
        return command_fail(&err);
    return COMMAND_OK;
}

const struct command scaling_command = {
    .name = "scaling",
    .summary = "How every function grows over runs of different sizes.",
    .usage = "FILE... [options]",
    .notes =
        "Sizes come from --sizes, from `ncprof record --size`, or from a name as run@n=1000.ncp;\n"
        "several runs of one size are repeats. n^ is the slope of a least squares line through\n"
        "the logarithms of sizes and values, ± its 95 % interval. Where four sizes or more bend\n"
        "upwards, a constant beside the power (floor) is tried, and taken when an F test at 99 %\n"
        "says so. The share at the projected size is that of the sum of what all functions'\n"
        "tottime becomes there.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = scaling_run,
};
