#include "tui/analysis/tasks.h"
#include "tui/commands/load.h"
#include "tui/reports/report.h"

#include <string.h>
#include <sys/stat.h>

struct info_options {
    const char *format;
    struct opening how;
    bool tasks;
};

static const struct option_row rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct info_options, format), "text|json"},
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct info_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    LOAD_ROWS(struct info_options, LOAD_FROM_FILE),
    {0},
};

/* Of a plain file; 0 for a pipe. */
static uint64_t file_size(const char *path)
{
    struct stat status;
    bool plain = strcmp(path, "-") != 0 && !stat(path, &status) && S_ISREG(status.st_mode);
    return plain ? (uint64_t)status.st_size : 0;
}

static int info_run(const void *values, char **operands, int count)
{
    const struct info_options *options = values;
    struct report_style style = {0};
    struct error err = {0};
    struct profile *profile;
    if (!command_operands(&info_command, count, 1))
        return COMMAND_FAILED;
    if (report_format_by_name(options->format, &style.format, &err))
        return command_fail(&err);
    if (style.format != REPORT_TEXT && style.format != REPORT_JSON)
        return command_misused("info knows the formats text and json");
    if (profile_load(&profile, operands[0], &options->how, &err))
        return command_fail(&err);
    if (options->tasks && tasks_split(&profile, &err)) {
        profile_free(profile);
        return command_fail(&err);
    }
    report_info(stdout, profile, file_size(operands[0]), &style);
    profile_free(profile);
    return COMMAND_OK;
}

const struct command info_command = {
    .name = "info",
    .summary = "What a file is: format, run, threads, functions, metrics, notes.",
    .usage = "FILE [options]",
    .options = rows,
    .defaults = &(const struct info_options){0},
    .size = sizeof(struct info_options),
    .run = info_run,
};
