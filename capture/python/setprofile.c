#include "capture/python/setprofile.h"

#include "capture/channel/target.h"
#include "capture/python/threads.h"

#include <stdio.h>

static bool only_python;
static PyObject *thread_hook; /* what threading is to call in a new thread */

static inline __attribute__((always_inline)) void take(PyObject *code, int what, PyObject *argument)
{
    struct thread *thread = threads_this();
    if (__builtin_expect(thread == NULL, 0))
        return;
    if (what == CPYTHON_CALL)
        threads_enter_code(thread, code, NULL);
    else if (what == CPYTHON_C_CALL)
        threads_enter_builtin(thread, cpython_definition(argument), argument);
    else if (what == CPYTHON_RETURN)
        threads_leave(thread, code);
    else if (what == CPYTHON_C_RETURN || what == CPYTHON_C_EXCEPTION)
        threads_leave(thread, NULL);
}

static int take_event(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self;
    take(cpython_frame_code(frame), what, argument);
    return 0;
}

static int take_event_3_11(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self;
    take(cpython_frame_code_3_11(frame), what, argument);
    return 0;
}

static int take_python_only(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    if (what == CPYTHON_CALL || what == CPYTHON_RETURN)
        return cpython_version >= PYTHON_3_11 ? take_event_3_11(self, frame, what, argument)
                                              : take_event(self, frame, what, argument);
    return 0;
}

static cpython_profile callback(void)
{
    if (only_python)
        return take_python_only;
    return cpython_version >= PYTHON_3_11 ? take_event_3_11 : take_event;
}

static int what_of(PyObject *event)
{
    static const struct {
        const char *name;
        int what;
    } names[] = {
        {"call", CPYTHON_CALL},
        {"return", CPYTHON_RETURN},
        {"c_call", CPYTHON_C_CALL},
        {"c_return", CPYTHON_C_RETURN},
        {"c_exception", CPYTHON_C_EXCEPTION},
    };
    for (size_t i = 0; PyUnicode_Check(event) && i < sizeof names / sizeof *names; i++) {
        if (PyUnicode_CompareWithASCIIString(event, names[i].name) == 0)
            return names[i].what;
    }
    return CPYTHON_LINE;
}

/* A new thread's first event, as sys.setprofile's callables get it: (frame, event, argument). */
static PyObject *begin_thread(PyObject *module, PyObject *arguments)
{
    PyObject *frame, *event, *argument;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "OOO", &frame, &event, &argument))
        return NULL;
    if (threads_this()) {
        PyEval_SetProfile(callback(), NULL);
        callback()(NULL, (PyFrameObject *)frame, what_of(event), argument);
    }
    Py_IncRef(Py_None);
    return Py_None;
}

static PyMethodDef begin_thread_definition = {"begin_thread", begin_thread, METH_VARARGS, NULL};

bool setprofile_open(bool python_only)
{
    only_python = python_only;
    thread_hook = PyCFunction_NewEx(&begin_thread_definition, NULL, NULL);
    if (!thread_hook)
        return false;
    PyEval_SetProfile(callback(), NULL);
    return true;
}

/* In the frame of Thread.start, whose globals are those of threading. */
static void hook_threads(void)
{
    PyObject *globals = PyEval_GetGlobals(); /* borrowed, as the next one */
    PyObject *hook = globals ? PyDict_GetItemString(globals, "_profile_hook") : NULL;
    if (hook == Py_None)
        PyDict_SetItemString(globals, "_profile_hook", thread_hook);
    else if (hook != thread_hook)
        define_note("the program profiles its threads itself (threading.setprofile): they are not "
                    "recorded");
    PyErr_Clear();
}

void setprofile_met(const char *module, const char *name)
{
    char note[160];
    if (!thread_hook)
        return;
    if (strcmp(module, "threading") == 0 && strcmp(name, "Thread.start") == 0)
        hook_threads();
    if (strcmp(name, "<built-in method sys.setprofile>") != 0 &&
        strcmp(name, "<method 'enable' of '_lsprof.Profiler' objects>") != 0)
        return;
    snprintf(note, sizeof note,
             "the program used a profiler of its own (%s): that thread is recorded up to there",
             name);
    define_note(note);
}
