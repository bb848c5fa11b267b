/*
 * CPython as seen by the recorder: one binary for 3.8 and later.
 *
 * Compiled against the stable ABI of 3.8. What the recorder needs beyond it is
 * declared here by hand; all of it is exported by every CPython of that range
 * (weak: by some). The few layouts read directly are checked against known
 * objects by cpython_check() before anything is recorded:
 *
 *   PyObject             type at 8
 *   PyCFunctionObject    m_ml at 16, m_self at 24
 *   PyMethodDescrObject  d_type at 16, d_method at 40
 *   frame (to 3.11)      f_code at 32; in 3.11 at 32 of what offset 24 points to
 */
#ifndef NCPROF_CAPTURE_PYTHON_CPYTHON_H
#define NCPROF_CAPTURE_PYTHON_CPYTHON_H

#define Py_LIMITED_API 0x03080000
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <structmember.h>

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define PYTHON_3_9  0x03090000u
#define PYTHON_3_10 0x030a0000u
#define PYTHON_3_11 0x030b0000u
#define PYTHON_3_12 0x030c0000u
#define PYTHON_3_13 0x030d0000u

typedef int (*cpython_profile)(PyObject *self, PyFrameObject *frame, int what, PyObject *arg);
typedef PyObject *(*cpython_vectorcall)(PyObject *callable, PyObject *const *args, size_t count,
                                        PyObject *names);

enum cpython_what {
    CPYTHON_CALL = 0,
    CPYTHON_EXCEPTION = 1,
    CPYTHON_LINE = 2,
    CPYTHON_RETURN = 3,
    CPYTHON_C_CALL = 4,
    CPYTHON_C_EXCEPTION = 5,
    CPYTHON_C_RETURN = 6,
};
#define CPYTHON_HAVE_VECTORCALL (1u << 11) /* type flag; in the stable ABI since 3.12 */

#pragma GCC visibility push(default)
extern void PyEval_SetProfile(cpython_profile callback, PyObject *self);
extern const char *PyUnicode_AsUTF8AndSize(PyObject *unicode, Py_ssize_t *size);
extern PyTypeObject PyFunction_Type, PyMethod_Type, PyStaticMethod_Type, PyClassMethod_Type;
extern PyObject *PyVectorcall_Call(PyObject *callable, PyObject *args, PyObject *names)
    __attribute__((weak));
#pragma GCC visibility pop

struct cpython_function { /* PyCFunctionObject */
    PyObject base;
    PyMethodDef *definition;
    PyObject *self; /* NULL: a static method */
};

struct cpython_descriptor { /* PyMethodDescrObject, PyClassMethodDescr's too */
    PyObject base;
    PyTypeObject *type;
    PyObject *name, *qualified_name;
    PyMethodDef *definition;
};

/* sys.hexversion; 0 before cpython_check(). */
extern uint32_t cpython_version;

/* Whether this interpreter is laid out as expected; if not, `why` says what is wrong. */
bool cpython_check(char *why, size_t size);

/* An attribute without asking a metaclass written in Python; a new reference, NULL without an
 * error. */
PyObject *cpython_attribute(PyObject *object, const char *name);

static inline PyMethodDef *cpython_definition(PyObject *function)
{
    return ((struct cpython_function *)function)->definition;
}

/* 3.8 to 3.10 */
static inline PyObject *cpython_frame_code(PyFrameObject *frame)
{
    PyObject *code;
    memcpy(&code, (char *)frame + 32, sizeof code);
    return code;
}

/* 3.11 */
static inline PyObject *cpython_frame_code_3_11(PyFrameObject *frame)
{
    char *inner;
    PyObject *code;
    memcpy(&inner, (char *)frame + 24, sizeof inner);
    memcpy(&code, inner + 32, sizeof code);
    return code;
}

#endif
