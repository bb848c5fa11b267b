#include "capture/launcher/detect.h"
#include "capture/channel/python_command.h"
#include "capture/launcher/elf_file.h"
#include "capture/launcher/executable.h"
#include "capture/launcher/words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int refuse(int *status, struct error *err, const char *name, const char *why)
{
    *status = DETECT_REFUSED;
    return error_set(err, ERROR_UNSUPPORTED, "%s %s", name, why);
}

static int refuse_missing(const char *name, int why, int *status, struct error *err)
{
    *status = why == ENOENT ? DETECT_NOT_FOUND : DETECT_NOT_EXECUTABLE;
    if (why == ENOENT && !strchr(name, '/'))
        return error_set(err, ERROR_IO, "%s: command not found", name);
    errno = why;
    return error_errno(err, "%s", name);
}

static void name_output(struct detected *out, const char *value)
{
    char *path = memory_string(value);
    for (size_t length = strlen(path); length > 1 && path[length - 1] == '/';)
        path[--length] = '\0';
    free(out->name);
    out->name = memory_string(executable_name(path));
    free(path);
    size_t length = strlen(out->name);
    if (length > 3 && strcmp(out->name + length - 3, ".py") == 0)
        out->name[length - 3] = '\0';
}

/* ---- Python ---- */

static const char *unsupported_python(const char *path)
{
    char real[PATH_MAX];
    const char *name = executable_name(realpath(path, real) ? real : path);
    if (strncmp(name, "pypy", 4) == 0)
        return "is PyPy: only CPython 3.8 and later can be recorded";
    if (strncmp(name, "python2", 7) == 0)
        return "is Python 2: only CPython 3.8 and later can be recorded";
    return NULL;
}

/* python FLAGS RUNNER [-m|-c] VALUE REST, see ncprof_run.py */
static char **name_runner(char *const *arguments, const struct python_command *python,
                          const char *runner)
{
    struct words words = {0};
    words_add(&words, arguments[0]);
    for (int i = 1; i <= python->flags; i++)
        words_add(&words, arguments[i]);
    if (python->cut)
        words.list.data[words.list.count - 1][python->cut] = '\0';
    words_add(&words, runner);
    if (python->program == PYTHON_MODULE)
        words_add(&words, "-m");
    if (python->program == PYTHON_CODE)
        words_add(&words, "-c");
    words_add(&words, python->value);
    words_add_all(&words, arguments + python->rest);
    return words_finish(&words);
}

/* `arguments` start a Python interpreter. True: they are not the way to start it, out's are. */
static bool detect_python(struct detected *out, char *const *arguments, const char *runner)
{
    struct python_command python = python_command_parse(arguments);
    out->kind = TARGET_PYTHON;
    if (python.program == PYTHON_SCRIPT || python.program == PYTHON_MODULE)
        name_output(out, python.value);
    if (!python.isolated || python.program == PYTHON_NONE)
        return false;
    char **named = name_runner(arguments, &python, runner);
    words_free(out->arguments);
    out->arguments = named;
    return true;
}

/* ---- files ---- */

static int detect_elf(struct detected *out, const struct elf_file *file, const char *name,
                      const char *runner, int *status, struct error *err)
{
    if (file->foreign)
        return refuse(status, err, name,
                      "is made for another processor or word size than this recorder");
    if (!file->dynamic)
        return refuse(status, err, name,
                      "is statically linked: the recorder cannot be put in; link it dynamically "
                      "(without -static)");
    out->instrumented = file->instrumented;
    if (python_is_interpreter(executable_name(out->path)))
        detect_python(out, out->arguments, runner);
    return 0;
}

/*
 * A Python script is started by its own "#!" line as always, unless there are flags in it which
 * the recorder has to be named for: then its interpreter is started in its place.
 */
static int detect_script(struct detected *out, const struct shebang *shebang, const char *runner,
                         int *status, struct error *err)
{
    int why;
    out->kind = TARGET_SCRIPT;
    char *interpreter = executable_find(shebang->interpreter, &why);
    const char *unsupported = interpreter ? unsupported_python(interpreter) : NULL;
    if (unsupported) {
        free(interpreter);
        return refuse(status, err, shebang->interpreter, unsupported);
    }
    if (interpreter && python_is_interpreter(executable_name(interpreter))) {
        struct words words = {0};
        words_add(&words, shebang->interpreter);
        words_split(&words, shebang->arguments ? shebang->arguments : "");
        words_add(&words, out->path);
        words_add_all(&words, out->arguments + 1);
        char **expanded = words_finish(&words);
        if (detect_python(out, expanded, runner)) {
            free(out->path);
            out->path = interpreter;
            interpreter = NULL;
        }
        words_free(expanded);
    }
    free(interpreter);
    return 0;
}

static int detect_file(struct detected *out, const char *runner, int *status, struct error *err)
{
    struct shebang shebang;
    const char *name = out->arguments[0];
    const char *unsupported = unsupported_python(out->path);
    if (unsupported)
        return refuse(status, err, name, unsupported);
    if (executable_gains_rights(out->path))
        return refuse(status, err, name,
                      "gains rights when it is started (setuid, setgid or capabilities): the "
                      "system does not let a recorder in");
    struct elf_file file = elf_file_inspect(out->path);
    if (file.is_elf)
        return detect_elf(out, &file, name, runner, status, err);
    if (executable_shebang(out->path, &shebang) &&
        !python_is_interpreter(executable_name(out->path)))
        return detect_script(out, &shebang, runner, status, err);
    out->kind = TARGET_SCRIPT;
    if (python_is_interpreter(executable_name(out->path))) /* a wrapper such as pyenv's */
        detect_python(out, out->arguments, runner);
    return 0;
}

int detect_target(struct detected *out, char *const *command, const char *runner, int *status,
                  struct error *err)
{
    struct words words = {0};
    int why;
    *out = (struct detected){.path = executable_find(command[0], &why)};
    if (!out->path)
        return refuse_missing(command[0], why, status, err);
    words_add_all(&words, command);
    out->arguments = words_finish(&words);
    name_output(out, command[0]);
    if (detect_file(out, runner, status, err) == 0)
        return 0;
    detect_free(out);
    return -1;
}

void detect_free(struct detected *detected)
{
    free(detected->path);
    free(detected->name);
    words_free(detected->arguments);
    *detected = (struct detected){0};
}
