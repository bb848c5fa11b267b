#include "tui/commands/plan.h"

#include "capture/plan/runner.h"
#include "formats/profile/text.h"
#include "tui/analysis/queue.h"
#include "tui/numbers.h"

#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct run_options {
    const char *phase, *run;
    bool resume, all, take_over, force_env;
};

static const struct option_row rows[] = {
    {"phase", 'p', OPTION_TEXT, "PHASE", offsetof(struct run_options, phase),
     "what is pending of this phase"},
    {"run", 'r', OPTION_TEXT, "ID", offsetof(struct run_options, run), "this run"},
    {"all", 'a', OPTION_FLAG, NULL, offsetof(struct run_options, all), "all that is pending"},
    {"resume", 0, OPTION_FLAG, NULL, offsetof(struct run_options, resume),
     "what is pending, and what runners that were killed have left as running"},
    {"take-over", 0, OPTION_FLAG, NULL, offsetof(struct run_options, take_over),
     "also what a runner on another machine, or an unknown one, has as running"},
    {"force-env", 0, OPTION_FLAG, NULL, offsetof(struct run_options, force_env),
     "the plan's env wins over other values in this environment"},
    {0},
};

/* ---- progress ---- */

struct progress {
    bool terminal;
    bool line_open; /* a line is there that the next one replaces */
};

static int terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1 : 79;
}

/* "run 3 of 11  phase0-cold-2024-09" */
static void head_text(const struct runner_event *event, char *buffer, size_t size)
{
    char id[160];
    text_escape(event->id, strlen(event->id), id, sizeof id);
    if (event->count)
        snprintf(buffer, size, "run %u of %u  %s", event->number, event->count, id);
    else
        snprintf(buffer, size, "run %s", id);
}

#define EXPECTED "expected %s (from earlier runs scaled by size)"

static void started_text(const struct runner_event *event, char *buffer, size_t size)
{
    char expected[32];
    queue_seconds_text(event->expected, expected, sizeof expected);
    if (isnan(event->expected))
        snprintf(buffer, size, "started");
    else
        snprintf(buffer, size, "started, " EXPECTED, expected);
}

static void running_text(const struct runner_event *event, char *buffer, size_t size)
{
    char elapsed[32], expected[32];
    queue_seconds_text(isnan(event->elapsed) ? 0 : event->elapsed, elapsed, sizeof elapsed);
    queue_seconds_text(event->expected, expected, sizeof expected);
    if (isnan(event->expected))
        snprintf(buffer, size, "elapsed %s", elapsed);
    else
        snprintf(buffer, size, "elapsed %s, " EXPECTED, elapsed, expected);
}

static void done_text(const struct runner_event *event, char *buffer, size_t size)
{
    char seconds[32], functions[40], calls[40], trace[512];
    queue_seconds_text(event->elapsed, seconds, sizeof seconds);
    number_count((uint64_t)event->functions, functions, sizeof functions);
    number_count((uint64_t)event->calls, calls, sizeof calls);
    text_escape(event->trace, strlen(event->trace), trace, sizeof trace);
    snprintf(buffer, size, "done in %s, %s functions, %s calls: %s", seconds, functions, calls,
             trace);
}

static void failed_text(const struct runner_event *event, char *buffer, size_t size)
{
    char log[512], text[1024];
    text_escape(event->log, strlen(event->log), log, sizeof log);
    text_escape(event->text, strlen(event->text), text, sizeof text);
    snprintf(buffer, size, "error: %s%s%s%s", text, *log ? " (its output is in " : "", log,
             *log ? ")" : "");
}

static void rest_text(const struct runner_event *event, char *buffer, size_t size)
{
    switch (event->kind) {
    case RUNNER_STARTED:
        started_text(event, buffer, size);
        return;
    case RUNNER_TICK:
        running_text(event, buffer, size);
        return;
    case RUNNER_DONE:
        done_text(event, buffer, size);
        return;
    case RUNNER_FAILED:
        failed_text(event, buffer, size);
        return;
    case RUNNER_LOST:
        snprintf(buffer, size, "its state was changed by another program meanwhile: left alone");
        return;
    case RUNNER_NOTE:
        snprintf(buffer, size, "%s", event->text);
        return;
    }
}

/* Characters are cells here: ids and paths are escaped, a wide one costs a cell of the rest. */
static void cut(char *line, int width)
{
    for (; *line && width > 0; width--)
        for (line++; ((unsigned char)*line & 0xc0u) == 0x80;)
            line++;
    *line = '\0';
}

static void tell(void *payload, const struct runner_event *event)
{
    struct progress *progress = payload;
    char head[256], rest[2048], line[2400];
    bool passing = event->kind == RUNNER_TICK || event->kind == RUNNER_STARTED;
    if (event->kind == RUNNER_TICK && !progress->terminal)
        return;
    head_text(event, head, sizeof head);
    rest_text(event, rest, sizeof rest);
    snprintf(line, sizeof line, "%s  %s", head, rest);
    if (progress->terminal && passing)
        cut(line, terminal_width());
    printf("%s%s", progress->line_open ? "\r\033[K" : "", line);
    progress->line_open = progress->terminal && passing;
    if (!progress->line_open)
        putchar('\n');
    fflush(stdout);
}

/* ---- the command ---- */

static int run_run(const void *values, char **operands, int count)
{
    const struct run_options *options = values;
    struct progress progress = {.terminal = isatty(STDOUT_FILENO) == 1};
    struct error err = {0};
    int status = COMMAND_OK;
    if (!command_operands(&plan_run_command, count, 1))
        return COMMAND_FAILED;
    if (!options->phase && !options->run && !options->resume && !options->all)
        return command_misused("plan run needs to know which runs: --phase, --run, --resume or "
                               "--all");
    if (options->run && (options->phase || options->all))
        return command_misused("plan run takes --run, or --phase and --all, not both");
    const struct runner_options runner = {
        .path = operands[0],
        .selection = {.phase = options->phase,
                      .id = options->run,
                      .resume = options->resume,
                      .take_over = options->take_over},
        .force_env = options->force_env,
        .recorder = "ncprof " NCPROF_VERSION,
        .tell = tell,
        .payload = &progress,
    };
    int result = runner_run(&runner, &status, &err);
    if (progress.line_open)
        putchar('\n');
    return result == 0 ? status : command_fail(&err);
}

const struct command plan_run_command = {
    .name = "plan run",
    .summary = "Run what is pending, one after another, under the recorder.",
    .usage = "PLAN.json --phase PHASE | --run ID | --resume | --all",
    .notes =
        "Each run's trace is profiling/<date>_<id>.ncp beside the plan, its output the .log of\n"
        "the same name; commands run in the plan's folder. Any number of `plan run` may work on\n"
        "one plan. Exit status: 0 all is done, 1 a run failed, 2 the plan or the request is\n"
        "wrong, 128 and the signal's number when interrupted.",
    .options = rows,
    .defaults = &(const struct run_options){0},
    .size = sizeof(struct run_options),
    .run = run_run,
};
