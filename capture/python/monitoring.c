#include "capture/python/monitoring.h"

#include "capture/python/class_calls.h"
#include "capture/python/threads.h"

#include <stddef.h>
#include <stdio.h>

/* A callable that the interpreter calls through one pointer, with no wrapper in between. */
struct callback {
    PyObject base;
    cpython_vectorcall call;
};

static PyObject *disable; /* sys.monitoring.DISABLE: no more events from this place of the code */
static PyObject *missing; /* sys.monitoring.MISSING: a call without arguments */

/* None is immortal since 3.12. Arguments: code, offset, and what the event adds. */
#define CALLBACK(name)                                                                             \
    static PyObject *name(PyObject *self, PyObject *const *arguments, size_t count, PyObject *names)
#define UNUSED_CALLBACK_ARGUMENTS (void)self, (void)count, (void)names

static __attribute__((noinline)) PyObject *enter_code_slowly(PyObject *code)
{
    struct thread *thread = threads_this();
    if (thread)
        threads_enter_code(thread, code, NULL);
    return Py_None;
}

static __attribute__((noinline)) PyObject *enter_builtin_slowly(PyMethodDef *definition,
                                                                PyObject *callable)
{
    struct thread *thread = threads_this();
    if (thread)
        threads_enter_builtin(thread, definition, callable);
    return Py_None;
}

static __attribute__((noinline)) PyObject *leave_slowly(const void *key)
{
    struct thread *thread = threads_this();
    if (thread)
        threads_leave(thread, key);
    return Py_None;
}

CALLBACK(enter_code)
{
    UNUSED_CALLBACK_ARGUMENTS;
    return threads_enter_quickly(threads_current, arguments[0]) ? Py_None
                                                                : enter_code_slowly(arguments[0]);
}

CALLBACK(leave_code)
{
    UNUSED_CALLBACK_ARGUMENTS;
    return threads_leave_quickly(threads_current) ? Py_None : leave_slowly(arguments[0]);
}

/* Of events that can be turned off for good: what is excluded costs nothing from now on. */
static PyObject *unless_excluded(PyObject *code, PyObject *result)
{
    if (!choice_rules.patterns || !threads_current ||
        !choice_is_excluded(threads_current, code, functions_choice(code)))
        return result;
    Py_IncRef(disable);
    return disable;
}

CALLBACK(begin_code)
{
    return unless_excluded(arguments[0], enter_code(self, arguments, count, names));
}

CALLBACK(end_code)
{
    return unless_excluded(arguments[0], leave_code(self, arguments, count, names));
}

/* The definition of a C function that is called, or NULL for any other callable. */
static inline PyMethodDef *definition_of(PyObject *callable, PyObject *self)
{
    PyTypeObject *type = Py_TYPE(callable);
    if (type == &PyCFunction_Type)
        return cpython_definition(callable);
    if (type == &PyMethodDescr_Type) {
        struct cpython_descriptor *descriptor = (struct cpython_descriptor *)callable;
        bool fits = self != missing && PyObject_TypeCheck(self, descriptor->type);
        return fits ? descriptor->definition : NULL;
    }
    if (type == &PyFunction_Type || type == &PyMethod_Type || type == &PyType_Type)
        return NULL;
    return PyType_IsSubtype(type, &PyCFunction_Type) ? cpython_definition(callable) : NULL;
}

CALLBACK(enter_builtin)
{
    UNUSED_CALLBACK_ARGUMENTS;
    PyMethodDef *definition = definition_of(arguments[2], arguments[3]);
    if (!definition || threads_enter_quickly(threads_current, definition))
        return Py_None;
    return enter_builtin_slowly(definition, arguments[2]);
}

/* The end of a call of what is neither a Python nor a C function. */
static __attribute__((noinline)) PyObject *count_class_call(PyObject *code)
{
    const struct thread *thread = threads_current;
    bool counts = thread && thread->recording && !choice_is_stopped();
    uint32_t function = counts ? functions_find(code) : FUNCTIONS_UNSEEN;
    if (function != FUNCTIONS_UNSEEN)
        class_calls_add(function);
    return Py_None;
}

CALLBACK(leave_builtin)
{
    UNUSED_CALLBACK_ARGUMENTS;
    PyMethodDef *definition = definition_of(arguments[2], arguments[3]);
    if (!definition)
        return count_class_call(arguments[0]);
    return threads_leave_quickly(threads_current) ? Py_None : leave_slowly(definition);
}

