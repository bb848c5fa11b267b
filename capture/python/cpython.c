#include "capture/python/cpython.h"

#include <stdio.h>

uint32_t cpython_version;

static bool is_cpython(void)
{
    PyObject *implementation = PySys_GetObject("implementation"); /* borrowed */
    PyObject *name = implementation ? PyObject_GetAttrString(implementation, "name") : NULL;
    bool same =
        name && PyUnicode_Check(name) && PyUnicode_CompareWithASCIIString(name, "cpython") == 0;
    Py_XDECREF(name);
    PyErr_Clear();
    return same;
}

static uint32_t version(void)
{
    PyObject *number = PySys_GetObject("hexversion"); /* borrowed */
    unsigned long value = number ? PyLong_AsUnsignedLong(number) : 0;
    PyErr_Clear();
    return (uint32_t)value;
}

/* The type is compared before anything behind it is followed: a foreign layout fails there. */
static bool functions_as_expected(void)
{
    PyObject *builtins = PyImport_ImportModule("builtins");
    PyObject *len = builtins ? PyObject_GetAttrString(builtins, "len") : NULL;
    PyObject *append = PyObject_GetAttrString((PyObject *)&PyList_Type, "append");
    bool good = false;

    if (len && append && Py_TYPE(len) == &PyCFunction_Type &&
        Py_TYPE(append) == &PyMethodDescr_Type) {
        struct cpython_function *function = (struct cpython_function *)len;
        struct cpython_descriptor *descriptor = (struct cpython_descriptor *)append;
        good = function->self == builtins && strcmp(function->definition->ml_name, "len") == 0 &&
               descriptor->type == &PyList_Type &&
               strcmp(descriptor->definition->ml_name, "append") == 0;
    }
    Py_XDECREF(append);
    Py_XDECREF(len);
    Py_XDECREF(builtins);
    PyErr_Clear();
    return good;
}

static bool frames_as_expected(void)
{
    PyObject *frame = (PyObject *)PyEval_GetFrame(); /* borrowed */
    PyObject *code = frame ? PyObject_GetAttrString(frame, "f_code") : NULL;
    bool good = false;

    if (code && cpython_version >= PYTHON_3_11)
        good = cpython_frame_code_3_11((PyFrameObject *)frame) == code;
    else if (code)
        good = cpython_frame_code((PyFrameObject *)frame) == code;
    Py_XDECREF(code);
    PyErr_Clear();
    return good;
}

bool cpython_check(char *why, size_t size)
{
    cpython_version = version();
    const char *wrong = NULL;
    if (!is_cpython())
        wrong = "it is not CPython";
    else if (cpython_version < 0x03080000u)
        wrong = "it is older than 3.8";
    else if (!functions_as_expected())
        wrong = "its objects are laid out differently (a debug or free-threaded build)";
    else if (cpython_version < PYTHON_3_12 && !frames_as_expected())
        wrong = "its frames are laid out differently";
    if (!wrong)
        return true;
    snprintf(why, size, "this Python (%.40s) cannot be recorded: %s", Py_GetVersion(), wrong);
    return false;
}

PyObject *cpython_attribute(PyObject *object, const char *name)
{
    PyObject *text = PyUnicode_FromString(name);
    PyObject *value = text ? PyObject_GenericGetAttr(object, text) : NULL;
    Py_XDECREF(text);
    PyErr_Clear();
    return value;
}
