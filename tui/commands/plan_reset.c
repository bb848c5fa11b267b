#include "tui/commands/plan.h"

#include "capture/plan/schedule.h"
#include "capture/plan/transaction.h"

#include <string.h>

struct reset_options {
    bool all, take_over;
};

static const struct option_row rows[] = {
    {"all", 'a', OPTION_FLAG, NULL, offsetof(struct reset_options, all), "every run of the plan"},
    {"take-over", 0, OPTION_FLAG, NULL, offsetof(struct reset_options, take_over),
     "also what is being run on another machine"},
    {0},
};

static int reset_all(struct plan *plan, bool take_over, struct error *err)
{
    for (uint32_t i = 0; i < plan->run_count; i++)
        if (schedule_reset(plan, i, take_over, err))
            return -1;
    return 0;
}

static int reset_named(struct plan *plan, char **ids, int count, bool take_over, struct error *err)
{
    for (int i = 0; i < count; i++) {
        uint32_t run = plan_find(plan, ids[i]);
        if (run == PLAN_NONE)
            return error_set(err, ERROR_USAGE, "there is no run \"%.128s\"", ids[i]);
        if (schedule_reset(plan, run, take_over, err))
            return -1;
    }
    return 0;
}

static int reset_run(const void *values, char **operands, int count)
{
    const struct reset_options *options = values;
    struct transaction transaction;
    struct error err = {0};
    if (count < 1 || options->all != (count == 1))
        return command_misused("plan reset takes a plan and the ids of runs, or --all");
    if (transaction_begin(&transaction, operands[0], TRANSACTION_WAIT_MS, &err))
        return command_fail(&err);
    int failed = options->all ? reset_all(transaction.plan, options->take_over, &err)
                              : reset_named(transaction.plan, operands + 1, count - 1,
                                            options->take_over, &err);
    if (failed) {
        transaction_abandon(&transaction);
        error_in_file(&err, operands[0]);
        return command_fail(&err);
    }
    return transaction_commit(&transaction, &err) ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_reset_command = {
    .name = "plan reset",
    .summary = "Make runs pending again; their results stay until they have run.",
    .usage = "PLAN.json ID... | --all",
    .notes = "What a living process runs is refused: stop that first.",
    .options = rows,
    .defaults = &(const struct reset_options){0},
    .size = sizeof(struct reset_options),
    .run = reset_run,
};
