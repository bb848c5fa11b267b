#include "tui/commands/command.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/reports/report.h"

#include <math.h>
#include <stdlib.h>

struct diff_options {
    const char *from, *format, *sizes, *sort, *filter, *metric, *names;
    bool reverse;
    uint32_t limit, width;
    double threshold;
};

static const struct option_row rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct diff_options, format),
     "text|markdown|csv|json"},
    {"sizes", 'S', OPTION_TEXT, "A,B", offsetof(struct diff_options, sizes),
     "how large the runs' inputs were, as 7,30; else what the files say"},
    {"sort", 's', OPTION_TEXT, "COLUMN", offsetof(struct diff_options, sort),
     "delta|ncalls|tottime|cumtime|ratio|exponent|class|function, or ncalls_a, ncalls_ratio ..."},
    {"reverse", 'r', OPTION_FLAG, NULL, offsetof(struct diff_options, reverse),
     "the other way round"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct diff_options, limit),
     "at most N rows; 0 is all (default: 30 in text and Markdown, else all)"},
    {"filter", 'F', OPTION_TEXT, "REGEX", offsetof(struct diff_options, filter),
     "only functions whose name, module or file:line matches"},
    {"threshold", 't', OPTION_PERCENT, "PERCENT", offsetof(struct diff_options, threshold),
     "hide functions below this share of tottime and cumtime on both sides"},
    {"metric", 'm', OPTION_TEXT, "NAME", offsetof(struct diff_options, metric),
     "which of the files' metrics (see ncprof info)"},
    {"names", 0, OPTION_TEXT, "WORDS", offsetof(struct diff_options, names),
     "pstats|yappi: whose words stand over the columns"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct diff_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    {"from", 0, OPTION_TEXT, "FORMAT", offsetof(struct diff_options, from),
     "read the files as this format, whatever they look like"},
    {0},
};

static const struct diff_options defaults = {.limit = SELECT_UNSET, .width = SELECT_UNSET};

static int diff_profiles(const struct profile *a, const struct profile *b,
                         const struct diff_options *options, const struct report_style *style,
                         struct error *err)
{
    struct comparison *comparison;
    uint32_t metric_a, metric_b;
    struct compare_side in_a = {&a, 1, &metric_a, NAN}, in_b = {&b, 1, &metric_b, NAN};
    struct compare_query query = {.sort = options->sort,
                                  .reverse = options->reverse,
                                  .filter = options->filter,
                                  .threshold = options->threshold,
                                  .limit = select_limit(options->limit, style->format)};
    if (select_sizes(options->sizes, &in_a.size, &in_b.size, err) ||
        select_metric(a, options->metric, &metric_a, err) ||
        select_metric(b, options->metric, &metric_b, err) ||
        compare_new(&comparison, &in_a, &in_b, &query, err))
        return -1;
    report_comparison(stdout, comparison, style);
    compare_free(comparison);
    return 0;
}

/* Bad options are told before a large file is read. */
static int check_options(const struct diff_options *options, struct report_style *style,
                         struct error *err)
{
    double size_a, size_b;
    style->threshold = options->threshold;
    if (report_format_by_name(options->format, &style->format, err) ||
        select_names(options->names, &style->yappi, err) ||
        select_sizes(options->sizes, &size_a, &size_b, err))
        return -1;
    style->width = select_width(options->width, style->format);
    return column_for_sort(compare_columns, options->sort, "delta", err) ? 0 : -1;
}

static int diff_run(const void *values, char **operands, int count)
{
    const struct diff_options *options = values;
    struct profile *sides[2] = {NULL, NULL};
    struct report_style style = {0};
    struct error err = {0};
    if (!command_operands(&diff_command, count, 2))
        return COMMAND_FAILED;
    bool failed = check_options(options, &style, &err) ||
                  load_profiles((const char *const *)operands, 2, options->from, sides, &err) ||
                  diff_profiles(sides[0], sides[1], options, &style, &err);
    profile_free(sides[0]);
    profile_free(sides[1]);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command diff_command = {
    .name = "diff",
    .summary = "Two profiles side by side, function by function, and how each grows.",
    .usage = "A B [options]",
    .notes =
        "A is the first run, B the second: ratio = B/A, exponent = ln(ratio)/ln(size ratio).\n"
        "Sizes come from --sizes, from `ncprof record --size`, or from a name as run@n=1000.ncp.\n"
        "more_calls and slower_calls share out the change of cumtime: called more often, and each\n"
        "call slower; they add up to it.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = diff_run,
};
