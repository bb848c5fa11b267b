#include "capture/python/threads.h"

#include "capture/channel/target.h"
#include "capture/python/class_calls.h"
#include "capture/python/evaluate.h"
#include "capture/python/greenlets.h"
#include "capture/python/names.h"
#include "capture/python/newborn.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define WATCH_ALL UINT32_MAX
/* A thread's name is to be had while Thread.run is open, the third frame. Threads made without
 * threading are soon left alone. */
enum { WATCH_MAIN = 1, WATCH_RUN = 3, LOOKS_MAX = 100 };

__thread struct thread *threads_current;

static pthread_key_t ending; /* its destructor closes a thread's stream */
static bool begun;           /* `__main__` was entered: other threads may be recorded */
static bool fork_pending;    /* this process was forked and has not said so yet */

/* Runs when a thread ends, without the interpreter. */
static void close_thread(void *data)
{
    struct thread *thread = data;
    threads_current = NULL;
    greenlets_close(thread);
    stream_close(&thread->stream);
    segments_free(thread->stack.spare);
    choice_free(&thread->skips);
    free(thread);
}

static void before_fork(void)
{
    if (threads_current)
        stream_park(&threads_current->stream);
}

/* Most children that never run Python again go on to another program: nothing is done before the
 * first event. */
static void after_fork(void)
{
    fork_pending = true;
    if (threads_current)
        threads_current->watch = WATCH_ALL;
}

static struct thread *add_thread(void)
{
    struct thread *thread = calloc(1, sizeof *thread);
    if (!thread || pthread_setspecific(ending, thread) != 0) {
        free(thread);
        return NULL;
    }
    stream_open(&thread->stream, CHANNEL_PYTHON);
    if (evaluate_is_open())
        thread->stack.limit = segments_limit();
    threads_current = thread;
    return thread;
}

bool threads_open(void)
{
    if (pthread_key_create(&ending, close_thread) != 0 ||
        pthread_atfork(before_fork, NULL, after_fork) != 0)
        return false;
    struct thread *thread = add_thread();
    if (!thread)
        return false;
    thread->main = true;
    thread->watch = WATCH_ALL;
    return true;
}

/* sys.argv[0], or "python". */
static void tell_process(void)
{
    char runtime[64];
    PyObject *arguments = PySys_GetObject("argv"), *owner = NULL; /* borrowed */
    const char *name = "";

    if (arguments && PyList_Check(arguments) && PyList_Size(arguments) > 0)
        name = names_text(PyList_GetItem(arguments, 0), &owner);
    int digits = (int)strcspn(Py_GetVersion(), " ");
    snprintf(runtime, sizeof runtime, "CPython %.*s", digits < 40 ? digits : 40, Py_GetVersion());
    define_process(*name ? name : "python", runtime);
    Py_XDECREF(owner);
    PyErr_Clear();
}

/* The threading module's Thread for this thread; a new reference or NULL. */
static PyObject *thread_object(void)
{
    PyObject *modules = PyImport_GetModuleDict(); /* borrowed, as the next one */
    PyObject *threading = modules ? PyDict_GetItemString(modules, "threading") : NULL;
    PyObject *active = threading ? PyObject_GetAttrString(threading, "_active") : NULL;
    PyObject *key = active ? PyLong_FromUnsignedLong(PyThread_get_thread_ident()) : NULL;
    PyObject *object = key && PyDict_Check(active) ? PyDict_GetItem(active, key) : NULL;
    Py_XINCREF(object);
    Py_XDECREF(key);
    Py_XDECREF(active);
    PyErr_Clear();
    return object;
}

/* Tells the thread's name if it has one, or another one than before. */
static void tell_name(struct thread *thread)
{
    PyObject *type, *value, *traceback, *owner = NULL;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *object = thread_object();
    PyObject *name = object ? cpython_attribute(object, "_name") : NULL;

    if (name && name != thread->name) {
        define_thread(&thread->stream, names_text(name, &owner));
        Py_XDECREF(owner);
        Py_XDECREF(thread->name);
        thread->name = name;
        Py_IncRef(name);
    }
    Py_XDECREF(name);
    Py_XDECREF(object);
    PyErr_Restore(type, value, traceback);
}

void threads_settle(struct thread *thread)
{
    if (!thread->recording || choice_rules.on || thread->skips.count)
        thread->watch = WATCH_ALL;
    else if (thread->main)
        thread->watch = WATCH_MAIN;
    else
        thread->watch = thread->looks < LOOKS_MAX ? WATCH_RUN : 0;
}

static void begin_recording(struct thread *thread)
{
    thread->recording = true;
    threads_settle(thread);
}

