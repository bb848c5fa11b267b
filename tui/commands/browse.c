#include "tui/browse.h"

#include "capture/plan/plan.h"
#include "formats/profile/memory.h"
#include "tui/commands/load.h"
#include "tui/commands/plan.h"
#include "tui/commands/select.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct browse_command_options {
    const char *range, *sizes, *color, *keys, *dump;
    bool tasks, merge;
    struct opening how;
};

static const struct option_row rows[] = {
    LOAD_ROWS(struct browse_command_options, LOAD_FROM_FILES),
    {"range", 0, OPTION_TEXT, "T..T", offsetof(struct browse_command_options, range),
     "only this part of a recording, in time since its start: 1.5s..2s, 300ms.., ..1min"},
    {"tasks", 0, OPTION_FLAG, NULL, offsetof(struct browse_command_options, tasks),
     "coroutines in threads of their own, not in the event loop's"},
    {"merge", 0, OPTION_FLAG, NULL, offsetof(struct browse_command_options, merge),
     "several files of one series, added up into one"},
    {"sizes", 0, OPTION_TEXT, "A,B,...", offsetof(struct browse_command_options, sizes),
     "how large the runs' inputs were, for exponents"},
    {"color", 0, OPTION_TEXT, "WHEN", offsetof(struct browse_command_options, color),
     "auto|always|never; NO_COLOR turns off what is auto"},
    {"keys", 0, OPTION_TEXT, "KEYS", offsetof(struct browse_command_options, keys),
     "press these keys first"},
    {"dump", 0, OPTION_TEXT, "COLSxROWS", offsetof(struct browse_command_options, dump),
     "no terminal: print the screen of this size after --keys"},
    {0},
};

static int color_by_name(const char *name, enum browse_color *color, struct error *err)
{
    static const char *const names[] = {"auto", "always", "never"};
    *color = BROWSE_COLOR_AUTO;
    for (int i = 0; name && i < 3; i++)
        if (!strcmp(name, names[i])) {
            *color = (enum browse_color)i;
            return 0;
        }
    return !name ? 0
                 : error_set(err, ERROR_USAGE, "--color takes auto, always or never, not \"%.64s\"",
                             name);
}

/* Without a terminal what the screen would show is printed: report, diff, scaling, a plan. */
static int print_instead(const struct browse_command_options *options, char **operands, int count)
{
    bool plan = count == 1 && !options->how.from && plan_probe(operands[0]);
    const struct command *command = plan             ? &plan_status_command
                                    : options->merge ? &report_command
                                    : count > 2      ? &scaling_command
                                    : count == 2     ? &diff_command
                                                     : &report_command;
    char *most = memory_printf("%" PRIu64, options->how.max_unpacked);
    char **argv = memory_zeroed((size_t)count + 12, sizeof *argv);
    int argc = 0;
    argv[argc++] = (char *)(uintptr_t)command->name;
    if (options->how.from) {
        argv[argc++] = (char *)(uintptr_t) "--from";
        argv[argc++] = (char *)(uintptr_t)options->how.from;
    }
    if (options->how.max_unpacked) {
        argv[argc++] = (char *)(uintptr_t) "--max-unpacked";
        argv[argc++] = most;
    }
    if (options->range) {
        argv[argc++] = (char *)(uintptr_t) "--range";
        argv[argc++] = (char *)(uintptr_t)options->range;
    }
    if (options->merge)
        argv[argc++] = (char *)(uintptr_t) "--merge";
    if (options->tasks && (count == 1 || options->merge))
        argv[argc++] = (char *)(uintptr_t) "--tasks";
    if (options->sizes && count > 1 && !options->merge) {
        argv[argc++] = (char *)(uintptr_t) "--sizes";
        argv[argc++] = (char *)(uintptr_t)options->sizes;
    }
    for (int i = 0; i < count; i++)
        argv[argc++] = operands[i];
    int status = command_run(command, argc, argv);
    free(argv);
    free(most);
    return status;
}

/* A bare word that is no file was meant for a command. */
static bool is_mistyped_command(const char *word)
{
    return !strpbrk(word, "/.") && strcmp(word, "-") != 0 && access(word, F_OK) != 0;
}

static int browse_with_sizes(const struct browse_command_options *options, double *sizes,
                             char **operands, int count)
{
    struct browse_options browse = {.how = options->how,
                                    .range = options->range,
                                    .tasks = options->tasks,
                                    .keys = options->keys};
    struct error err = {0};
    browse.sizes = sizes;
    browse.size_count = sizes ? (size_t)count : 0;
    if ((options->range && select_range(options->range, &browse.part, &err)) ||
        color_by_name(options->color, &browse.color, &err) ||
        (options->dump &&
         browse_dump_size(options->dump, &browse.dump_columns, &browse.dump_rows, &err)))
        return command_fail(&err);
    if (!options->dump && !isatty(STDOUT_FILENO))
        return print_instead(options, operands, count);
    if (options->merge && options->range)
        return command_misused("--merge does not go with --range");
    if (options->merge && load_merged((const char *const *)operands, (uint32_t)count, &options->how,
                                      &browse.merged, &err))
        return command_fail(&err);
    if (browse_run((const char *const *)operands, (size_t)count, &browse, &err))
        return command_fail(&err);
    return COMMAND_OK;
}

static int browse_files(const void *values, char **operands, int count)
{
    const struct browse_command_options *options = values;
    struct error err = {0};
    double *sizes;
    if (!count) {
        command_overview(stderr);
        return COMMAND_FAILED;
    }
    if (is_mistyped_command(operands[0]))
        return command_misused("%.200s is neither a file nor a command; ncprof help lists these",
                               operands[0]);
    if (select_size_list(options->sizes, (size_t)count, &sizes, &err))
        return command_fail(&err);
    int status = browse_with_sizes(options, sizes, operands, count);
    free(sizes);
    return status;
}

const struct command browse_command = {
    .summary = "Shows where the time went; two files: side by side; three or more: how they scale.",
    .usage = "FILE... [options]",
    .options = rows,
    .defaults = &(const struct browse_command_options){0},
    .size = sizeof(struct browse_command_options),
    .run = browse_files,
};
