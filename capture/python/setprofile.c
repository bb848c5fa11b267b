#include "capture/python/setprofile.h"

#include "capture/channel/target.h"
#include "capture/python/newborn.h"
#include "capture/python/threads.h"

#include <stdio.h>

static bool only_python;
static bool opened;

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

/* ---- profilers of the program's own, which take the hook away ---- */

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
    return set_profile(module, callable);
}

static PyObject *enable_aloud(PyObject *self, PyObject *arguments, PyObject *names)
{
    hand_over("cProfile");
    return enable(self, arguments, names);
}

/* Before its first call, so that this one, too, goes by what its definition says now. */
void setprofile_met(PyMethodDef *definition, const char *name)
{
    if (!opened)
        return;
    if (strcmp(name, "<built-in method sys.setprofile>") == 0 && definition->ml_flags == METH_O) {
        set_profile = definition->ml_meth;
        definition->ml_meth = set_profile_aloud;
    } else if (strcmp(name, "<method 'enable' of '_lsprof.Profiler' objects>") == 0 &&
               definition->ml_flags == (METH_VARARGS | METH_KEYWORDS)) {
        enable = (PyCFunctionWithKeywords)(void (*)(void))definition->ml_meth;
        definition->ml_meth = (PyCFunction)(void (*)(void))enable_aloud;
    }
}
