/*
 * The least that hooks of CPython can do: nothing, or read the clock and store it. A module whose
 * begin() sets them where the recorder has its own (to 3.11), and whose Hook(kind) is a callable
 * for sys.monitoring (since 3.12). Compiled like the recorder, against the stable ABI of 3.8.
 */
#define Py_LIMITED_API 0x03080000
#include <Python.h>
#include <structmember.h>

#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <x86intrin.h>

#define SIZE            262144u
#define HAVE_VECTORCALL (1u << 11)

typedef int (*profile_function)(PyObject *self, PyFrameObject *frame, int what, PyObject *argument);
typedef PyObject *(*vectorcall)(PyObject *self, PyObject *const *arguments, size_t count,
                                PyObject *names);
typedef PyObject *(*evaluator)(void *first, void *second, int third);

extern void PyEval_SetProfile(profile_function callback, PyObject *self);
extern PyObject *PyVectorcall_Call(PyObject *self, PyObject *arguments, PyObject *names)
    __attribute__((weak));
extern void *interpreter_get(void) __asm__("PyInterpreterState_Get") __attribute__((weak));
extern evaluator _PyInterpreterState_GetEvalFrameFunc(void *interpreter) __attribute__((weak));
extern void _PyInterpreterState_SetEvalFrameFunc(void *interpreter, evaluator evaluate)
    __attribute__((weak));

static char events[SIZE];
static char *cursor = events;
static evaluator next;

static inline void store_time(void)
{
    uint64_t now = __rdtsc();
    char *at = cursor > events + SIZE - 8 ? events : cursor;
    memcpy(at, &now, sizeof now);
    cursor = at + 8;
}

/* ---- to 3.11 ---- */

static int profile_nothing(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self, (void)frame, (void)what, (void)argument;
    return 0;
}

static int profile_clock(PyObject *self, PyFrameObject *frame, int what, PyObject *argument)
{
    (void)self, (void)frame, (void)what, (void)argument;
    store_time();
    return 0;
}

static PyObject *evaluate_nothing(void *first, void *second, int third)
{
    PyObject *result = next(first, second, third);
    __asm__ volatile(""); /* no jump: there is something to come back to */
    return result;
}

static PyObject *evaluate_clock(void *first, void *second, int third)
{
    store_time();
    PyObject *result = next(first, second, third);
    store_time();
    return result;
}

/* begin(python_only, clock) */
static PyObject *begin(PyObject *self, PyObject *arguments)
{
    int python_only, clock;
    (void)self;
    if (!PyArg_ParseTuple(arguments, "pp", &python_only, &clock))
        return NULL;
    if (python_only) {
        next = _PyInterpreterState_GetEvalFrameFunc(interpreter_get());
        _PyInterpreterState_SetEvalFrameFunc(interpreter_get(),
                                             clock ? evaluate_clock : evaluate_nothing);
    } else {
        PyEval_SetProfile(clock ? profile_clock : profile_nothing, NULL);
    }
    Py_RETURN_NONE;
}

/* ---- since 3.12 ---- */

struct hook {
    PyObject base;
    vectorcall call;
};

#define CALLBACK(name)                                                                             \
    static PyObject *name(PyObject *self, PyObject *const *arguments, size_t count, PyObject *names)

CALLBACK(hook_nothing)
{
    (void)self, (void)arguments, (void)count, (void)names;
    return Py_None; /* immortal */
}

CALLBACK(hook_clock)
{
    (void)self, (void)arguments, (void)count, (void)names;
    store_time();
    return Py_None;
}

/* Calls of Python functions have an event of their own. */
CALLBACK(hook_call)
{
    (void)self, (void)count, (void)names;
    if (Py_TYPE(arguments[2]) == &PyCFunction_Type || Py_TYPE(arguments[2]) == &PyMethodDescr_Type)
        store_time();
    return Py_None;
}

static PyObject *hook_new(PyTypeObject *type, PyObject *arguments, PyObject *names)
{
    static const vectorcall calls[] = {hook_nothing, hook_clock, hook_call};
    int kind;
    (void)names;
    if (!PyArg_ParseTuple(arguments, "i", &kind))
        return NULL;
    struct hook *hook = (struct hook *)PyType_GenericAlloc(type, 0);
    if (hook)
        hook->call = calls[kind < 0 || kind > 2 ? 0 : kind];
    return (PyObject *)hook;
}

static PyObject *make_type(void)
{
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, offsetof(struct hook, call), READONLY, NULL},
        {NULL, 0, 0, 0, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_members, members},
        {Py_tp_new, (void *)hook_new},
        {Py_tp_call, (void *)PyVectorcall_Call},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "floor_python.Hook",
        .basicsize = sizeof(struct hook),
        .flags = Py_TPFLAGS_DEFAULT | HAVE_VECTORCALL,
        .slots = slots,
    };
    return PyType_FromSpec(&spec);
}

static PyMethodDef methods[] = {
    {"begin", begin, METH_VARARGS, NULL},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef definition = {PyModuleDef_HEAD_INIT, .m_name = "floor_python",
                                        .m_size = -1, .m_methods = methods};

PyMODINIT_FUNC PyInit_floor_python(void)
{
    PyObject *module = PyModule_Create(&definition);
    PyObject *type = module && PyVectorcall_Call ? make_type() : NULL;
    if (type)
        PyModule_AddObject(module, "Hook", type);
    return module;
}
