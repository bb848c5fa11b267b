#include "tui/commands/plan.h"

#include "tui/browse.h"
#include "tui/commands/select.h"
#include "tui/reports/report.h"

#include <unistd.h>

struct status_options {
    const char *format, *sort;
    bool reverse;
    uint32_t width;
};

static const struct option_row rows[] = {
    {"format", 'f', OPTION_TEXT, "FORMAT", offsetof(struct status_options, format),
     "text|markdown|csv|json"},
    {"sort", 's', OPTION_TEXT, "COLUMN", offsetof(struct status_options, sort),
     "id|phase|label|start|end|size|cache|status|seconds (default: as in the plan)"},
    {"reverse", 'r', OPTION_FLAG, NULL, offsetof(struct status_options, reverse),
     "the other way round"},
    {"width", 'w', OPTION_COUNT, "CELLS", offsetof(struct status_options, width),
     "of a text table; 0: as wide as it is"},
    {0},
};

/* A terminal at both ends, and nothing said about how it is to be printed. */
static bool wants_screen(const struct status_options *options)
{
    bool printed =
        options->format || options->sort || options->reverse || options->width != SELECT_UNSET;
    return !printed && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

static int show_screen(const char *path)
{
    struct error err = {0};
    const struct browse_options options = {0};
    struct plan *plan;
    if (plan_load(&plan, path, &err))
        return command_fail(&err);
    plan_free(plan);
    return browse_run(&path, 1, &options, &err) ? command_fail(&err) : COMMAND_OK;
}

static int status_run(const void *values, char **operands, int count)
{
    const struct status_options *options = values;
    struct queue_query query = {.sort = options->sort, .reverse = options->reverse};
    struct report_style style = {0};
    struct error err = {0};
    struct plan *plan = NULL;
    struct queue *queue = NULL;
    if (!command_operands(&plan_status_command, count, 1))
        return COMMAND_FAILED;
    if (wants_screen(options))
        return show_screen(operands[0]);
    bool failed = report_format_by_name(options->format, &style.format, &err) ||
                  plan_load(&plan, operands[0], &err) || queue_new(&queue, plan, &query, &err);
    if (!failed) {
        style.width = select_width(options->width, style.format);
        report_queue(stdout, queue, &style);
    }
    queue_free(queue);
    plan_free(plan);
    return failed ? command_fail(&err) : COMMAND_OK;
}

const struct command plan_status_command = {
    .name = "plan status",
    .summary = "What is pending, running, done and failed.",
    .usage = "PLAN.json [options]",
    .notes = "On a terminal and without options: the screen of the queue, as `ncprof PLAN.json`.",
    .options = rows,
    .defaults = &(const struct status_options){.width = SELECT_UNSET},
    .size = sizeof(struct status_options),
    .run = status_run,
};
