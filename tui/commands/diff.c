#include "formats/documents/number.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/losses.h"
#include "tui/reports/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct diff_options {
    const char *format, *sizes, *sort, *filter, *metric, *names, *normalise, *blame, *only;
    struct text_list a, b;
    bool reverse, allow_unlike, tree;
    uint32_t limit, depth, width;
    double threshold;
    struct opening how;
};

static const struct option_row rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct diff_options, format),
     "text|markdown|csv|json"},
    {"a", 'a', OPTION_FILES, "FILE...", offsetof(struct diff_options, a),
     "the captures of side A, up to the next option: medians are compared"},
    {"b", 'b', OPTION_FILES, "FILE...", offsetof(struct diff_options, b), "those of side B"},
    {"sizes", 'S', OPTION_TEXT, "A,B", offsetof(struct diff_options, sizes),
     "how large the runs' inputs were, as 7,30; else what the files say"},
    {"normalise", 'N', OPTION_TEXT, "BY", offsetof(struct diff_options, normalise),
     "none|total|calls|size|function=NAME: scale B's values to A's"},
    {"blame", 0, OPTION_TEXT, "MEASURE", offsetof(struct diff_options, blame),
     "cumtime|tottime: whose change is shared out (default: cumtime)"},
    {"only", 'o', OPTION_TEXT, "CLASSES", offsetof(struct diff_options, only),
     "rows of these: matched,moved,new,gone,changed"},
    {"allow-unlike", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, allow_unlike),
     "compare wall with CPU time, or samples with seconds, all the same"},
    {"tree", 0, OPTION_FLAG, NULL, offsetof(struct diff_options, tree),
     "the call trees of both on one row each, instead of the table"},
    {"depth", 'd', OPTION_COUNT, "N", offsetof(struct diff_options, depth),
     "levels of the tree (default: as far as the limit allows)"},
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
     "which of the files' metrics (see ncprof info); raw: times as recorded"},
    {"names", 0, OPTION_TEXT, "WORDS", offsetof(struct diff_options, names),
     "pstats|yappi: whose words stand over the columns"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct diff_options, width),
     "of a text table; 0 keeps every column (default: the terminal's, else 120)"},
    LOAD_ROWS(struct diff_options, LOAD_FROM_FILES),
    {0},
};

static const struct diff_options defaults = {.limit = SELECT_UNSET, .width = SELECT_UNSET};

/* The captures of both sides: those of A, then those of B. */
struct captured {
    const char *paths[2 * TEXT_LIST_MAX];
    struct profile *profiles[2 * TEXT_LIST_MAX];
    uint32_t metrics[2 * TEXT_LIST_MAX];
    uint32_t a, b;
};

static int set_blame(const char *text, struct compare_query *query, struct error *err)
{
    query->blame = text && !strcmp(text, "tottime") ? COMPARE_TOTTIME : COMPARE_CUMTIME;
    if (!text || query->blame == COMPARE_TOTTIME || !strcmp(text, "cumtime"))
        return 0;
    return error_set(err, ERROR_USAGE, "--blame takes cumtime or tottime, not \"%.64s\"", text);
}

/* 0 for a word that is no class. */
static unsigned class_of(const char *word, size_t length)
{
    static const char changed[] = "changed";
    for (int status = 0; status < COMPARE_STATUSES; status++) {
        const char *name = compare_status_name((enum compare_status)status);
        if (strlen(name) == length && !strncmp(name, word, length))
            return COMPARE_ONLY(status);
    }
    return length == sizeof changed - 1 && !strncmp(changed, word, length) ? COMPARE_ONLY_CHANGED
                                                                           : 0;
}

static int set_only(const char *text, struct compare_query *query, struct error *err)
{
    while (text) {
        size_t length = strcspn(text, ",");
        unsigned class = class_of(text, length);
        if (!class)
            return error_set(err, ERROR_USAGE,
                             "--only takes matched, moved, new, gone and changed, not \"%.*s\"",
                             length < 64 ? (int)length : 64, text);
        query->only |= class;
        text = text[length] ? text + length + 1 : NULL;
    }
    return 0;
}

