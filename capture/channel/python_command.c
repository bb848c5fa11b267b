#include "capture/channel/python_command.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

bool python_is_interpreter(const char *name)
{
    if (strncmp(name, "python", 6) != 0)
        return false;
    const char *version = name + 6 + strspn(name + 6, "0123456789.");
    return !*version || strcmp(version, "-dbg") == 0 || strcmp(version, "d") == 0 ||
           strcmp(version, "t") == 0;
}

/* "--check-hash-based-pycs" is the only long option with an argument of its own. */
static bool long_option(struct python_command *command, char *const *arguments, int *at)
{
    const char *word = arguments[*at];
    if (strcmp(word, "--check-hash-based-pycs") == 0 && arguments[*at + 1])
        ++*at;
    command->flags = *at;
    ++*at;
    return strncmp(word, "--help", 6) != 0 && strcmp(word, "--version") != 0;
}

/* -c and -m end the options; what they are given stands behind them or in the next word. */
static void begin_program(struct python_command *command, char *const *arguments, int at,
                          size_t letter)
{
    const char *word = arguments[at];
    bool attached = word[letter + 1] != '\0';
    command->value = attached ? word + letter + 1 : arguments[at + 1];
    command->program = !command->value       ? PYTHON_NONE
                       : word[letter] == 'm' ? PYTHON_MODULE
                                             : PYTHON_CODE;
    command->cut = letter > 1 ? (int)letter : 0;
    command->flags = letter > 1 ? at : at - 1;
    command->rest = attached || !command->value ? at + 1 : at + 2;
}

/* A word of single letters. False when the program begins in it, or there will be none. */
static bool short_options(struct python_command *command, char *const *arguments, int *at)
{
    const char *word = arguments[*at];
    for (size_t i = 1; word[i]; i++) {
        if (word[i] == 'c' || word[i] == 'm') {
            begin_program(command, arguments, *at, i);
            return false;
        }
        if (word[i] == 'V' || word[i] == 'h' || word[i] == '?')
            return false;
        if (strchr("IES", word[i]))
            command->isolated = true;
        command->inspect |= word[i] == 'i';
        if (word[i] != 'W' && word[i] != 'X')
            continue;
        if (!word[i + 1] && arguments[*at + 1])
            ++*at;
        break;
    }
    command->flags = *at;
    ++*at;
    return true;
}

struct python_command python_command_parse(char *const *arguments)
{
    struct python_command command = {0};
    int at = 1;
    while (arguments[at] && arguments[at][0] == '-' && arguments[at][1]) {
        if (strcmp(arguments[at], "--") == 0) {
            command.flags = at++;
            break;
        }
        bool more = arguments[at][1] == '-' ? long_option(&command, arguments, &at)
                                            : short_options(&command, arguments, &at);
        if (!more)
            return command;
    }
    command.rest = at;
    if (!arguments[at]) {
        bool interactive = command.inspect || isatty(STDIN_FILENO);
        command.program = interactive ? PYTHON_NONE : PYTHON_INPUT;
        command.value = "";
        return command;
    }
    command.program = strcmp(arguments[at], "-") == 0 ? PYTHON_INPUT : PYTHON_SCRIPT;
    command.value = arguments[at];
    command.rest = at + 1;
    return command;
}
