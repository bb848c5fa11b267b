/*
 * A Python that is told to ignore PYTHONPATH or sitecustomize (-I, -E, -S) and is started by a
 * recorded program: what it is given to run becomes ncprof_run.py, which runs it, as `ncprof
 * record` does for the program that it starts itself. The command line that others see stays.
 */
#include "capture/channel/layout.h"
#include "capture/channel/python_command.h"

#include <dlfcn.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VISIBLE __attribute__((visibility("default")))
#define RUNNER  "/python/ncprof_run.py"

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_main(main_function *main, int argc, char **argv, void (*init)(void),
                       void (*fini)(void), void (*rtld_fini)(void), void *stack_end);

VISIBLE start_main __libc_start_main; // NOLINT(bugprone-reserved-identifier)

static main_function *program_main;

/* ncprof_run.py beside the library that this is in. */
static bool find_runner(char path[PATH_MAX])
{
    Dl_info library;
    if (!dladdr((const void *)(uintptr_t)find_runner, &library) || !library.dli_fname)
        return false;
    const char *slash = strrchr(library.dli_fname, '/');
    int length = slash ? snprintf(path, PATH_MAX, "%.*s" RUNNER, (int)(slash - library.dli_fname),
                                  library.dli_fname)
                       : -1;
    return length > 0 && length < PATH_MAX && access(path, R_OK) == 0;
}

/* CPython 3.8 or later, as the recorder needs it; the symbol is there before it is initialised. */
static bool is_recordable(void)
{
    const char *(*version)(void) = (const char *(*)(void))dlsym(RTLD_DEFAULT, "Py_GetVersion");
    const char *text = version ? version() : "";
    char *end;
    long major = strtol(text, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return major == 3 && minor >= 8 && !strstr(text, "free-threading");
}

static bool is_python(const char *name)
{
    const char *slash = strrchr(name, '/');
    return python_is_interpreter(slash ? slash + 1 : name);
}

static bool is_runner(const char *value)
{
    size_t length = strlen(value), own = strlen(RUNNER);
    return length >= own && strcmp(value + length - own, RUNNER) == 0;
}

/* argv: python FLAGS RUNNER [-m|-c] VALUE REST. NULL when there is no memory. */
static char **name_runner(int argc, char **argv, const struct python_command *python, char *runner)
{
    static char module[] = "-m", code[] = "-c";
    char **named = calloc((size_t)argc + 4, sizeof *named), **at = named;
    char *last = strndup(argv[python->flags], python->cut ? (size_t)python->cut : SIZE_MAX);
    if (!named || !last) {
        free(named);
        free(last);
        return NULL;
    }
    for (int i = 0; i < python->flags; i++)
        *at++ = argv[i];
    *at++ = last;
    *at++ = runner;
    if (python->program == PYTHON_MODULE || python->program == PYTHON_CODE)
        *at++ = python->program == PYTHON_MODULE ? module : code;
    *at++ = (char *)(uintptr_t)python->value;
    for (int i = python->rest; i < argc; i++)
        *at++ = argv[i];
    return named;
}

static int run_named(int argc, char **argv, char **environment)
{
    static char runner[PATH_MAX];
    struct python_command python = python_command_parse(argv);
    if (python.isolated && python.program != PYTHON_NONE && !is_runner(python.value) &&
        is_recordable() && find_runner(runner)) {
        char **named = name_runner(argc, argv, &python, runner);
        for (argv = named ? named : argv, argc = 0; argv[argc];)
            argc++;
    }
    return program_main(argc, argv, environment);
}

// NOLINTNEXTLINE(bugprone-reserved-identifier)
int __libc_start_main(main_function *main, int argc, char **argv, void (*init)(void),
                      void (*fini)(void), void (*rtld_fini)(void), void *stack_end)
{
    start_main *next = (start_main *)dlsym(RTLD_NEXT, "__libc_start_main");
    const char *session = getenv(CHANNEL_ENVIRONMENT);
    if (!next)
        _exit(127);
    program_main = main;
    bool named = session && *session && argc > 1 && is_python(argv[0]);
    return next(named ? run_named : main, argc, argv, init, fini, rtld_fini, stack_end);
}
