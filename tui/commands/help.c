#include "formats/input.h"
#include "tui/commands/command.h"
#include "tui/terminal.h"

#include <cjson/cJSON.h>
#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <zlib.h>

static const struct option_row no_options[] = {{0}};

static int help_run(const void *values, char **operands, int count)
{
    (void)values;
    if (!count) {
        command_overview(stdout);
        return COMMAND_OK;
    }
    const struct command *command = command_by_name(operands[0]);
    if (!command)
        return command_misused("there is no command \"%.64s\"; ncprof help lists them",
                               operands[0]);
    if (count > 1 && command->commands) {
        const struct command *own = command_of(command, operands[1]);
        if (!own)
            return command_misused("%s has no \"%.64s\"", command->name, operands[1]);
        command = own;
    }
    command_help(command);
    return COMMAND_OK;
}

static int version_run(const void *values, char **operands, int count)
{
    (void)values, (void)operands, (void)count;
    printf("ncprof %s\n"
           "%s, zstd %s, elfutils %s, cJSON %s, zlib %s\n",
           NCPROF_VERSION, terminal_library(), input_zstd_version(), dwfl_version(NULL),
           cJSON_Version(), zlibVersion());
    return COMMAND_OK;
}

const struct command help_command = {
    .name = "help",
    .summary = "This list, or what one command takes.",
    .usage = "[COMMAND]",
    .options = no_options,
    .run = help_run,
};

const struct command version_command = {
    .name = "version",
    .summary = "The versions of ncprof and of its libraries.",
    .usage = "",
    .options = no_options,
    .run = version_run,
};
