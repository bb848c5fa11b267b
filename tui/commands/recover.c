#include "capture/launcher/recover.h"
#include "capture/launcher/summary.h"
#include "tui/commands/command.h"

#include <inttypes.h>
#include <stdio.h>

struct recover_values {
    bool quiet;
};

static const struct option_row rows[] = {
    {"quiet", 'q', OPTION_FLAG, NULL, offsetof(struct recover_values, quiet),
     "no line about what was added"},
    {0},
};

static void say(void *payload, const struct recovery *recovery)
{
    const struct recover_values *values = payload;
    char open[120];
    if (values->quiet)
        return;
    if (recovery->complete) {
        printf("%s: complete, nothing was missing in it\n", recovery->trace);
        return;
    }
    printf("%s: added %" PRIu64 " call%s that the recorder had not written; it has %" PRIu64 " now",
           recovery->trace, recovery->added, recovery->added == 1 ? "" : "s", recovery->calls);
    if (recovery->lost)
        printf(", %" PRIu64 " events lost", recovery->lost);
    summary_open(open, sizeof open, &recovery->open);
    printf("%s\n", open);
}

static void say_unusable(void *payload, const char *what)
{
    (void)payload;
    printf("%s: it may be what you look for, and cannot be used here\n", what);
}

static int recover_command_run(const void *given, char **operands, int count)
{
    struct recover_values values = *(const struct recover_values *)given;
    struct error err = {0};
    if (count > 1)
        return command_misused("recover takes one trace, or none for all of them");
    int found = recover_run(count ? operands[0] : NULL, say, &values, &err);
    if (found < 0)
        return command_fail(&err);
    if (found == 0 && !values.quiet) {
        printf("%s%snothing is left in memory that is to be added\n", count ? operands[0] : "",
               count ? ": " : "");
        recover_unusable(say_unusable, NULL);
    }
    return COMMAND_OK;
}

const struct command recover_command = {
    .name = "recover",
    .summary = "Add to a trace what its killed recorder had not written.",
    .usage = "[TRACE] [options]",
    .notes =
        "A recorder that is killed leaves its shared memory behind (/dev/shm/ncprof-*). What is\n"
        "in it and not in the trace is added, and the trace is closed. Without TRACE: those of\n"
        "all recorders of yours that were killed. Programs that still run go on unrecorded.",
    .options = rows,
    .defaults = &(const struct recover_values){0},
    .size = sizeof(struct recover_values),
    .run = recover_command_run,
};
