#include "tui/commands/plan.h"

#include "capture/plan/schedule.h"
#include "capture/plan/transaction.h"

#include <math.h>

static const struct option_row rows[] = {
    {"id", 0, OPTION_TEXT, "ID", offsetof(struct schedule_entry, id), "its name; needed"},
    {"start", 0, OPTION_TEXT, "DATE", offsetof(struct schedule_entry, start),
     "first day, YYYY-MM-DD"},
    {"end", 0, OPTION_TEXT, "DATE", offsetof(struct schedule_entry, end),
     "last day, which counts too"},
    {"label", 0, OPTION_TEXT, "TEXT", offsetof(struct schedule_entry, label), "week, month, ..."},
    {"phase", 0, OPTION_TEXT, "PHASE", offsetof(struct schedule_entry, phase), "0, 1, ..."},
    {"description", 0, OPTION_TEXT, "TEXT", offsetof(struct schedule_entry, description),
     "what it is for"},
    {"size", 0, OPTION_NUMBER, "N", offsetof(struct schedule_entry, size),
     "size of its input (default: the days)"},
    {"cache", 0, OPTION_TEXT, "STATE", offsetof(struct schedule_entry, cache), "cold|warm"},
    {0},
};

static int add_run(const void *values, char **operands, int count)
{
    const struct schedule_entry *entry = values;
    struct transaction transaction;
    struct error err = {0};
    if (!command_operands(&plan_add_command, count, 1))
        return COMMAND_FAILED;
    if (!entry->id)
        return command_misused("plan add needs --id");
    if (transaction_begin(&transaction, operands[0], TRANSACTION_WAIT_MS, &err))
        return command_fail(&err);
    if (schedule_add(transaction.plan, entry, &err)) {
        transaction_abandon(&transaction);
        error_in_file(&err, operands[0]);
        return command_fail(&err);
    }
    return transaction_commit(&transaction, &err) ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_add_command = {
    .name = "plan add",
    .summary = "Add a pending run at the plan's end.",
    .usage = "PLAN.json --id ID [options]",
    .options = rows,
    .defaults = &(const struct schedule_entry){.size = NAN},
    .size = sizeof(struct schedule_entry),
    .run = add_run,
};
