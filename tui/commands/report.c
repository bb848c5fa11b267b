#include "tui/reports/report.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "tui/analysis/tasks.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/losses.h"

#include <stdlib.h>
#include <string.h>

struct report_options {
    const char *range, *format, *sort, *filter, *metric, *thread, *process, *names, *callers,
        *callees;
    bool reverse, tree, tasks, pstats_style, strip_dirs, merge;
    struct text_list restrictions;
    uint32_t limit, depth, width;
    double threshold;
    struct opening how;
};

static const struct option_row rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct report_options, format),
     "text|markdown|csv|json"},
    {"sort", 's', OPTION_TEXT, "COLUMN", offsetof(struct report_options, sort),
     "ncalls|tottime|percall|cumtime|cumpercall|p50|p95|p99|max|function"},
    {"reverse", 'r', OPTION_FLAG, NULL, offsetof(struct report_options, reverse),
     "the other way round"},
    {"limit", 'n', OPTION_COUNT, "N", offsetof(struct report_options, limit),
     "at most N rows; 0 is all (default: 30 in text and Markdown, else all)"},
    {"filter", 'F', OPTION_TEXT, "REGEX", offsetof(struct report_options, filter),
     "only functions whose name, module or file:line matches"},
    {"threshold", 't', OPTION_PERCENT, "PERCENT", offsetof(struct report_options, threshold),
     "hide functions below this share of tottime and cumtime"},
    {"metric", 'm', OPTION_TEXT, "NAME", offsetof(struct report_options, metric),
     "which of the file's metrics (see ncprof info); raw: times as recorded"},
    {"thread", 'T', OPTION_TEXT, "THREAD", offsetof(struct report_options, thread),
     "one thread: its number in ncprof info, its name or its id"},
    {"process", 'P', OPTION_TEXT, "PROCESS", offsetof(struct report_options, process),
     "all threads of one process, by its pid, its name or its command"},
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct report_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    {"callers", 0, OPTION_TEXT, "FUNCTION", offsetof(struct report_options, callers),
     "who calls it, instead of the table"},
    {"callees", 0, OPTION_TEXT, "FUNCTION", offsetof(struct report_options, callees),
     "whom it calls, instead of the table"},
    {"tree", 0, OPTION_FLAG, NULL, offsetof(struct report_options, tree),
     "the call tree, instead of the table"},
    {"depth", 'd', OPTION_COUNT, "N", offsetof(struct report_options, depth),
     "levels of the tree (default: as far as the limit allows)"},
    {"names", 0, OPTION_TEXT, "WORDS", offsetof(struct report_options, names),
     "pstats|yappi: whose words stand over the columns"},
    {"pstats-style", 0, OPTION_FLAG, NULL, offsetof(struct report_options, pstats_style),
     "print what Python's pstats prints; --sort takes its words, as time,name"},
    {"strip-dirs", 0, OPTION_FLAG, NULL, offsetof(struct report_options, strip_dirs),
     "with --pstats-style: files without their folders"},
    {"restrict", 0, OPTION_LIST, "WHAT", offsetof(struct report_options, restrictions),
     "with --pstats-style: a regular expression, N rows or 0.1 of them; repeatable"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct report_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    {"range", 0, OPTION_TEXT, "T..T", offsetof(struct report_options, range),
     "only this part of a recording, in time since its start: 1.5s..2s, 300ms.., ..1min"},
    {"merge", 0, OPTION_FLAG, NULL, offsetof(struct report_options, merge),
     "several files of one series, added up"},
    LOAD_ROWS(struct report_options, LOAD_FROM_FILE),
    {0},
};

static const struct report_options defaults = {.limit = SELECT_UNSET, .width = SELECT_UNSET};

static int report_table(const struct profile *profile, const struct hotspots_query *query,
                        const struct report_style *style, struct error *err)
{
    struct hotspots *hotspots;
    if (hotspots_new(&hotspots, profile, query, err))
        return -1;
    report_hotspots(stdout, hotspots, style);
    hotspots_free(hotspots);
    return 0;
}

static void report_tree(const struct profile *profile, const struct hotspots_query *query,
                        uint32_t depth, const struct report_style *style)
{
    struct calltree *tree = calltree_new(profile, query->metric, query->thread);
    if (query->filter)
        calltree_filter(tree, query->filter);
    else
        calltree_expand_all(tree, depth ? depth : UINT32_MAX);
    report_calltree(stdout, tree, query->thread, query->limit, style);
    calltree_free(tree);
}

static int check_edges(const struct profile *profile, struct error *err)
{
    if (profile->flags & PROFILE_HAS_EDGES)
        return 0;
    error_set(err, ERROR_USAGE, "this format (%s) stores no callers", profile->format);
    return error_in_file(err, profile->path);
}

/* Blocks of the functions that the option names, as pstats' print_callers has them. */
static int report_edges(const struct profile *profile, const struct report_options *options,
                        const struct hotspots_query *query, const struct report_style *style,
                        struct error *err)
{
    const char *named = options->callers ? options->callers : options->callees;
    unsigned sides =
        (options->callers ? REPORT_CALLERS : 0) | (options->callees ? REPORT_CALLEES : 0);
    uint32_t *functions, count;
    if (check_edges(profile, err))
        return -1;
    if (options->callers && options->callees && strcmp(options->callers, options->callees) != 0)
        return error_set(err, ERROR_USAGE, "--callers and --callees together take one function");
    if (select_functions(profile, named, query->metric, query->limit, &functions, &count, err))
        return -1;
    struct butterfly **butterflies = memory_zeroed(count, sizeof *butterflies);
    for (uint32_t i = 0; i < count; i++)
        butterflies[i] = butterfly_new(profile, functions[i], query->metric);
    report_butterflies(stdout, (const struct butterfly *const *)butterflies, count, sides, style);
    for (uint32_t i = 0; i < count; i++)
        butterfly_free(butterflies[i]);
    free(butterflies);
    free(functions);
    return 0;
}

