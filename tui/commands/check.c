#include "formats/documents/limits.h"
#include "formats/output.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/losses.h"
#include "tui/reports/report.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check_options {
    struct text_list max_ratio, max_exponent, base, new;
    const char *limits, *sizes, *normalise, *format, *metric;
    bool allow_new, update_base;
    uint32_t width;
    double min_share;
    struct opening how;
};

static const struct option_row rows[] = {
    {"max-ratio", 'r', OPTION_LIST, "METRIC=R", offsetof(struct check_options, max_ratio),
     "ncalls|tottime|cumtime=R: new / base is at most R; repeatable"},
    {"max-exponent", 'e', OPTION_LIST, "METRIC=E", offsetof(struct check_options, max_exponent),
     "ncalls|tottime|cumtime=E: grows at most as size^E; repeatable"},
    {"min-share", 't', OPTION_PERCENT, "PERCENT", offsetof(struct check_options, min_share),
     "judge functions with this share of the time on either side (default: 5)"},
    {"limits", 'l', OPTION_TEXT, "FILE", offsetof(struct check_options, limits),
     "limits of the run and of single functions, as JSON"},
    {"base", 'b', OPTION_FILES, "FILE...", offsetof(struct check_options, base),
     "several captures before, instead of BASE"},
    {"new", 'n', OPTION_FILES, "FILE...", offsetof(struct check_options, new),
     "several captures now, instead of NEW"},
    {"allow-new", 0, OPTION_FLAG, NULL, offsetof(struct check_options, allow_new),
     "functions that BASE does not have are no violation"},
    {"update-base", 0, OPTION_FLAG, NULL, offsetof(struct check_options, update_base),
     "when all holds, NEW takes the place of BASE"},
    {"sizes", 'S', OPTION_TEXT, "A,B", offsetof(struct check_options, sizes),
     "how large the inputs of BASE and NEW were; else what the files say"},
    {"normalise", 'N', OPTION_TEXT, "BY", offsetof(struct check_options, normalise),
     "none|total|calls|size|function=NAME: NEW is scaled to BASE by it"},
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct check_options, format),
     "text|json|markdown|junit"},
    {"metric", 'm', OPTION_TEXT, "NAME", offsetof(struct check_options, metric),
     "which of the files' metrics (see ncprof info); raw: times as recorded"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct check_options, width),
     "of the text table; 0 keeps every column (default: the terminal's, else 120)"},
    LOAD_ROWS(struct check_options, LOAD_FROM_FILES),
    {0},
};

static const struct check_options defaults = {.min_share = NAN, .width = SELECT_UNSET};

/* A side of the gate as the command line names it. */
struct side {
    const char *const *paths;
    uint32_t count;
    struct profile *profiles[TEXT_LIST_MAX];
    uint32_t metrics[TEXT_LIST_MAX];
};

/* ---- options ---- */

static int report_format(const char *name, struct report_style *style, bool *junit,
                         struct error *err)
{
    *junit = name && !strcmp(name, "junit");
    bool known = *junit || !report_format_by_name(name, &style->format, err);
    if (known && style->format != REPORT_CSV)
        return 0;
    return error_set(err, ERROR_USAGE,
                     "no format \"%.64s\"; there are text, json, markdown and junit", name);
}

/* What the command line states stands before what the file does. */
static int read_limits(const struct check_options *options, struct limits *limits,
                       struct error *err)
{
    struct limits stated;
    limits_init(&stated);
    limits_init(limits);
    for (uint32_t i = 0; i < options->max_ratio.count; i++)
        if (limits_set(&stated.defaults, LIMIT_RATIO, options->max_ratio.items[i], err))
            return -1;
    for (uint32_t i = 0; i < options->max_exponent.count; i++)
        if (limits_set(&stated.defaults, LIMIT_EXPONENT, options->max_exponent.items[i], err))
            return -1;
    if (options->limits && limits_read(limits, options->limits, err))
        return -1;
    limits_inherit(&stated.defaults, &limits->defaults);
    limits->defaults = stated.defaults;
    if (!isnan(options->min_share))
        limits->min_share = options->min_share;
    return 0;
}

/* Either two operands or both lists. */
static int name_sides(const struct check_options *options, char **operands, int count,
                      struct side *base, struct side *new, struct error *err)
{
    bool listed = options->base.count || options->new.count;
    const char *const *files = (const char *const *)operands;
    *base = (struct side){.paths = files, .count = 1};
    *new = (struct side){.paths = files + 1, .count = 1};
    if (listed && (!options->base.count || !options->new.count || count))
        return error_set(err, ERROR_USAGE,
                         "check takes BASE and NEW, or --base and --new with their files");
    if (!listed && count != 2)
        return error_set(err, ERROR_USAGE, "check takes 2 files, not %d: ncprof check BASE NEW",
                         count);
    if (listed) {
        *base = (struct side){.paths = options->base.items, .count = options->base.count};
        *new = (struct side){.paths = options->new.items, .count = options->new.count};
    }
    if (options->update_base && (base->count > 1 || new->count > 1 ||
                                 !strcmp(base->paths[0], "-") || !strcmp(new->paths[0], "-")))
        return error_set(err, ERROR_USAGE, "--update-base takes one file a side, and no pipe");
    return 0;
}

/* ---- the base ---- */

static int copy_into(FILE *from, FILE *to, struct error *err)
{
    char buffer[65536];
    size_t got;
    while ((got = fread(buffer, 1, sizeof buffer, from)) > 0)
        if (fwrite(buffer, 1, got, to) != got)
            return error_errno(err, "cannot write");
    return ferror(from) ? error_errno(err, "cannot read") : 0;
}