static PyObject *make_type(void)
{
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, offsetof(struct callback, call), READONLY, NULL},
        {NULL, 0, 0, 0, NULL},
    };
    PyType_Slot slots[] = {
        {Py_tp_members, members},
        {Py_tp_call, (void *)PyVectorcall_Call},
        {0, NULL},
    };
    PyType_Spec spec = {
        .name = "ncprof.callback",
        .basicsize = sizeof(struct callback),
        .flags = Py_TPFLAGS_DEFAULT | CPYTHON_HAVE_VECTORCALL,
        .slots = slots,
    };
    return PyType_FromSpec(&spec);
}

static const struct {
    const char *event;
    cpython_vectorcall call;
} callbacks[] = {
    {"PY_START", begin_code}, {"PY_RESUME", begin_code},   {"PY_THROW", enter_code},
    {"PY_RETURN", end_code},  {"PY_YIELD", end_code},      {"PY_UNWIND", leave_code},
    {"CALL", enter_builtin},  {"C_RETURN", leave_builtin}, {"C_RAISE", leave_builtin},
};

enum { PYTHON_CALLBACKS = 6 }; /* the first ones: no C functions */

/* The event's bit, or 0 with an error set. */
static unsigned long event_bit(PyObject *monitoring, const char *name)
{
    PyObject *events = PyObject_GetAttrString(monitoring, "events");
    PyObject *number = events ? PyObject_GetAttrString(events, name) : NULL;
    unsigned long bit = number ? PyLong_AsUnsignedLong(number) : 0;
    Py_XDECREF(number);
    Py_XDECREF(events);
    return PyErr_Occurred() ? 0 : bit;
}

static bool register_callback(PyObject *monitoring, PyObject *type, int tool, unsigned long bit,
                              cpython_vectorcall call)
{
    struct callback *callback = (struct callback *)PyType_GenericAlloc((PyTypeObject *)type, 0);
    if (!callback)
        return false;
    callback->call = call;
    PyObject *before =
        PyObject_CallMethod(monitoring, "register_callback", "ikO", tool, bit, callback);
    Py_DecRef((PyObject *)callback);
    Py_XDECREF(before);
    return before != NULL;
}

/* A tool number that nobody has; those for debuggers, coverage and profilers are left to the
 * program, which may use them itself. */
static int take_tool(PyObject *monitoring)
{
    static const int tools[] = {4, 3, 2};
    for (size_t i = 0; i < sizeof tools / sizeof *tools; i++) {
        PyObject *done = PyObject_CallMethod(monitoring, "use_tool_id", "is", tools[i], "ncprof");
        Py_XDECREF(done);
        if (done)
            return tools[i];
        PyErr_Clear();
    }
    return -1;
}

static bool start(PyObject *monitoring, PyObject *type, int tool, bool python_only)
{
    unsigned long events = 0;
    size_t count = python_only ? PYTHON_CALLBACKS : sizeof callbacks / sizeof *callbacks;
    for (size_t i = 0; i < count; i++) {
        unsigned long bit = event_bit(monitoring, callbacks[i].event);
        if (!bit || !register_callback(monitoring, type, tool, bit, callbacks[i].call))
            return false;
        events |= bit;
    }
    PyObject *done = PyObject_CallMethod(monitoring, "set_events", "ik", tool, events);
    Py_XDECREF(done);
    return done != NULL;
}

bool monitoring_open(bool python_only, char *why, size_t size)
{
    PyObject *monitoring = PySys_GetObject("monitoring"); /* borrowed */
    PyObject *type = monitoring && PyVectorcall_Call ? make_type() : NULL;
    missing = type ? PyObject_GetAttrString(monitoring, "MISSING") : NULL;
    disable = missing ? PyObject_GetAttrString(monitoring, "DISABLE") : NULL;
    int tool = disable ? take_tool(monitoring) : -1;
    bool started = tool >= 0 && start(monitoring, type, tool, python_only);

    if (!started)
        snprintf(why, size, "%s",
                 missing && tool < 0 ? "nothing is recorded: all tools of sys.monitoring are taken"
                                     : "nothing is recorded: sys.monitoring does not work");
    Py_XDECREF(type);
    PyErr_Clear();
    return started;
}
