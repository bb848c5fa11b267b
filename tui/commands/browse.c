#include "tui/browse.h"

#include "tui/commands/command.h"
#include "tui/commands/select.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct browse_command_options {
    const char *from, *sizes, *color, *keys, *dump;
};

static const struct option_row rows[] = {
    {"from", 0, OPTION_TEXT, "FORMAT", offsetof(struct browse_command_options, from),
     "read the files as this format, whatever they look like"},
    {"sizes", 0, OPTION_TEXT, "A,B", offsetof(struct browse_command_options, sizes),
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

/* Without a terminal what the screen would show is printed: report or diff. */
static int print_instead(const struct browse_command_options *options, char **operands, int count)
{
    char *argv[8] = {"report"};
    int argc = 1;
    if (options->from) {
        argv[argc++] = "--from";
        argv[argc++] = (char *)(uintptr_t)options->from;
    }
    if (options->sizes && count == 2) {
        argv[argc++] = "--sizes";
        argv[argc++] = (char *)(uintptr_t)options->sizes;
    }
    argv[argc++] = operands[0];
    if (count == 2)
        argv[argc++] = operands[1];
    return command_run(count == 2 ? &diff_command : &report_command, argc, argv);
}

/* A bare word that is no file was meant for a command. */
static bool is_mistyped_command(const char *word)
{
    return !strpbrk(word, "/.") && strcmp(word, "-") != 0 && access(word, F_OK) != 0;
}

static int browse_files(const void *values, char **operands, int count)
{
    const struct browse_command_options *options = values;
    struct browse_options browse = BROWSE_OPTIONS_DEFAULT;
    struct error err = {0};
    browse.from = options->from;
    browse.keys = options->keys;
    if (!count) {
        command_overview(stderr);
        return COMMAND_FAILED;
    }
    if (is_mistyped_command(operands[0]))
        return command_misused("%.200s is neither a file nor a command; ncprof help lists these",
                               operands[0]);
    if (color_by_name(options->color, &browse.color, &err) ||
        select_sizes(options->sizes, &browse.size_a, &browse.size_b, &err) ||
        (options->dump &&
         browse_dump_size(options->dump, &browse.dump_columns, &browse.dump_rows, &err)))
        return command_fail(&err);
    if (count > BROWSE_FILES_MAX)
        return command_misused("%d files are too many to browse; side by side shows two", count);
    if (!options->dump && !isatty(STDOUT_FILENO))
        return print_instead(options, operands, count);
    if (browse_run((const char *const *)operands, (size_t)count, &browse, &err))
        return command_fail(&err);
    return COMMAND_OK;
}

const struct command browse_command = {
    .summary = "Shows where the time went; two files: side by side.",
    .usage = "FILE... [options]",
    .options = rows,
    .defaults = &(const struct browse_command_options){0},
    .size = sizeof(struct browse_command_options),
    .run = browse_files,
};
