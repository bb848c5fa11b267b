#include "capture/python/run.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct cpython_compiler_flags { /* PyCompilerFlags */
    int flags, feature_version;
};
#define IGNORE_COOKIE 0x0800 /* the text is UTF-8 whatever it says */
#define FILE_INPUT    257    /* Py_file_input */

#pragma GCC visibility push(default)
extern int PyRun_SimpleStringFlags(const char *text, struct cpython_compiler_flags *flags);
extern int PyRun_AnyFileExFlags(FILE *file, const char *name, int close,
                                struct cpython_compiler_flags *flags);
extern PyObject *PyRun_StringFlags(const char *text, int start, PyObject *globals, PyObject *locals,
                                   struct cpython_compiler_flags *flags);
#pragma GCC visibility pop

/* All borrowed from sys; argv[0] is ncprof_run.py. */
struct command {
    PyObject *argv;
    PyObject *path;
    PyObject *kind; /* argv[1] */
    PyObject *folder;
};

static bool is(PyObject *text, const char *other)
{
    return PyUnicode_CompareWithASCIIString(text, other) == 0;
}

/*
 * Keeps argv[first:], behind `head` unless that is NULL; sys.orig_argv loses ncprof_run.py, and the
 * empty word behind it where the program is standard input and not named at all.
 */
static int cut_argv(struct command *command, Py_ssize_t first, const char *head)
{
    PyObject *original = PySys_GetObject("orig_argv"); /* since 3.10 */
    Py_ssize_t count = PyList_Size(command->argv);
    if (original && PyList_Check(original)) {
        Py_ssize_t own = PyList_Size(original) - count;
        Py_ssize_t end = own + 1 + is(command->kind, "");
        if (own >= 0 && PyList_SetSlice(original, own, end, NULL) < 0)
            return -1;
    }
    PyObject *text = head ? PyUnicode_FromString(head) : NULL;
    int status = PyList_SetSlice(command->argv, 0, first, NULL);
    if (status == 0 && head)
        status = text ? PyList_Insert(command->argv, 0, text) : -1;
    Py_XDECREF(text);
    return status;
}

/* Puts the program's folder where the interpreter has put ours, if it was not told not to (-I). */
static int set_path(struct command *command, PyObject *first)
{
    PyObject *now = PyList_Size(command->path) > 0 ? PyList_GetItem(command->path, 0) : NULL;
    if (!first)
        return -1;
    if (!now || PyUnicode_Compare(now, command->folder) != 0)
        return 0;
    Py_IncRef(first);
    return PyList_SetItem(command->path, 0, first);
}

static int set_path_text(struct command *command, const char *first)
{
    PyObject *text = PyUnicode_DecodeFSDefault(first);
    int status = set_path(command, text);
    Py_XDECREF(text);
    return status;
}

/* __main__ as it is before a program begins: `loader` is what a program without a file has. */
static int clear_main(void)
{
    static const char *const kept[] = {"__name__", "__doc__",         "__package__", "__loader__",
                                       "__spec__", "__annotations__", "__builtins__"};
    PyObject *main_module = PyImport_AddModule("__main__"); /* borrowed, as the next one */
    PyObject *space = main_module ? PyModule_GetDict(main_module) : NULL;
    PyObject *loader = cpython_attribute(PyImport_AddModule("sys"), "__loader__");
    PyObject *fresh = PyDict_New();
    int status = space && loader && fresh ? 0 : -1;

    for (size_t i = 0; status == 0 && i < sizeof kept / sizeof *kept; i++) {
        PyObject *value = PyDict_GetItemString(space, kept[i]);
        if (value)
            status = PyDict_SetItemString(fresh, kept[i], value);
    }
    if (status == 0) {
        PyDict_Clear(space);
        status = PyDict_Update(space, fresh) < 0 ||
                         PyDict_SetItemString(space, "__loader__", loader) < 0 ||
                         PyDict_SetItemString(space, "__doc__", Py_None) < 0
                     ? -1
                     : 0;
    }
    Py_XDECREF(fresh);
    Py_XDECREF(loader);
    return status;
}

static int run_module(PyObject *name, bool is_argument)
{
    PyObject *runpy = PyImport_ImportModule("runpy");
    PyObject *result =
        runpy ? PyObject_CallMethod(runpy, "_run_module_as_main", "Oi", name, is_argument) : NULL;
    Py_XDECREF(runpy);
    if (!result) {
        PyErr_Print();
        return 1;
    }
    Py_DecRef(result);
    return 0;
}

/* Since 3.13 tracebacks show the lines of -c, too. */
static void tell_lines(PyObject *text)
{
    PyObject *cache = cpython_version >= PYTHON_3_13 ? PyImport_ImportModule("linecache") : NULL;
    PyObject *done =
        cache ? PyObject_CallMethod(cache, "_register_code", "sOs", "<string>", text, "<string>")
              : NULL;
    Py_XDECREF(done);
    Py_XDECREF(cache);
    PyErr_Clear();
}

static int run_code(PyObject *text)
{
    struct cpython_compiler_flags flags = {IGNORE_COOKIE, (int)(cpython_version >> 16 & 0xff)};
    PyObject *bytes = PyUnicode_AsUTF8String(text);
    const char *code = bytes ? PyBytes_AsString(bytes) : NULL;
    if (code)
        tell_lines(text);
    int status = code ? PyRun_SimpleStringFlags(code, &flags) : -1;
    Py_XDECREF(bytes);
    if (!code)
        PyErr_Print();
    return status != 0;
}

