#include "tui/analysis/tasks.h"
#include "tui/commands/load.h"
#include "tui/commands/target.h"

struct convert_options {
    bool tasks;
    struct target target;
    struct opening how;
};

static const struct option_row rows[] = {
    TARGET_ROWS(struct convert_options),
    LOAD_ROWS(struct convert_options, LOAD_FROM_FILE),
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    TARGET_LAST_ROWS(struct convert_options),
    {0},
};

static int convert_run(const void *values, char **operands, int count)
{
    const struct convert_options *options = values;
    struct error err = {0};
    struct profile *profile;
    if (!command_operands(&convert_command, count, 1))
        return COMMAND_FAILED;
    if (!options->target.output)
        return command_misused("convert needs an output: ncprof convert IN -o OUT");
    const struct writer *writer = target_writer(&options->target, &err);
    if (!writer || profile_load(&profile, operands[0], &options->how, &err))
        return command_fail(&err);
    bool failed = (options->tasks && tasks_split(&profile, &err)) ||
                  target_write(&options->target, writer, profile, &err);
    profile_free(profile);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command convert_command = {
    .name = "convert",
    .summary = "From one format into another.",
    .usage = "IN -o OUT [options]",
    .notes = "What the new format cannot carry is told on standard error; --strict refuses it.",
    .options = rows,
    .defaults = &(const struct convert_options){.how = {0}},
    .size = sizeof(struct convert_options),
    .run = convert_run,
};