static int update_base(const char *base, const char *new, struct error *err)
{
    struct output output;
    FILE *from = fopen(new, "rb");
    if (!from) {
        error_errno(err, "cannot open");
        return error_in_file(err, new);
    }
    int status = output_begin(&output, base, err);
    if (!status) {
        status = copy_into(from, output.file, err);
        if (status)
            output_cancel(&output);
        else
            status = output_end(&output, err);
    }
    fclose(from);
    return status ? error_in_file(err, base) : 0;
}

/* On standard error: standard output may be JSON or XML. */
static int update_when_it_holds(const struct gate *gate, const struct check_options *options,
                                const struct side *base, const struct side *new, struct error *err)
{
    if (!options->update_base)
        return 0;
    if (gate->verdict != GATE_PASS) {
        fprintf(stderr, "ncprof: %s stays as it is\n", base->paths[0]);
        return 0;
    }
    if (update_base(base->paths[0], new->paths[0], err))
        return -1;
    fprintf(stderr, "ncprof: %s is now a copy of %s\n", base->paths[0], new->paths[0]);
    return 0;
}

/* ---- the check ---- */

static int select_metrics(struct side *side, const char *metric, struct error *err)
{
    for (uint32_t i = 0; i < side->count; i++)
        if (select_metric(side->profiles[i], metric, &side->metrics[i], err))
            return -1;
    return 0;
}

static int load(struct side *base, struct side *new, const struct opening *how, struct error *err)
{
    const char *paths[2 * TEXT_LIST_MAX];
    struct profile *profiles[2 * TEXT_LIST_MAX] = {NULL};
    memcpy(paths, base->paths, base->count * sizeof *paths);
    memcpy(paths + base->count, new->paths, new->count * sizeof *paths);
    int status = load_profiles(paths, base->count + new->count, how, profiles, err);
    memcpy(base->profiles, profiles, base->count * sizeof *profiles);
    memcpy(new->profiles, profiles + base->count, new->count * sizeof *profiles);
    return status;
}

static void release(struct side *side)
{
    for (uint32_t i = 0; i < side->count; i++)
        profile_free(side->profiles[i]);
}

static void warn_of_losses(const struct side *side)
{
    for (uint32_t i = 0; i < side->count; i++)
        losses_warn(side->profiles[i]);
}

static struct compare_side compare_side_of(const struct side *side, double size)
{
    return (struct compare_side){(const struct profile *const *)side->profiles, side->count,
                                 side->metrics, size};
}

static int check(struct gate **gate, struct side *base, struct side *new,
                 const struct check_options *options, const struct gate_query *query,
                 struct error *err)
{
    double size_base, size_new;
    if (select_sizes(options->sizes, &size_base, &size_new, err) ||
        load(base, new, &options->how, err) || select_metrics(base, options->metric, err) ||
        select_metrics(new, options->metric, err))
        return -1;
    struct compare_side before = compare_side_of(base, size_base);
    struct compare_side now = compare_side_of(new, size_new);
    *gate = gate_new(&before, &now, query);
    return 0;
}

static int status_of(const struct gate *gate)
{
    static const int statuses[] = {COMMAND_OK, COMMAND_REGRESSED, COMMAND_FAILED};
    return statuses[gate->verdict];
}

static int check_run(const void *values, char **operands, int count)
{
    const struct check_options *options = values;
    struct report_style style = {.width = select_width(options->width, REPORT_TEXT)};
    struct side base = {0}, new = {0};
    struct gate *gate = NULL;
    struct limits limits;
    struct error err = {0};
    bool junit;
    limits_init(&limits);
    struct gate_query query = {.limits = &limits, .allow_new = options->allow_new};
    bool failed =
        name_sides(options, operands, count, &base, &new, &err) ||
        report_format(options->format, &style, &junit, &err) ||
        select_normalise(options->normalise, &query.normalise, &query.normalise_function, &err) ||
        read_limits(options, &limits, &err) || check(&gate, &base, &new, options, &query, &err);
    if (!failed) {
        warn_of_losses(&base);
        warn_of_losses(&new);
        if (junit)
            report_gate_junit(stdout, gate);
        else
            report_gate(stdout, gate, &style);
        failed = update_when_it_holds(gate, options, &base, &new, &err);
    }
    int status = failed ? command_fail(&err) : status_of(gate);
    gate_free(gate);
    limits_free(&limits);
    release(&base);
    release(&new);
    return status;
}

const struct command check_command = {
    .name = "check",
    .summary = "Holds a run against an earlier one: exit 0 holds, 1 regressed, 2 not judged.",
    .usage = "BASE NEW [options]",
    .notes = "Without limits: ncalls must not grow and cumtime by 20 % at most; between runs of "
             "different\n"
             "sizes both may grow as size^1.3. A limit that cannot be judged (a function that it "
             "names is\n"
             "missing, nothing was measured, no sizes, unlike units) is exit 2, never 0.\n"
             "With several captures a side medians are compared, and a time counts only when it "
             "differs\n"
             "significantly. --limits: {\"min_share\": 5, \"defaults\": {\"cumtime\": "
             "{\"max_ratio\": 1.2}},\n"
             "\"functions\": {\"name or regex\": {\"ncalls\": {\"max_ratio\": null, "
             "\"max_exponent\": 1.1}}}}",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = check_run,
};
