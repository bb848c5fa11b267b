#include "formats/timeline.h"
#include "tui/analysis/tasks.h"
#include "tui/commands/load.h"
#include "tui/commands/select.h"
#include "tui/commands/target.h"
#include "tui/losses.h"

#include <stdio.h>

struct convert_options {
    bool tasks, timeline;
    const char *range;
    struct target target;
    struct opening how;
};

static const struct option_row rows[] = {
    TARGET_ROWS(struct convert_options),
    LOAD_ROWS(struct convert_options, LOAD_FROM_FILE),
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    {"range", 0, OPTION_TEXT, "T..T", offsetof(struct convert_options, range),
     "only this part of a recording: 2s..2.5s"},
    {"timeline", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, timeline),
     "each call with its moments, not the sums of a call path (--to chrome)"},
    TARGET_LAST_ROWS(struct convert_options),
    {0},
};

static int convert_profile(const struct convert_options *options, const char *in,
                           const struct profile_part *part, const struct writer *writer,
                           struct error *err)
{
    struct profile *profile;
    if (profile_load_part(&profile, in, &options->how, part, err))
        return -1;
    bool failed = (options->tasks && tasks_split(&profile, err)) ||
                  target_write(&options->target, writer, profile, err);
    profile_free(profile);
    return failed ? -1 : 0;
}

static int save_timeline(const struct convert_options *options, const char *in,
                         const struct profile_part *part, const struct writer *writer,
                         const struct profile *profile, struct error *err)
{
    static const char loss[] = "calls that have no events are not there";
    bool thinned = profile->flags & PROFILE_THINNED;
    if (thinned && options->target.strict) {
        error_set(err, ERROR_UNSUPPORTED, "not written, because of --strict: %s", loss);
        return error_in_file(err, in);
    }
    if (timeline_save(in, &options->how, part, options->target.output, writer,
                      options->target.force, err))
        return -1;
    losses_warn(profile);
    if (thinned)
        fprintf(stderr, "ncprof: %s: %s\n", options->target.output, loss);
    return 0;
}

static int convert_timeline(const struct convert_options *options, const char *in,
                            const struct profile_part *part, const struct writer *writer,
                            struct error *err)
{
    struct profile *profile;
    if (options->tasks)
        return error_set(err, ERROR_USAGE, "--timeline does not go with --tasks");
    if (profile_load_part(&profile, in, &options->how, part, err))
        return -1;
    int status = save_timeline(options, in, part, writer, profile, err);
    profile_free(profile);
    return status;
}

static int convert_run(const void *values, char **operands, int count)
{
    const struct convert_options *options = values;
    struct error err = {0};
    struct profile_part range;
    if (!command_operands(&convert_command, count, 1))
        return COMMAND_FAILED;
    if (!options->target.output)
        return command_misused("convert needs an output: ncprof convert IN -o OUT");
    const struct writer *writer = target_writer(&options->target, &err);
    if (!writer || (options->range && select_range(options->range, &range, &err)))
        return command_fail(&err);
    const struct profile_part *part = options->range ? &range : NULL;
    int status = options->timeline ? convert_timeline(options, operands[0], part, writer, &err)
                                   : convert_profile(options, operands[0], part, writer, &err);
    return status ? command_fail(&err) : COMMAND_OK;
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