/* --callers TEXT is a restriction as those of print_callers() are, the first. */
static int report_as_pstats(const struct profile *profile, const struct report_options *options,
                            struct error *err)
{
    const char *restrictions[TEXT_LIST_MAX + 2];
    const char *named = options->callers ? options->callers : options->callees;
    char limit[16];
    struct statistics *statistics;
    struct statistics_query query = {.sort = options->sort,
                                     .reverse = options->reverse,
                                     .strip = options->strip_dirs,
                                     .edges = named != NULL,
                                     .restrictions = restrictions};
    if (named)
        restrictions[query.restriction_count++] = named;
    for (uint32_t i = 0; i < options->restrictions.count; i++)
        restrictions[query.restriction_count++] = options->restrictions.items[i];
    snprintf(limit, sizeof limit, "%u", options->limit);
    if (options->limit && options->limit != SELECT_UNSET)
        restrictions[query.restriction_count++] = limit;
    if (select_metric(profile, options->metric, &query.metric, err) ||
        select_threads(profile, options->thread, options->process, &query.thread, err) ||
        (named && check_edges(profile, err)) || statistics_new(&statistics, profile, &query, err))
        return -1;
    if (named)
        report_statistics_edges(stdout, statistics, options->callees != NULL);
    else
        report_statistics(stdout, statistics);
    statistics_free(statistics);
    return 0;
}

static int report_profile(const struct profile *profile, const struct report_options *options,
                          const struct report_style *style, struct error *err)
{
    struct hotspots_query query = {.sort = options->sort,
                                   .reverse = options->reverse,
                                   .filter = options->filter,
                                   .threshold = options->threshold,
                                   .limit = select_limit(options->limit, style->format)};
    if (options->pstats_style)
        return report_as_pstats(profile, options, err);
    if (select_metric(profile, options->metric, &query.metric, err) ||
        select_threads(profile, options->thread, options->process, &query.thread, err))
        return -1;
    if (options->callers || options->callees)
        return report_edges(profile, options, &query, style, err);
    if (!options->tree)
        return report_table(profile, &query, style, err);
    report_tree(profile, &query, options->depth, style);
    return 0;
}

static int check_pstats_options(const struct report_options *options, struct error *err)
{
    const char *other = options->format          ? "--format"
                        : options->tree          ? "--tree"
                        : options->filter        ? "--filter (--restrict takes its place)"
                        : options->threshold > 0 ? "--threshold"
                        : options->names         ? "--names"
                                                 : NULL;
    if (other)
        return error_set(err, ERROR_USAGE, "--pstats-style does not go with %s", other);
    if (options->callers && options->callees)
        return error_set(err, ERROR_USAGE, "--pstats-style takes --callers or --callees, not both");
    for (uint32_t i = 0; i < options->restrictions.count; i++)
        if (statistics_check_restriction(options->restrictions.items[i], err))
            return -1;
    return statistics_check_sort(options->sort, err);
}

/* Bad options are told before a large file is read. */
static int check_options(const struct report_options *options, struct report_style *style,
                         struct error *err)
{
    if (options->pstats_style)
        return check_pstats_options(options, err);
    if (options->strip_dirs || options->restrictions.count)
        return error_set(err, ERROR_USAGE, "--%s goes with --pstats-style only",
                         options->strip_dirs ? "strip-dirs" : "restrict");
    style->threshold = options->threshold;
    if (report_format_by_name(options->format, &style->format, err) ||
        select_names(options->names, &style->yappi, err))
        return -1;
    style->width = select_width(options->width, style->format);
    return column_for_sort(hotspot_columns, options->sort, "tottime", err) ? 0 : -1;
}

static int load_wanted(struct profile **out, char **operands, int count,
                       const struct report_options *options, struct error *err)
{
    if (options->merge && options->range)
        return error_set(err, ERROR_USAGE, "--merge does not go with --range");
    if (options->merge)
        return load_merged((const char *const *)operands, (uint32_t)count, &options->how, out, err);
    struct profile_part part;
    if (options->range && select_range(options->range, &part, err))
        return -1;
    return profile_load_part(out, operands[0], &options->how, options->range ? &part : NULL, err);
}

static int report_run(const void *values, char **operands, int count)
{
    const struct report_options *options = values;
    struct report_style style = {0};
    struct error err = {0};
    struct profile *profile = NULL;
    if (!(options->merge && count > 1) && !command_operands(&report_command, count, 1))
        return COMMAND_FAILED;
    bool failed = check_options(options, &style, &err) ||
                  load_wanted(&profile, operands, count, options, &err) ||
                  (options->tasks && tasks_split(&profile, &err)) ||
                  report_profile(profile, options, &style, &err);
    if (!failed && (style.format == REPORT_CSV || options->pstats_style))
        losses_warn(profile);
    profile_free(profile);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command report_command = {
    .name = "report",
    .summary = "Where the time went: a table as text, Markdown, CSV or JSON.",
    .usage = "FILE [options]",
    .notes =
        "--pstats-style prints a pstats file as Python would, with its words to sort by: calls,\n"
        "cumulative, filename, line, module, name, nfl, pcalls, stdname, time; --callers and\n"
        "--callees take a regular expression then, as print_callers() and print_callees() do.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = report_run,
};