static void begin_main(struct thread *thread, PyObject *code)
{
    if (!begun)
        tell_process();
    begun = true;
    thread->main_code = code;
    define_thread(&thread->stream, "MainThread");
    begin_recording(thread);
}

/* In the child, at its first event: a program and a stream of its own. */
static void begin_child(struct thread *thread)
{
    uint32_t open = thread->stream.depth;
    fork_pending = false;
    newborn_forked();
    class_calls_forget();
    target_forked();
    stream_open(&thread->stream, CHANNEL_PYTHON);
    greenlets_forked(thread);
    choice_forked(thread);
    thread->hidden += open;
    thread->watch = WATCH_ALL;
    if (!begun)
        return;
    tell_process();
    if (thread->main)
        define_thread(&thread->stream, "MainThread");
    if (thread->recording)
        begin_recording(thread);
}

struct thread *threads_begin(void)
{
    if (!begun)
        return NULL;
    struct thread *thread = add_thread();
    if (!thread)
        return NULL;
    if (fork_pending)
        begin_child(thread);
    begin_recording(thread);
    tell_name(thread);
    greenlets_begin();
    return thread;
}

static bool is_named(PyObject *text, const char *name)
{
    return text && PyUnicode_Check(text) && PyUnicode_CompareWithASCIIString(text, name) == 0;
}

/* Whether code that is being entered is the program's own first line. */
static bool is_main_module(PyObject *code, PyObject *globals)
{
    PyObject *type, *value, *traceback;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *name = PyObject_GetAttrString(code, "co_name");
    if (!globals)
        globals = PyEval_GetGlobals(); /* borrowed */
    bool is = globals && is_named(name, "<module>") &&
              is_named(PyDict_GetItemString(globals, "__name__"), "__main__");
    Py_XDECREF(name);
    PyErr_Restore(type, value, traceback);
    return is;
}

/* Whether the thread is recorded at all. */
static bool is_recording(struct thread *thread, PyObject *code, PyObject *globals)
{
    if (fork_pending)
        begin_child(thread);
    if (!thread->recording && code && is_main_module(code, globals))
        begin_main(thread, code);
    return thread->recording;
}

bool threads_may_enter(struct thread *thread, PyObject *code, PyObject *globals)
{
    uint32_t names = CHOICE_INCLUDED;
    if (!is_recording(thread, code, globals))
        return false;
    if (choice_rules.patterns)
        names = functions_choice_of(functions_of_code(code, globals));
    return choice_of_enter(thread, code, names);
}

bool threads_may_enter_builtin(struct thread *thread, PyMethodDef *definition, PyObject *callable)
{
    uint32_t names = CHOICE_INCLUDED;
    if (!is_recording(thread, NULL, NULL))
        return false;
    if (choice_rules.patterns)
        names = functions_choice_of(functions_of_builtin(definition, callable));
    return choice_of_enter(thread, definition, names);
}

static void end_main(struct thread *thread)
{
    thread->recording = false;
    thread->watch = WATCH_ALL;
    class_calls_flush();
    evaluate_close();
}

/* A frame ends that is not recorded: one that was open before a fork, or before the recording. */
static void leave_hidden(struct thread *thread)
{
    if (thread->hidden > 0 && --thread->hidden == 0 && thread->main && !thread->green)
        end_main(thread);
}

static void look_for_name(struct thread *thread)
{
    if (thread->main || thread->green || thread->stream.depth > WATCH_RUN ||
        thread->looks >= LOOKS_MAX)
        return;
    tell_name(thread);
    if (++thread->looks == LOOKS_MAX)
        threads_settle(thread);
}

/* The program's own frame is the last to be open. */
static bool is_main_end(const struct thread *thread, const void *key)
{
    return key == thread->main_code && thread->main && !thread->green && thread->hidden == 0 &&
           thread->stream.depth == 0 && thread->skips.count == 0;
}

static bool leave_recorded(struct thread *thread, const void *key)
{
    bool outermost = thread->stream.depth == 1 && thread->skips.count == 0 && thread->hidden == 0;
    if (!outermost || thread->green || !thread->main)
        return true;
    if (key != thread->main_code)
        return false; /* an end without a beginning: the program goes on */
    end_main(thread);
    return true;
}

bool threads_may_leave(struct thread *thread, const void *key)
{
    if (fork_pending)
        begin_child(thread);
    if (!thread->recording)
        return false;
    look_for_name(thread);
    if (choice_of_leave(thread, key)) {
        if (is_main_end(thread, key))
            end_main(thread);
        return false;
    }
    if (thread->stream.depth == 0) {
        leave_hidden(thread);
        return false;
    }
    return leave_recorded(thread, key);
}
