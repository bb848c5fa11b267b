#include "capture/launcher/record.h"
#include "tui/commands/command.h"
#include "tui/commands/quantity.h"

#include <string.h>

#define NO_DEPTH UINT32_MAX

struct record_values {
    const char *output, *on_full, *min_time, *budget, *clock;
    bool force, quiet, python_only;
    double size;
    struct text_list tags, environment, include, exclude;
    uint32_t depth;
    double delay, duration;
    bool paused;
    const char *signal;
};

static const struct option_row rows[] = {
    {"output", 'o', OPTION_TEXT, "FILE", offsetof(struct record_values, output),
     "where to (default: the name of the program, or of the Python script, and .ncp, here)"},
    {"size", 0, OPTION_NUMBER, "N", offsetof(struct record_values, size),
     "size of the run's input, in whatever unit: growth is judged by it"},
    {"tag", 0, OPTION_LIST, "KEY=VALUE", offsetof(struct record_values, tags),
     "something to remember; may be given several times"},
    {"env", 0, OPTION_LIST, "NAME", offsetof(struct record_values, environment),
     "keep the value of this environment variable; likewise"},
    {"force", 0, OPTION_FLAG, NULL, offsetof(struct record_values, force),
     "write over an existing file"},
    {"python-only", 0, OPTION_FLAG, NULL, offsetof(struct record_values, python_only),
     "of Python programs, Python functions only: a fraction of the cost"},
    {"include", 0, OPTION_LIST, "REGEX", offsetof(struct record_values, include),
     "only functions whose name matches, and what they call; module:REGEX, file:REGEX likewise"},
    {"exclude", 0, OPTION_LIST, "REGEX", offsetof(struct record_values, exclude),
     "not these functions: their time is their caller's, what they call stays; patterns likewise"},
    {"depth", 0, OPTION_COUNT, "N", offsetof(struct record_values, depth),
     "not what is called by the N-th of a stack's recorded calls: its time is that call's"},
    {"paused", 0, OPTION_FLAG, NULL, offsetof(struct record_values, paused),
     "record nothing until the program (ncprof_start()) or --signal says so"},
    {"delay", 0, OPTION_NUMBER, "SECONDS", offsetof(struct record_values, delay),
     "record nothing until then"},
    {"duration", 0, OPTION_NUMBER, "SECONDS", offsetof(struct record_values, duration),
     "record for so long from the first start; the program goes on"},
    {"signal", 0, OPTION_TEXT, "USR1|USR2|HUP|QUIT", offsetof(struct record_values, signal),
     "this signal to ncprof record stops and starts the recording"},
    {"clock", 0, OPTION_TEXT, "wall|cpu", offsetof(struct record_values, clock),
     "wall (default), or cpu: a thread's time on a processor; a system call an event, ~0.5 µs"},
    {"on-full", 0, OPTION_TEXT, "block|drop", offsetof(struct record_values, on_full),
     "a program that is faster than the recorder waits (default), or loses calls that are counted"},
    {"min-time", 0, OPTION_TEXT, "T", offsetof(struct record_values, min_time),
     "keep events only of calls of at least T (5us, 1ms); counts and times stay exact"},
    {"budget", 0, OPTION_TEXT, "SIZE", offsetof(struct record_values, budget),
     "keep the file below SIZE (100M) by fewer and fewer events; counts and times stay exact"},
    {"quiet", 'q', OPTION_FLAG, NULL, offsetof(struct record_values, quiet),
     "no line about what was written"},
    {0},
};

static const char *wrong_tag(const struct text_list *tags)
{
    for (uint32_t i = 0; i < tags->count; i++)
        if (!strchr(tags->items[i], '=') || tags->items[i][0] == '=')
            return tags->items[i];
    return NULL;
}