static int set_query(const struct diff_options *options, const struct report_style *style,
                     struct compare_query *query, struct error *err)
{
    *query = (struct compare_query){.sort = options->sort,
                                    .reverse = options->reverse,
                                    .filter = options->filter,
                                    .threshold = options->threshold,
                                    .limit = select_limit(options->limit, style->format),
                                    .allow_unlike = options->allow_unlike};
    if (select_normalise(options->normalise, &query->normalise, &query->normalise_function, err) ||
        set_blame(options->blame, query, err) || set_only(options->only, query, err))
        return -1;
    return 0;
}

static void list_operands(struct captured *captured, const struct diff_options *options,
                          char **operands)
{
    captured->a = options->a.count ? options->a.count : 1;
    captured->b = options->b.count ? options->b.count : 1;
    for (uint32_t i = 0; i < captured->a; i++)
        captured->paths[i] = options->a.count ? options->a.items[i] : operands[0];
    for (uint32_t i = 0; i < captured->b; i++)
        captured->paths[captured->a + i] = options->b.count ? options->b.items[i] : operands[1];
}

static int check_operands(const struct diff_options *options, int count)
{
    if (!options->a.count != !options->b.count)
        return command_misused("diff takes both --a FILE... and --b FILE..., or two files");
    if (options->a.count && count)
        return command_misused("diff takes either two files or --a FILE... --b FILE...");
    if (!options->a.count && !command_operands(&diff_command, count, 2))
        return COMMAND_FAILED;
    return COMMAND_OK;
}

/* What can be done about it here; on a screen it is another thing. */
static void add_hint(const struct compare_side *a, const struct compare_side *b,
                     const struct compare_query *query, struct error *err)
{
    const struct metric *of_a = &a->profiles[0]->metrics[a->metrics[0]];
    const struct metric *of_b = &b->profiles[0]->metrics[b->metrics[0]];
    size_t used = strlen(err->text);
    if (!query->allow_unlike && !compare_is_alike(of_a, of_b))
        snprintf(err->text + used, sizeof err->text - used,
                 " as they are; --metric picks another of a file's metrics, --allow-unlike "
                 "compares them all the same");
}

/* A tree has no median: of a side's captures the one whose total is nearest to that of totals. */
static uint32_t typical(const struct compare_side *side, double median)
{
    uint32_t best = 0;
    double least = INFINITY;
    for (uint32_t i = 0; i < side->count; i++) {
        const struct metric *metric = &side->profiles[i]->metrics[side->metrics[i]];
        int64_t total = profile_total(side->profiles[i], side->metrics[i], PROFILE_NONE);
        double distance = fabs(number_in_unit(total, metric) - median);
        if (distance < least) {
            best = i;
            least = distance;
        }
    }
    return best;
}

static void diff_trees(const struct comparison *comparison, const struct compare_side *a,
                       const struct compare_side *b, const struct diff_options *options,
                       const struct report_style *style)
{
    struct aligned_query query = ALIGNED_QUERY_DEFAULT;
    uint32_t of_a = typical(a, comparison->total_a), of_b = typical(b, comparison->total_b);
    query.metric_a = a->metrics[of_a];
    query.metric_b = b->metrics[of_b];
    query.size_a = comparison->size_a;
    query.size_b = comparison->size_b;
    query.time_factor = comparison->time_factor;
    query.calls_factor = comparison->calls_factor;
    query.by_b = !strcmp(comparison->sort->id, "cumtime_b");
    struct aligned *aligned = aligned_new(a->profiles[of_a], b->profiles[of_b], &query);
    if (options->filter)
        calltree_filter(aligned_tree(aligned), options->filter);
    else
        calltree_expand_all(aligned_tree(aligned), options->depth ? options->depth : UINT32_MAX);
    report_aligned(stdout, aligned, comparison, select_limit(options->limit, style->format), style);
    aligned_free(aligned);
}

