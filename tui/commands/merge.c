#include "tui/commands/load.h"
#include "tui/commands/target.h"

struct merge_options {
    struct target target;
    struct opening how;
};

static const struct option_row rows[] = {
    TARGET_ROWS(struct merge_options),
    LOAD_ROWS(struct merge_options, LOAD_FROM_FILES),
    TARGET_LAST_ROWS(struct merge_options),
    {0},
};

static int merge_run(const void *values, char **operands, int count)
{
    const struct merge_options *options = values;
    struct error err = {0};
    struct profile *profile;
    if (count < 1)
        return command_misused("merge needs files: ncprof merge FILE... -o OUT");
    if (!options->target.output)
        return command_misused("merge needs an output: ncprof merge FILE... -o OUT");
    const struct writer *writer = target_writer(&options->target, &err);
    if (!writer ||
        load_merged((const char *const *)operands, (uint32_t)count, &options->how, &profile, &err))
        return command_fail(&err);
    int status = target_write(&options->target, writer, profile, &err);
    profile_free(profile);
    return status ? command_fail(&err) : COMMAND_OK;
}

const struct command merge_command = {
    .name = "merge",
    .summary = "Adds up several profiles of one series into one.",
    .usage = "FILE... -o OUT [options]",
    .notes =
        "Functions are the same by name, module, file and line, call paths by their functions,\n"
        "threads by name. What the format cannot carry is told on standard error; --strict\n"
        "refuses it.",
    .options = rows,
    .defaults = &(const struct merge_options){.how = {0}},
    .size = sizeof(struct merge_options),
    .run = merge_run,
};
