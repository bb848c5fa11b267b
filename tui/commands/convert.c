#include "formats/format.h"
#include "tui/analysis/tasks.h"
#include "tui/commands/command.h"
#include "tui/losses.h"

#include <stdio.h>
#include <string.h>

struct convert_options {
    const char *output, *to, *from;
    bool force, strict, tasks;
};

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct convert_options, output),
     "where to; - is standard output"},
    {"to", 't', OPTION_TEXT, "FORMAT", offsetof(struct convert_options, to),
     "the format to write (default: by the suffix of the output)"},
    {"from", 0, OPTION_TEXT, "FORMAT", offsetof(struct convert_options, from),
     "read the file as this format, whatever it looks like"},
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    {"force", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, force),
     "write over an existing file"},
    {"strict", 0, OPTION_FLAG, NULL, offsetof(struct convert_options, strict),
     "fail when the format cannot carry all there is"},
    {0},
};

static void list_writers(char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; writers[i] && used < size; i++)
        used +=
            (size_t)snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", writers[i]->name);
}

static const struct writer *choose(const struct convert_options *options, struct error *err)
{
    char known[256];
    const struct writer *writer =
        options->to ? writer_by_name(options->to) : writer_for_path(options->output);
    if (writer)
        return writer;
    list_writers(known, sizeof known);
    if (options->to)
        error_set(err, ERROR_USAGE, "cannot write \"%.64s\"; --to takes %s", options->to, known);
    else
        error_set(err, ERROR_USAGE, "no format goes by the name %.200s; --to takes %s",
                  options->output, known);
    return NULL;
}

/* "a call tree", the first thing that the writer needs and the profile lacks. */
static const char *lacking(const struct writer *writer, const struct profile *profile)
{
    static const struct {
        unsigned flag;
        const char *what;
    } needs[] = {
        {PROFILE_HAS_TREE, "a call tree"},       {PROFILE_HAS_EDGES, "callers"},
        {PROFILE_HAS_CALLS, "numbers of calls"}, {PROFILE_HAS_TIMELINE, "a timeline"},
        {PROFILE_HAS_LATENCY, "latencies"},      {PROFILE_HAS_PRIMITIVE, "primitive calls"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (writer->needs & needs[i].flag & ~profile->flags)
            return needs[i].what;
    return NULL;
}

static int convert(const struct profile *profile, const struct convert_options *options,
                   const struct writer *writer, struct error *err)
{
    const char *missing = lacking(writer, profile);
    const char *loss = writer->loses ? writer->loses(profile) : NULL;
    if (missing)
        error_set(err, ERROR_UNSUPPORTED, "holds no %s, which the format %s is made of",
                  missing + (missing[0] == 'a' && missing[1] == ' ' ? 2 : 0), writer->name);
    else if (loss && options->strict)
        error_set(err, ERROR_UNSUPPORTED, "not written, because of --strict: %s", loss);
    if (missing || (loss && options->strict))
        return error_in_file(err, profile->path);
    if (profile_save(profile, options->output, writer, options->force, err))
        return -1;
    losses_warn(profile);
    if (loss)
        fprintf(stderr, "ncprof: %s: %s\n", options->output, loss);
    return 0;
}

static int convert_run(const void *values, char **operands, int count)
{
    const struct convert_options *options = values;
    struct error err = {0};
    struct profile *profile;
    if (!command_operands(&convert_command, count, 1))
        return COMMAND_FAILED;
    if (!options->output)
        return command_misused("convert needs an output: ncprof convert IN -o OUT");
    const struct writer *writer = choose(options, &err);
    if (!writer || profile_load(&profile, operands[0], options->from, &err))
        return command_fail(&err);
    bool failed =
        (options->tasks && tasks_split(&profile, &err)) || convert(profile, options, writer, &err);
    profile_free(profile);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command convert_command = {
    .name = "convert",
    .summary = "From one format into another.",
    .usage = "IN -o OUT [options]",
    .notes = "What the new format cannot carry is told on standard error; --strict refuses it.",
    .options = rows,
    .defaults = &(const struct convert_options){0},
    .size = sizeof(struct convert_options),
    .run = convert_run,
};
