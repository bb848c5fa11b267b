#include "capture/python/newborn.h"

#include "capture/python/interpreter.h"
#include "capture/python/segments.h"

#define FLOOR_UNKNOWN ((char *)1)

static void (*begin_thread)(void);
static PyCFunction start_thread; /* the interpreter's own */
static interpreter_evaluator next;
static unsigned expected; /* threads that were started and have not begun */
static bool buried;       /* another tool's evaluator calls ours: it stays where it is */

/* Half of a thread's stack; NULL: it has not begun. */
static __thread char *stack_floor;

static PyObject *evaluate(void *first, void *second, int third);

static void rest(void)
{
    expected = 0;
    if (buried)
        return;
    if (interpreter_get_evaluator() == evaluate)
        interpreter_set_evaluator(next);
    else
        buried = true;
}

static void know_this(void)
{
    char *floor = segments_limit();
    stack_floor = floor ? floor : FLOOR_UNKNOWN;
}

/* The stack of a thread that calls deeply is not to be filled by waiting for another one. */
static PyObject *evaluate(void *first, void *second, int third)
{
    bool news = !stack_floor;
    if (news) {
        know_this();
        begin_thread();
    }
    if (expected > 0 && (news || (char *)__builtin_frame_address(0) < stack_floor) &&
        (!news || --expected == 0))
        rest();
    return next(first, second, third);
}

static void expect(void)
{
    if (expected++ > 0 || buried)
        return;
    next = interpreter_get_evaluator();
    interpreter_set_evaluator(evaluate);
}

/* A C function as a thread's body may never evaluate a frame. */
static bool is_python(PyObject *arguments)
{
    PyObject *body = PyTuple_Size(arguments) > 0 ? PyTuple_GetItem(arguments, 0) : NULL;
    return body && Py_TYPE(body) != &PyCFunction_Type;
}

static PyObject *start_and_expect(PyObject *module, PyObject *arguments)
{
    bool python = is_python(arguments);
    if (python)
        expect();
    PyObject *result = start_thread(module, arguments);
    if (!result && python && expected > 0 && --expected == 0)
        rest();
    return result;
}

/* The function is kept; its definition is made to do one thing more. */
static bool watch(PyObject *module, const char *name)
{
    PyObject *function = PyObject_GetAttrString(module, name);
    bool usable = function && Py_TYPE(function) == &PyCFunction_Type &&
                  cpython_definition(function)->ml_flags == METH_VARARGS;
    if (usable) {
        start_thread = cpython_definition(function)->ml_meth;
        cpython_definition(function)->ml_meth = start_and_expect;
    }
    Py_XDECREF(function);
    PyErr_Clear();
    return usable;
}

bool newborn_open(void (*begin)(void))
{
    if (!interpreter_get_evaluator())
        return false;
    begin_thread = begin;
    know_this();
    PyObject *module = PyImport_ImportModule("_thread");
    bool usable = module && watch(module, "start_new_thread") && watch(module, "start_new");
    Py_XDECREF(module);
    PyErr_Clear();
    return usable;
}

void newborn_forked(void)
{
    if (expected > 0)
        rest();
}
