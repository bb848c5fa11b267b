#include "tui/commands/command.h"

#include <errno.h>
#include <langinfo.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

/* Names are UTF-8 whatever the locale says; numbers stay as the C locale writes them. */
static void set_locale(void)
{
    if (!setlocale(LC_CTYPE, "") || strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static const struct command *choose(const char *word)
{
    static const char *const versions[] = {"--version", "-V"};
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (!strcmp(word, versions[i]))
            return command_by_name("version");
    return command_by_name(word);
}

/* A reader that has seen enough (| head) is no failure; a full disk is. */
static int close_output(int status)
{
    bool lost = ferror(stdout);
    errno = 0;
    if (!fflush(stdout) && !lost)
        return status;
    if (errno == EPIPE)
        return status;
    return command_misused("standard output: %s", errno ? strerror(errno) : "not all was written");
}

int main(int argc, char **argv)
{
    set_locale();
    const struct command *command = argc > 1 ? choose(argv[1]) : NULL;
    int status = command ? command_run(command, argc - 1, argv + 1)
                         : command_run(&browse_command, argc, argv);
    return close_output(status);
}