static int diff_profiles(const struct captured *captured, const struct diff_options *options,
                         const struct compare_query *query, const struct report_style *style,
                         struct error *err)
{
    struct comparison *comparison;
    const struct profile *const *profiles = (const struct profile *const *)captured->profiles;
    struct compare_side a = {profiles, captured->a, captured->metrics, NAN};
    struct compare_side b = {profiles + captured->a, captured->b, captured->metrics + captured->a,
                             NAN};
    if (select_sizes(options->sizes, &a.size, &b.size, err))
        return -1;
    if (compare_new(&comparison, &a, &b, query, err)) {
        add_hint(&a, &b, query, err);
        return -1;
    }
    if (options->tree)
        diff_trees(comparison, &a, &b, options, style);
    else
        report_comparison(stdout, comparison, style);
    compare_free(comparison);
    return 0;
}

static int load(struct captured *captured, const struct diff_options *options, struct error *err)
{
    uint32_t count = captured->a + captured->b;
    if (load_profiles(captured->paths, count, &options->how, captured->profiles, err))
        return -1;
    for (uint32_t i = 0; i < count; i++)
        if (select_metric(captured->profiles[i], options->metric, &captured->metrics[i], err))
            return -1;
    return 0;
}

static int check_tree(const struct diff_options *options, struct error *err)
{
    if (options->tree && (options->only || options->threshold > 0 || options->blame))
        return error_set(err, ERROR_USAGE, "--%s shapes the table, not the tree",
                         options->only            ? "only"
                         : options->threshold > 0 ? "threshold"
                                                  : "blame");
    if (options->tree && options->reverse)
        return error_set(err, ERROR_USAGE, "--reverse shapes the table, not the tree");
    if (options->depth && !options->tree)
        return error_set(err, ERROR_USAGE, "--depth is of the tree: it goes with --tree");
    return 0;
}

/* Bad options are told before a large file is read. */
static int check_options(const struct diff_options *options, struct report_style *style,
                         struct compare_query *query, struct error *err)
{
    double size_a, size_b;
    style->threshold = options->threshold;
    if (report_format_by_name(options->format, &style->format, err) ||
        select_names(options->names, &style->yappi, err) ||
        select_sizes(options->sizes, &size_a, &size_b, err) ||
        set_query(options, style, query, err) || check_tree(options, err))
        return -1;
    style->width = select_width(options->width, style->format);
    const struct column *sort = column_for_sort(compare_columns, options->sort, "delta", err);
    if (sort && options->tree && strcmp(sort->id, "delta") && strcmp(sort->id, "cumtime_b"))
        return error_set(err, ERROR_USAGE, "the tree is sorted by delta or cumtime_b, not by %s",
                         sort->id);
    return sort ? 0 : -1;
}

static int diff_run(const void *values, char **operands, int count)
{
    const struct diff_options *options = values;
    struct captured captured = {0};
    struct report_style style = {0};
    struct compare_query query;
    struct error err = {0};
    if (check_operands(options, count))
        return COMMAND_FAILED;
    list_operands(&captured, options, operands);
    bool failed = check_options(options, &style, &query, &err) || load(&captured, options, &err) ||
                  diff_profiles(&captured, options, &query, &style, &err);
    for (uint32_t i = 0; i < captured.a + captured.b; i++) {
        if (!failed && style.format == REPORT_CSV)
            losses_warn(captured.profiles[i]);
        profile_free(captured.profiles[i]);
    }
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command diff_command = {
    .name = "diff",
    .summary = "Two profiles side by side, function by function, and how each grows.",
    .usage = "A B [options]  or  --a A... --b B... [options]",
    .notes =
        "A is the first run, B the second: ratio = B/A, exponent = ln(ratio)/ln(size ratio).\n"
        "Sizes come from --sizes, from `ncprof record --size`, or from a name as run@n=1000.ncp.\n"
        "more_calls and slower_calls share out the change of cumtime: called more often, and each\n"
        "call slower; they add up to it.\n"
        "Sorted by a change, what both sides have comes first, then what only B and only A has.\n"
        "With several captures a side the medians are compared. ~ marks functions of which\n"
        "nothing differs significantly at 95 % (a permutation test, value by value: of 100 that\n"
        "did not change about 5 look as if they had); they come below the others. That takes 4\n"
        "captures a side; with fewer the band from the least to the largest difference is shown.\n"
        "Counts that all captures of a side agree on are exact.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = diff_run,
};