static int read_selection(const struct record_values *values, struct selection *out,
                          struct error *err)
{
    *out = (struct selection){
        .include = values->include.items,
        .include_count = values->include.count,
        .exclude = values->exclude.items,
        .exclude_count = values->exclude.count,
        .depth = values->depth == NO_DEPTH ? 0 : values->depth,
        .paused = values->paused,
        .delay = values->delay,
        .duration = values->duration,
        .signal = values->signal ? selection_signal(values->signal) : 0,
    };
    if (values->depth == 0)
        return error_set(err, ERROR_USAGE, "--depth wants a number above 0");
    if (values->delay < 0 || values->duration < 0)
        return error_set(err, ERROR_USAGE, "--%s wants seconds, not less than 0",
                         values->delay < 0 ? "delay" : "duration");
    if (values->signal && !out->signal)
        return error_set(err, ERROR_USAGE, "--signal wants USR1, USR2, HUP or QUIT, not \"%.200s\"",
                         values->signal);
    return selection_check(out, err);
}

#define BUDGET_LEAST 100000u

/* 0, or what the misuse is answered with. */
static int read_thinning(const struct record_values *values, struct record_options *options)
{
    double seconds = 0;
    if (values->min_time && (!quantity_seconds(values->min_time, &seconds) || seconds > 1e6))
        return command_misused("--min-time wants a time such as 5us or 1ms, not \"%.200s\"",
                               values->min_time);
    if (values->budget &&
        (!quantity_bytes(values->budget, &options->budget) || options->budget < BUDGET_LEAST))
        return command_misused(
            "--budget wants a size of at least 100k, such as 100M, not \"%.200s\"", values->budget);
    options->min_time_ns = (uint64_t)(seconds * 1e9 + 0.5);
    return 0;
}

static int record_command_run(const void *given, char **operands, int count)
{
    const struct record_values *values = given;
    const char *wrong = wrong_tag(&values->tags);
    struct selection selection = {0};
    struct error err = {0};
    int status;
    if (count < 1)
        return command_misused("record needs a program to run: ncprof record CMD...");
    if (wrong)
        return command_misused("--tag wants KEY=VALUE, not \"%.200s\"", wrong);
    if (values->size <= 0)
        return command_misused("--size wants a number above 0");
    if (values->clock && strcmp(values->clock, "wall") != 0 && strcmp(values->clock, "cpu") != 0)
        return command_misused("--clock wants wall or cpu, not \"%.200s\"", values->clock);
    if (values->on_full && strcmp(values->on_full, "block") != 0 &&
        strcmp(values->on_full, "drop") != 0)
        return command_misused("--on-full wants block or drop, not \"%.200s\"", values->on_full);
    if (read_selection(values, &selection, &err) != 0)
        return command_misused("%s", err.text);
    struct record_options options = {
        .selection = selection,
        .output = values->output,
        .force = values->force,
        .quiet = values->quiet,
        .python_only = values->python_only,
        .cpu = values->clock && strcmp(values->clock, "cpu") == 0,
        .drop = values->on_full && strcmp(values->on_full, "drop") == 0,
        .size = values->size,
        .tags = values->tags.items,
        .tag_count = values->tags.count,
        .environment = values->environment.items,
        .environment_count = values->environment.count,
        .command = operands,
        .recorder = "ncprof " NCPROF_VERSION,
    };
    status = read_thinning(values, &options);
    if (status != 0)
        return status;
    if (record_run(&options, &status, &err) != 0)
        command_fail(&err);
    return status;
}

const struct command record_command = {
    .name = "record",
    .summary = "Run a program and write the trace of its calls.",
    .usage = "[options] [--] CMD [ARG...]",
    .notes = "CPython 3.8 and later is recorded as it is; native programs when they are compiled\n"
             "with -finstrument-functions or -pg. The exit status is the program's own, 128 and\n"
             "the signal's number when a signal ended it, 127 when there is no such program.",
    .options = rows,
    .defaults = &(const struct record_values){.size = NAN, .depth = NO_DEPTH},
    .size = sizeof(struct record_values),
    .first_operand_ends = true,
    .run = record_command_run,
};
