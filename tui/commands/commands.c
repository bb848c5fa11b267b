/* Every command stands here once; a new one is a file and a row. */
#include "tui/commands/command.h"

#include <stddef.h>

const struct command *const commands[] = {
    &record_command,  &recover_command,
    &plan_command,    &report_command,
    &diff_command,    &scaling_command,
    &check_command,   &info_command,
    &summary_command, &convert_command,
    &merge_command,   &help_command,
    &version_command, NULL,
};
