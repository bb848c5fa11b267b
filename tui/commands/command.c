#include "tui/commands/command.h"

#include "tui/commands/options.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

const struct command *command_by_name(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}

/* "run" of "plan run" */
static const char *last_word(const struct command *command)
{
    const char *blank = strrchr(command->name, ' ');
    return blank ? blank + 1 : command->name;
}

const struct command *command_of(const struct command *command, const char *name)
{
    for (size_t i = 0; command->commands && command->commands[i]; i++)
        if (!strcmp(last_word(command->commands[i]), name))
            return command->commands[i];
    return NULL;
}

int command_fail(const struct error *err)
{
    char text[1200];
    error_text(err, text, sizeof text);
    fprintf(stderr, "ncprof: %s\n", text);
    return COMMAND_FAILED;
}

int command_misused(const char *format, ...)
{
    struct error err = {.code = ERROR_USAGE};
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(err.text, sizeof err.text, format, arguments);
    va_end(arguments);
    return command_fail(&err);
}

static const char *plural(int count)
{
    return count == 1 ? "" : "s";
}

bool command_operands(const struct command *command, int count, int wanted)
{
    if (count == wanted)
        return true;
    command_misused("%s takes %d file%s, not %d: ncprof %s %s", command->name, wanted,
                    plural(wanted), count, command->name, command->usage);
    return false;
}

static void list(FILE *out, const struct command *const *list)
{
    for (size_t i = 0; list && list[i]; i++)
        fprintf(out, "  %-9s %s\n", last_word(list[i]), list[i]->summary);
}

void command_help(const struct command *command)
{
    printf("usage: ncprof %s%s%s\n\n%s\n\n", command->name ? command->name : "",
           command->name ? " " : "", command->usage, command->summary);
    list(stdout, command->commands);
    if (command->commands)
        putchar('\n');
    options_print(stdout, command->options);
    if (command->notes)
        printf("\n%s\n", command->notes);
}

void command_overview(FILE *out)
{
    fprintf(out, "usage: ncprof FILE...          browse; two: side by side; more: how they scale\n"
                 "       ncprof COMMAND ...      ncprof COMMAND --help tells more\n\n");
    list(out, commands);
    fprintf(
        out,
        "\n`-` is standard input everywhere a file can be. A file named like a command is ./NAME.\n"
        "Options of `ncprof FILE...`:\n\n");
    options_print(out, browse_command.options);
}

/* `ncprof plan run ...`: argv[0] is "plan". */
static int run_own(const struct command *command, int argc, char **argv)
{
    const struct command *own = argc > 1 ? command_of(command, argv[1]) : NULL;
    if (own)
        return command_run(own, argc - 1, argv + 1);
    if (argc > 1 && (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))) {
        command_help(command);
        return COMMAND_OK;
    }
    if (argc < 2)
        return command_misused("%s needs to know what: ncprof %s --help lists it", command->name,
                               command->name);
    return command_misused("%s has no \"%.64s\": ncprof %s --help lists what it has", command->name,
                           argv[1], command->name);
}

int command_run(const struct command *command, int argc, char **argv)
{
    if (command->commands)
        return run_own(command, argc, argv);
    alignas(max_align_t) char values[COMMAND_OPTIONS_MAX];
    struct error err = {0};
    if (command->size)
        memcpy(values, command->defaults, command->size);
    int first = options_parse(command, argc, argv, values, &err);
    if (first == OPTIONS_HELP) {
        if (command->name)
            command_help(command);
        else
            command_overview(stdout);
        return COMMAND_OK;
    }
    if (first < 0)
        return command_fail(&err);
    return command->run(values, argv + first, argc - first);
}