static int run_stream(FILE *file, const char *name, bool close)
{
    struct cpython_compiler_flags flags = {0, (int)(cpython_version >> 16 & 0xff)};
    return PyRun_AnyFileExFlags(file, name, close, &flags) != 0;
}

/* Since 3.9 the interpreter makes a script's name absolute, by putting its folder in front. */
static int name_script(char *name, size_t size, const char *given)
{
    char folder[PATH_MAX];
    int length;
    if (given[0] == '/' || cpython_version < PYTHON_3_9)
        length = snprintf(name, size, "%s", given);
    else if (getcwd(folder, sizeof folder))
        length = snprintf(name, size, "%s/%s", folder, given);
    else
        length = -1;
    if (length >= 0 && (size_t)length < size)
        return 0;
    PyErr_SetString(PyExc_OSError, "the program's name is too long");
    return -1;
}

static int open_failed(const char *name)
{
    PyObject *program = PySys_GetObject("executable"), *owner = NULL; /* borrowed */
    int reason = errno;
    if (program && PyUnicode_Check(program))
        owner = PyUnicode_EncodeFSDefault(program);
    fprintf(stderr, "%s: can't open file '%s': [Errno %d] %s\n",
            owner ? PyBytes_AsString(owner) : "python", name, reason, strerror(reason));
    Py_XDECREF(owner);
    return 2;
}

static int run_file(struct command *command, const char *name)
{
    char real[PATH_MAX];
    FILE *file = realpath(name, real) ? fopen(name, "rbe") : NULL;
    if (!file)
        return open_failed(name);
    char *slash = strrchr(real, '/');
    slash[slash == real] = '\0';
    if (set_path_text(command, real) < 0) {
        fclose(file);
        return -1;
    }
    return run_stream(file, name, true);
}

/* A folder or zip: modules are imported from it, and the first is __main__. */
static int run_folder(struct command *command, PyObject *path)
{
    PyObject *first = PyList_Size(command->path) > 0 ? PyList_GetItem(command->path, 0) : NULL;
    bool ours = first && PyUnicode_Compare(first, command->folder) == 0;
    PyObject *module = PyUnicode_FromString("__main__");
    int status = -1;

    if (module && (ours || PyList_Insert(command->path, 0, path) == 0) &&
        set_path(command, path) == 0)
        status = run_module(module, false);
    Py_XDECREF(module);
    return status;
}

static int run_script(struct command *command)
{
    char name[2 * PATH_MAX];
    PyObject *given = PyUnicode_EncodeFSDefault(command->kind);
    if (!given || cut_argv(command, 1, NULL) < 0 ||
        name_script(name, sizeof name, PyBytes_AsString(given)) < 0) {
        Py_XDECREF(given);
        return -1;
    }
    PyObject *path = PyUnicode_DecodeFSDefault(name);
    PyObject *importer = path ? PyImport_GetImporter(path) : NULL;
    int status = -1;

    if (importer)
        status = importer == Py_None ? run_file(command, name) : run_folder(command, path);
    Py_XDECREF(importer);
    Py_XDECREF(path);
    Py_DecRef(given);
    return status;
}

/* -m and -c, whose argument is argv[2]. */
static int run_option(struct command *command, bool is_module)
{
    char folder[PATH_MAX];
    PyObject *argument = PyList_GetItem(command->argv, 2);
    int status = -1;

    if (!argument)
        return -1;
    Py_IncRef(argument);
    if (cut_argv(command, 3, is_module ? "-m" : "-c") == 0 &&
        set_path_text(command, is_module && getcwd(folder, sizeof folder) ? folder : "") == 0)
        status = is_module ? run_module(argument, true) : run_code(argument);
    Py_DecRef(argument);
    return status;
}

static int run_command(struct command *command)
{
    if (is(command->kind, "-m") || is(command->kind, "-c"))
        return run_option(command, is(command->kind, "-m"));
    if (!is(command->kind, "-") && !is(command->kind, ""))
        return run_script(command);
    if (cut_argv(command, 1, NULL) < 0 || set_path_text(command, "") < 0)
        return -1;
    return run_stream(stdin, "<stdin>", false);
}

/*
 * After an uncaught KeyboardInterrupt the interpreter's main() lets SIGINT end the process. It
 * knows of it from the code that it began itself, so it has to see one there; this is outside of
 * __main__.
 */
static bool was_interrupted(void)
{
    struct cpython_compiler_flags flags = {0, (int)(cpython_version >> 16 & 0xff)};
    if (PySys_GetObject("last_type") != PyExc_KeyboardInterrupt)
        return false;
    PyObject *space = PyDict_New();
    PyObject *result =
        space ? PyRun_StringFlags("raise KeyboardInterrupt", FILE_INPUT, space, space, &flags)
              : NULL;
    Py_XDECREF(result);
    Py_XDECREF(space);
    PyErr_Clear();
    return true;
}

int run_program(PyObject *folder)
{
    struct command command = {PySys_GetObject("argv"), PySys_GetObject("path"), NULL, folder};
    bool usable = command.argv && PyList_Check(command.argv) && command.path &&
                  PyList_Check(command.path) && PyUnicode_Check(folder);
    command.kind = usable ? PyList_GetItem(command.argv, 1) : NULL;
    if (!command.kind || clear_main() < 0)
        return -1;
    Py_IncRef(command.kind);
    int status = run_command(&command);
    Py_DecRef(command.kind);
    return status == 1 && was_interrupted() ? 0 : status;
}
