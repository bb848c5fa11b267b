/*
 * The extension module `_ncprof`: start(), called by sitecustomize.py and
 * ncprof_run.py before the program begins, and the latter's run().
 */
#include "capture/channel/control.h"
#include "capture/channel/target.h"
#include "capture/python/calibrate.h"
#include "capture/python/evaluate.h"
#include "capture/python/functions.h"
#include "capture/python/monitoring.h"
#include "capture/python/run.h"
#include "capture/python/setprofile.h"
#include "capture/python/switches.h"
#include "capture/python/threads.h"

static bool open_python_only(void)
{
    if (evaluate_open())
        return true;
    define_note("this Python's frames could not be hooked (PEP 523): Python functions are recorded "
                "by a profiling function, which costs more");
    return false;
}

static bool open_recorder(char *why, size_t size)
{
    if (cpython_version >= PYTHON_3_12)
        return monitoring_open(target_python_only(), why, size);
    if (!target_python_only() || !open_python_only())
        setprofile_open(target_python_only());
    return true;
}

static bool start_recording(char *why, size_t size)
{
    struct calibration calibration;
    if (!cpython_check(why, size) || !functions_open() || !threads_open())
        return false;
    choice_open();
    calibrate_begin(&calibration);
    bool opened = open_recorder(why, size);
    calibrate_end(&calibration, setprofile_slows_code());
    control_obey();
    switches_open();
    return opened;
}

/* start() -> whether a session is there to be recorded into. A second call does nothing. */
static PyObject *start(PyObject *module, PyObject *unused)
{
    static bool started;
    char why[256] = "nothing is recorded: no memory";
    (void)module, (void)unused;
    if (!started && target_attach()) {
        started = true;
        if (!start_recording(why, sizeof why))
            define_note(why);
    }
    return PyBool_FromLong(started);
}

/* run(folder): raises SystemExit unless the status is 0 */
static PyObject *run(PyObject *module, PyObject *folder)
{
    (void)module;
    int status = run_program(folder);
    if (status == 0) {
        Py_IncRef(Py_None);
        return Py_None;
    }
    PyObject *code = status > 0 ? PyLong_FromLong(status) : NULL;
    if (code)
        PyErr_SetObject(PyExc_SystemExit, code);
    Py_XDECREF(code);
    return NULL;
}

static PyMethodDef methods[] = {
    {"start", start, METH_NOARGS, NULL},
    {"run", run, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "_ncprof", .m_size = -1,
                                        .m_methods = methods};

PyMODINIT_FUNC PyInit__ncprof(void);
PyMODINIT_FUNC PyInit__ncprof(void)
{
    return PyModule_Create(&definition);
}
