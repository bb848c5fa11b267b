#include "capture/python/setprofile.h"

#include "capture/channel/target.h"
#include "capture/python/newborn.h"
#include "capture/python/threads.h"

#include <stdio.h>

static bool only_python;
static bool opened;

static __attribute__((noinline)) int take_slowly(PyObject *code, int what, PyObject *argument)
{
    struct thread *thread = threads_this();
    if (thread == NULL)
        return 0;
    if (what == CPYTHON_CALL)
        threads_enter_code(thread, code, NULL);
    else if (what == CPYTHON_C_CALL)
        threads_enter_builtin(thread, cpython_definition(argument), argument);
    else if (what == CPYTHON_RETURN)
        threads_leave(thread, code);
    else if (what == CPYTHON_C_RETURN || what == CPYTHON_C_EXCEPTION)
        threads_leave(thread, cpython_definition(argument));
    return 0;
}

static inline __attribute__((always_inline)) int take(PyObject *code, int what, PyObject *argument)
{
    struct thread *thread = threads_current;
    bool done;
    if (what == CPYTHON_CALL)
        done = threads_enter_quickly(thread, code);
    else if (what == CPYTHON_C_CALL)
        done = threads_enter_quickly(thread, cpython_definition(argument));
    else
        done = what >= CPYTHON_RETURN && threads_leave_quickly(thread);
    return done ? 0 : take_slowly(code, what, argument);
}

static int take_event(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self;
    return take(cpython_frame_code(frame), what, argument);
}

static int take_event_3_11(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self;
    return take(cpython_frame_code_3_11(frame), what, argument);
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

static void begin_thread(void)
{
    PyEval_SetProfile(callback(), NULL);
}

void setprofile_open(bool python_only)
{
    only_python = python_only;
    opened = true;
    if (!newborn_open(begin_thread))
        define_note("only the program's main thread is recorded: new threads cannot be noticed");
    PyEval_SetProfile(callback(), NULL);
}

bool setprofile_slows_code(void)
{
    return opened && cpython_version >= PYTHON_3_10;
}

/* ---- profilers of the program's own, which take the hook away ---- */

static PyCFunction set_profile_instead;
static PyCFunction set_profile;        /* sys.setprofile */
static PyCFunctionWithKeywords enable; /* cProfile's Profile.enable */

/* What is open ends here: what comes after it is not seen any more, and is nobody's time. */
static void hand_over(const char *to)
{
    static bool told;
    char note[160];
    struct thread *thread = threads_current;
    if (thread && thread->recording) {
        stream_set_depth(&thread->stream, 0, stream_now());
        thread->stream.depth = 0;
        thread->recording = false;
    }
    snprintf(note, sizeof note,
             "the program used a profiler of its own (%s): that thread is recorded up to there",
             to);
    if (!told)
        define_note(note);
    told = true;
}

static PyObject *enable_aloud(PyObject *self, PyObject *arguments, PyObject *names)
{
    hand_over("cProfile");
    return enable(self, arguments, names);
}

/*
 * A profiler that is set by a call which the recorder watches is told of that call's end, its first
 * event, which it is not told without the recorder; profile.py gives up on it. The callable's
 * deputy takes that event, and is replaced.
 */
static PyObject *take_first_event(PyObject *callable, PyObject *arguments)
{
    PyObject *frame, *event, *argument;
    if (!PyArg_ParseTuple(arguments, "OOO", &frame, &event, &argument))
        return NULL;
    Py_IncRef(callable); /* the deputy, which goes now, may be all that held it */
    PyObject *done = set_profile(NULL, callable);
    bool own_end = PyUnicode_Check(event) &&
                   PyUnicode_CompareWithASCIIString(event, "c_return") == 0 &&
                   Py_TYPE(argument) == &PyCFunction_Type &&
                   cpython_definition(argument)->ml_meth == set_profile_instead;
    if (done && !own_end) {
        Py_DecRef(done);
        done = PyObject_CallObject(callable, arguments);
    }
    Py_DecRef(callable);
    return done;
}

static PyMethodDef deputy = {"take_first_event", take_first_event, METH_VARARGS, NULL};

static PyObject *set_profile_by_deputy(PyObject *module, PyObject *callable)
{
    PyObject *first = callable != Py_None ? PyCFunction_NewEx(&deputy, callable, NULL) : NULL;
    if (!first && callable != Py_None)
        return NULL;
    PyObject *done = set_profile(module, first ? first : callable);
    Py_XDECREF(first);
    return done;
}

/* None while there is no other one: the recorder stays, and the program finds None, as before. */
static PyObject *set_profile_aloud(PyObject *module, PyObject *callable)
{
    struct thread *thread = threads_current;
    if (callable == Py_None && thread && thread->recording) {
        Py_IncRef(Py_None);
        return Py_None;
    }
    if (callable != Py_None)
        hand_over("sys.setprofile");
    return set_profile_by_deputy(module, callable);
}

/* Before its first call, so that this one, too, goes by what its definition says now. */
void setprofile_met(PyMethodDef *definition, const char *name)
{
    if (strcmp(name, "<built-in method sys.setprofile>") == 0 && definition->ml_flags == METH_O) {
        set_profile = definition->ml_meth;
        set_profile_instead = opened ? set_profile_aloud : set_profile_by_deputy;
        definition->ml_meth = set_profile_instead;
    } else if (opened && strcmp(name, "<method 'enable' of '_lsprof.Profiler' objects>") == 0 &&
               definition->ml_flags == (METH_VARARGS | METH_KEYWORDS)) {
        enable = (PyCFunctionWithKeywords)(void (*)(void))definition->ml_meth;
        definition->ml_meth = (PyCFunction)(void (*)(void))enable_aloud;
    }
}
