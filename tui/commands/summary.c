#include "formats/documents/records.h"
#include "formats/output.h"
#include "tui/analysis/names.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/reports/report.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECORDS "records" /* for --from: the workbench's list */

struct summary_options {
    const char *run_id, *output, *now, *title, *against, *sizes, *metric;
    double min_share;
    struct opening how;
};

static const struct option_row rows[] = {
    {"run-id", 0, OPTION_TEXT, "ID", offsetof(struct summary_options, run_id),
     "the run's name in the summary (default: manual-run)"},
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct summary_options, output),
     "where to, replaced as a whole, its folders made; - is standard output (default)"},
    {"now", 0, OPTION_TEXT, "TIME", offsetof(struct summary_options, now),
     "generated_utc: 2026-01-31T12:00:00Z, seconds since 1970, or now"},
    {"min-share", 't', OPTION_PERCENT, "PERCENT", offsetof(struct summary_options, min_share),
     "a record for every function with this share of tottime (default: 5)"},
    {"against", 'a', OPTION_TEXT, "BASE", offsetof(struct summary_options, against),
     "growth since this profile counts, too"},
    {"sizes", 'S', OPTION_TEXT, "A,B", offsetof(struct summary_options, sizes),
     "with --against: how large BASE's and FILE's inputs were; else what the files say"},
    {"title", 0, OPTION_TEXT, "TEXT", offsetof(struct summary_options, title),
     "project_title (default: the file's name)"},
    {"metric", 'm', OPTION_TEXT, "NAME", offsetof(struct summary_options, metric),
     "which of the file's metrics (see ncprof info); raw: times as recorded"},
    LOAD_ROWS(struct summary_options, LOAD_FROM_FILE "; records: name,score,severity"),
    {0},
};

static const struct summary_options defaults = {.run_id = "manual-run", .min_share = 0.05};

static int parse_time(const char *text, int64_t *seconds, struct error *err)
{
    struct tm utc = {0};
    char *end;
    if (!strcmp(text, "now")) {
        *seconds = time(NULL);
        return 0;
    }
    long long number = strtoll(text, &end, 10);
    if (end != text && !*end && number >= 0 && number < INT64_C(253402300800)) {
        *seconds = number;
        return 0;
    }
    const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &utc);
    struct tm said = utc;
    *seconds = timegm(&utc); /* makes the 30th of February the 2nd of March */
    if (!rest || (strcmp(rest, "Z") != 0 && *rest) || said.tm_mday != utc.tm_mday ||
        said.tm_sec != utc.tm_sec)
        return error_set(err, ERROR_USAGE,
                         "--now takes a time as 2026-01-31T12:00:00Z, seconds since 1970 or now, "
                         "not \"%.64s\"",
                         text);
    return 0;
}

static int summarise_profile(struct risk_summary **summary, struct input *input,
                             const struct summary_options *options, int64_t *start,
                             struct error *err)
{
    struct profile *profile = NULL, *base = NULL;
    struct risk_query query = {.min_share = options->min_share};
    int status = select_sizes(options->sizes, &query.base_size, &query.size, err);
    if (!status)
        status = profile_load_input(&profile, input, &options->how, NULL, err);
    if (!status && options->against)
        status = profile_load(&base, options->against,
                              &(struct opening){.max_unpacked = options->how.max_unpacked}, err);
    if (!status)
        status = select_metric(profile, options->metric, &query.metric, err);
    if (!status && base)
        status = select_metric(base, options->metric, &query.base_metric, err);
    query.base = base;
    if (!status)
        status = risk_of_profile(summary, profile, &query, err);
    if (!status)
        *start = profile->start_ns / 1000000000;
    profile_free(profile);
    profile_free(base);
    return status;
}

static int summarise_records(struct risk_summary **summary, struct input *input,
                             const struct summary_options *options, struct error *err)
{
    struct score_records records;
    if (options->against)
        return error_set(err, ERROR_USAGE, "--against goes with a profile, not with %s of scores",
                         RECORDS);
    if (records_read(&records, input, err))
        return -1;
    *summary = risk_of_records(&records);
    records_free(&records);
    return 0;
}

/* A list of scores is what no reader of profiles knows. */
static int is_list(struct input *input, const char *from, bool *list, struct error *err)
{
    const uint8_t *head;
    size_t size;
    *list = from && !strcmp(from, RECORDS);
    if (from)
        return 0;
    if (input_head(input, &head, &size, err))
        return error_in_file(err, input_path(input));
    *list = !reader_recognise(input_path(input), head, size) && records_probe(head, size);
    return 0;
}

static int summarise(struct risk_summary **summary, const char *path,
                     const struct summary_options *options, int64_t *start, struct error *err)
{
    struct input *input;
    bool list;
    if (input_open(&input, path, err))
        return -1;
    int status = is_list(input, options->how.from, &list, err);
    if (!status)
        status = list ? summarise_records(summary, input, options, err)
                      : summarise_profile(summary, input, options, start, err);
    input_close(input);
    return status;
}

static int write_summary(const struct risk_summary *summary, const struct summary_head *head,
                         const char *path, struct error *err)
{
    struct output output;
    if (output_begin(&output, path ? path : "-", err))
        return -1;
    report_summary(output.file, summary, head);
    return output_end(&output, err);
}

static int summary_run(const void *values, char **operands, int count)
{
    const struct summary_options *options = values;
    struct summary_head head = {.title = options->title, .run_id = options->run_id};
    struct risk_summary *summary = NULL;
    struct error err = {0};
    int64_t now = 0;
    if (!command_operands(&summary_command, count, 1))
        return COMMAND_FAILED;
    if (options->sizes && !options->against)
        return command_misused("--sizes goes with --against BASE");
    if (!head.title)
        head.title = strcmp(operands[0], "-") != 0 ? path_base(operands[0]) : "standard input";
    bool failed = (options->now && parse_time(options->now, &now, &err)) ||
                  summarise(&summary, operands[0], options, &head.seconds, &err);
    if (options->now)
        head.seconds = now;
    failed = failed || write_summary(summary, &head, options->output, &err);
    risk_free(summary);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command summary_command = {
    .name = "summary",
    .summary = "Scores and risk classes of functions as JSON, the same for the same input.",
    .usage = "FILE [options]",
    .notes =
        "score = 10 x (1 - share of tottime), less 4 x (exponent - 1) of cumtime since BASE, or\n"
        "less 4 x log2(ratio), at most 4, where sizes are equal or unknown; never below 0.\n"
        "critical: score below 5, exponent from 1.8, ratio from 2; warn: score below 8, exponent\n"
        "from 1.3, ratio from 1.2. High risk: warn, critical or a score below 5.\n"
        "FILE may be a list of lines name,score,severity instead. generated_utc is when the "
        "profile\n"
        "was recorded; a file that does not tell gets 1970-01-01T00:00:00Z.",
    .options = rows,
    .defaults = &defaults,
    .size = sizeof defaults,
    .run = summary_run,
};
