#include "capture/python/greenlets.h"

#include "capture/channel/target.h"
#include "capture/python/evaluate.h"

#include <stdio.h>
#include <stdlib.h>

/* A greenlet that is not the one the thread runs. */
struct parked {
    PyObject *greenlet; /* not owned: it does not go before it is dead, which is noticed */
    struct stream stream;
    struct choice_skips skips;
    uint32_t hidden, hidden_outside;
    bool green;
    char *stack_limit;
};

struct threads_greenlets {
    struct parked *parked;
    uint32_t count, room;
    uint32_t seen;
};

static PyObject *set_trace, *callback; /* NULL: no greenlets in this program */
static PyObject *before;               /* the program's own trace function, or NULL */

static bool make_room(struct threads_greenlets *greenlets)
{
    if (greenlets->count < greenlets->room)
        return true;
    uint32_t room = greenlets->room ? greenlets->room * 2 : 16;
    struct parked *grown = realloc(greenlets->parked, room * sizeof *grown);
    if (!grown)
        return false;
    greenlets->parked = grown;
    greenlets->room = room;
    return true;
}

static bool is_dead(PyObject *greenlet)
{
    PyObject *dead = PyObject_GetAttrString(greenlet, "dead");
    bool is = dead && PyObject_IsTrue(dead) == 1;
    Py_XDECREF(dead);
    PyErr_Clear();
    return is;
}

/* Without memory what is open here ends here. */
static void park(struct thread *thread, PyObject *greenlet)
{
    struct threads_greenlets *greenlets = thread->greenlets;
    if (is_dead(greenlet) || !make_room(greenlets)) {
        stream_close(&thread->stream);
        choice_free(&thread->skips);
        return;
    }
    greenlets->parked[greenlets->count++] =
        (struct parked){.greenlet = greenlet,
                        .stream = thread->stream,
                        .skips = thread->skips,
                        .hidden = thread->hidden,
                        .hidden_outside = thread->hidden_outside,
                        .green = thread->green,
                        .stack_limit = thread->stack.limit};
}

static void begin_greenlet(struct thread *thread)
{
    char name[40];
    stream_open(&thread->stream, CHANNEL_PYTHON);
    thread->skips = (struct choice_skips){0};
    thread->hidden = thread->hidden_outside = 0;
    thread->green = true;
    snprintf(name, sizeof name, "greenlet %u", (unsigned)++thread->greenlets->seen);
    define_thread(&thread->stream, name);
}

static void resume(struct thread *thread, PyObject *greenlet)
{
    struct threads_greenlets *greenlets = thread->greenlets;
    uint32_t i = 0;
    while (i < greenlets->count && greenlets->parked[i].greenlet != greenlet)
        i++;
    if (i == greenlets->count) {
        begin_greenlet(thread);
        return;
    }
    thread->stream = greenlets->parked[i].stream;
    thread->skips = greenlets->parked[i].skips;
    thread->hidden = greenlets->parked[i].hidden;
    thread->hidden_outside = greenlets->parked[i].hidden_outside;
    thread->green = greenlets->parked[i].green;
    thread->stack.limit = greenlets->parked[i].stack_limit;
    greenlets->parked[i] = greenlets->parked[--greenlets->count];
}

static void switch_greenlets(struct thread *thread, PyObject *origin, PyObject *target)
{
    if (!thread->greenlets)
        thread->greenlets = calloc(1, sizeof *thread->greenlets);
    if (!thread->greenlets || origin == target)
        return;
    thread->stack.fixed = true;
    evaluate_resume();
    park(thread, origin);
    resume(thread, target);
    threads_settle(thread);
}

/* (event, (origin, target)), called on the target's stack. */
static PyObject *switched(PyObject *module, PyObject *arguments)
{
    PyObject *event, *origin, *target;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "O(OO)", &event, &origin, &target))
        return NULL;
    struct thread *thread = threads_this();
    if (thread)
        switch_greenlets(thread, origin, target);
    if (before)
        return PyObject_CallObject(before, arguments);
    Py_IncRef(Py_None);
    return Py_None;
}

static PyMethodDef switched_definition = {"switched", switched, METH_VARARGS, NULL};

void greenlets_begin(void)
{
    PyObject *type, *value, *traceback;
    if (!set_trace)
        return;
    PyErr_Fetch(&type, &value, &traceback);
    PyObject *old = PyObject_CallFunctionObjArgs(set_trace, callback, NULL);
    if (old && old != Py_None && old != callback && !before) {
        before = old;
        Py_IncRef(old);
    }
    Py_XDECREF(old);
    PyErr_Restore(type, value, traceback);
}

/* Its package is about to run: what it will import is imported now. */
static void begin(void)
{
    PyObject *module = PyImport_ImportModule("greenlet._greenlet");
    set_trace = module ? PyObject_GetAttrString(module, "settrace") : NULL;
    callback = PyCFunction_NewEx(&switched_definition, NULL, NULL);
    Py_XDECREF(module);
    if (!set_trace || !callback) {
        Py_XDECREF(set_trace);
        set_trace = NULL;
        define_note("greenlets are not told apart: this version of greenlet cannot be traced");
    }
    PyErr_Clear();
    greenlets_begin();
}

void greenlets_met(const char *module, const char *name)
{
    if (!set_trace && strcmp(module, "greenlet") == 0 && strcmp(name, "<module>") == 0)
        begin();
}

void greenlets_forked(struct thread *thread)
{
    struct threads_greenlets *greenlets = thread->greenlets;
    for (uint32_t i = 0; greenlets && i < greenlets->count; i++) {
        struct parked *parked = &greenlets->parked[i];
        parked->hidden += parked->stream.depth + choice_skipped(&parked->skips);
        parked->skips.count = 0;
        stream_open(&greenlets->parked[i].stream, CHANNEL_PYTHON);
    }
}

void greenlets_close(struct thread *thread)
{
    struct threads_greenlets *greenlets = thread->greenlets;
    if (!greenlets)
        return;
    for (uint32_t i = 0; i < greenlets->count; i++) {
        stream_close(&greenlets->parked[i].stream);
        choice_free(&greenlets->parked[i].skips);
    }
    free(greenlets->parked);
    free(greenlets);
}
