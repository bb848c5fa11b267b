#include "capture/python/calibrate.h"

#include "capture/channel/target.h"
#include "capture/python/threads.h"

#include <stdlib.h>

#define CALLS  400
#define ROUNDS 9
#define BYTES  32768u      /* 12 a call are needed */
enum { FILE_INPUT = 257 }; /* Py_file_input */

static const char call_python[] = "def f(): pass\nfor _ in calls: f()\n";
static const char call_builtin[] = "for _ in calls: g(None)\n";

static bool set_global(struct calibration *calibration, const char *name, PyObject *value)
{
    bool done = value && PyDict_SetItemString(calibration->globals, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

static PyObject *many_nones(void)
{
    PyObject *calls = PyTuple_New(CALLS);
    for (Py_ssize_t i = 0; calls && i < CALLS; i++) {
        Py_IncRef(Py_None);
        PyTuple_SetItem(calls, i, Py_None);
    }
    return calls;
}

/* A C function that does next to nothing, and has no other name by which it would be known. */
static PyObject *get_none(PyObject *self, PyObject *argument)
{
    (void)self;
    (void)argument;
    Py_IncRef(Py_None);
    return Py_None;
}

static PyMethodDef empty_builtin = {"g", get_none, METH_O, NULL};

static uint64_t run(const struct calibration *calibration, const struct calibration_loop *loop)
{
    uint64_t start = stream_now();
    PyObject *result = PyEval_EvalCode(loop->code, calibration->globals, calibration->globals);
    uint64_t took = stream_now() - start;
    Py_XDECREF(result);
    return result ? took : UINT64_MAX;
}

static void sort(uint64_t *values)
{
    for (int i = 1; i < ROUNDS; i++)
        for (int k = i; k > 0 && values[k] < values[k - 1]; k--) {
            uint64_t larger = values[k - 1];
            values[k - 1] = values[k];
            values[k] = larger;
        }
}

/* The program will find the machine as it is, not at its best: medians, not the least of all. */
static uint64_t median(uint64_t *values)
{
    sort(values);
    return values[ROUNDS / 2];
}

static void begin_loop(const struct calibration *calibration, struct calibration_loop *loop,
                       const char *program)
{
    uint64_t took[ROUNDS];
    loop->plain = UINT64_MAX;
    loop->code = Py_CompileString(program, "<ncprof>", FILE_INPUT);
    for (int i = 0; loop->code && i < ROUNDS; i++)
        took[i] = run(calibration, loop);
    if (loop->code)
        loop->plain = median(took);
}

void calibrate_begin(struct calibration *calibration)
{
    *calibration = (struct calibration){.globals = PyDict_New()};
    if (!calibration->globals || !set_global(calibration, "calls", many_nones()))
        return;
    if (set_global(calibration, "g", PyCFunction_NewEx(&empty_builtin, NULL, NULL)))
        begin_loop(calibration, &calibration->builtin, call_builtin);
    begin_loop(calibration, &calibration->python, call_python);
    PyErr_Clear();
}

struct cost {
    uint64_t all, inside; /* ticks of the loop, and between enters and the leaves that follow */
};

/* Time before a leave that follows an enter: the outermost frame has none such. */
static uint64_t add_up_inside(const char *at, const char *end)
{
    uint64_t inside = 0;
    bool entered = false;
    while (at < end) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        if ((word & 3) == CHANNEL_LEAVE && entered)
            inside += word >> 2;
        entered = (word & 3) == CHANNEL_ENTER;
        at += (word & 3) == CHANNEL_LEAVE ? 4 : 8;
    }
    return inside;
}

/* Into memory that nobody reads but this. */
static struct cost run_recorded(const struct calibration *calibration,
                                const struct calibration_loop *loop, char *events)
{
    struct thread scratch = {.recording = true}, *self = threads_current;
    scratch.stream.cursor = events;
    scratch.stream.limit = events + BYTES - STREAM_MARGIN;
    scratch.stream.ticks = stream_now();
    threads_current = &scratch;
    uint64_t took = run(calibration, loop);
    threads_current = self;
    return (struct cost){took, add_up_inside(events, scratch.stream.cursor)};
}

/* What the loops call gets numbers without being defined. */
static void reserve_functions(const struct calibration_loop *loop)
{
    PyObject *constants = PyObject_GetAttrString(loop->code, "co_consts");
    functions_reserve(loop->code);
    functions_reserve(&empty_builtin);
    if (constants && PyTuple_Check(constants) && PyTuple_Size(constants) > 0)
        functions_reserve(PyTuple_GetItem(constants, 0));
    Py_XDECREF(constants);
}

/*
 * Of the time between enter and leave half an unrecorded call is taken for the
 * function's own: the other half lies before and after it.
 */
static void define(enum channel_hook hook, struct cost cost, uint64_t plain)
{
    uint64_t half = plain / 2, all = cost.all > plain ? cost.all - plain : 0;
    uint64_t inside = cost.inside > half ? cost.inside - half : 0;
    if (inside > all)
        inside = all;
    if (cost.inside > 0)
        define_cost(hook, inside, all - inside, CALLS);
}

static void end_loop(const struct calibration *calibration, const struct calibration_loop *loop,
                     enum channel_hook hook, char *events)
{
    uint64_t all[ROUNDS], inside[ROUNDS];
    if (!loop->code)
        return;
    reserve_functions(loop);
    for (int i = 0; i < ROUNDS; i++) {
        struct cost cost = run_recorded(calibration, loop, events);
        all[i] = cost.all;
        inside[i] = cost.inside;
    }
    functions_forget();
    struct cost cost = {median(all), median(inside)};
    if (cost.all != UINT64_MAX && loop->plain != UINT64_MAX)
        define(hook, cost, loop->plain);
}

void calibrate_end(struct calibration *calibration)
{
    char *events = malloc(BYTES);
    if (events) {
        end_loop(calibration, &calibration->builtin, CHANNEL_HOOK_BUILTIN, events);
        end_loop(calibration, &calibration->python, CHANNEL_HOOK_PYTHON, events);
    }
    free(events);
    Py_XDECREF(calibration->globals);
    Py_XDECREF(calibration->python.code);
    Py_XDECREF(calibration->builtin.code);
    PyErr_Clear();
}
