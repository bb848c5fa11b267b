#include "tui/commands/plan.h"

static const struct option_row no_options[] = {{0}};

static const struct command *const plan_commands[] = {
    &plan_run_command,
    &plan_status_command,
    &plan_reset_command,
    &plan_add_command,
    &plan_analyze_command,
    &plan_report_command,
    NULL,
};

const struct command plan_command = {
    .name = "plan",
    .summary = "The queue of profiling runs that a plan file holds.",
    .usage = "COMMAND PLAN.json ...",
    .notes = "ncprof plan COMMAND --help tells more.",
    .options = no_options,
    .commands = plan_commands,
};
