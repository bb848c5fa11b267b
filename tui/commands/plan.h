/* The commands of `ncprof plan`: one file each, a row each in plan.c. */
#ifndef NCPROF_TUI_COMMANDS_PLAN_H
#define NCPROF_TUI_COMMANDS_PLAN_H

#include "tui/commands/command.h"

extern const struct command plan_run_command, plan_status_command, plan_reset_command,
    plan_add_command, plan_analyze_command, plan_report_command;

#endif
