#include "capture/python/calibrate.h"

#include "capture/channel/target.h"
#include "capture/python/threads.h"

#include <stdlib.h>

#define CALLS  400
#define ROUNDS 8
#define BYTES  32768u      /* 12 a call are needed */
enum { FILE_INPUT = 257 }; /* Py_file_input */

static const char program[] = "def f(): pass\nfor _ in calls: f()\n";

static bool prepare(struct calibration *calibration)
{
    PyObject *calls = PyTuple_New(CALLS);
    calibration->globals = PyDict_New();
    calibration->code = Py_CompileString(program, "<ncprof>", FILE_INPUT);
    for (Py_ssize_t i = 0; calls && i < CALLS; i++) {
        Py_IncRef(Py_None);
        PyTuple_SetItem(calls, i, Py_None);
    }
    bool ready = calls && calibration->globals && calibration->code &&
                 PyDict_SetItemString(calibration->globals, "calls", calls) == 0;
    Py_XDECREF(calls);
    return ready;
}

static void drop(struct calibration *calibration)
{
    Py_XDECREF(calibration->globals);
    Py_XDECREF(calibration->code);
    calibration->globals = calibration->code = NULL;
    PyErr_Clear();
}

static uint64_t run(const struct calibration *calibration)
{
    uint64_t start = stream_now();
    PyObject *result =
        PyEval_EvalCode(calibration->code, calibration->globals, calibration->globals);
    uint64_t took = stream_now() - start;
    Py_XDECREF(result);
    return result ? took : UINT64_MAX;
}

void calibrate_begin(struct calibration *calibration)
{
    calibration->plain = UINT64_MAX;
    if (!prepare(calibration)) {
        drop(calibration);
        return;
    }
    for (int i = 0; i < ROUNDS; i++) {
        uint64_t took = run(calibration);
        if (took < calibration->plain)
            calibration->plain = took;
    }
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
static struct cost run_recorded(const struct calibration *calibration, char *events)
{
    struct thread scratch = {.recording = true}, *self = threads_current;
    scratch.stream.cursor = events;
    scratch.stream.limit = events + BYTES - STREAM_MARGIN;
    scratch.stream.ticks = stream_now();
    threads_current = &scratch;
    uint64_t took = run(calibration);
    threads_current = self;
    return (struct cost){took, add_up_inside(events, scratch.stream.cursor)};
}

/* Its code objects get numbers without being defined. */
static bool reserve_functions(PyObject *code)
{
    PyObject *constants = PyObject_GetAttrString(code, "co_consts");
    bool usable = constants && PyTuple_Check(constants) && PyTuple_Size(constants) > 0;
    functions_reserve(code);
    if (usable)
        functions_reserve(PyTuple_GetItem(constants, 0));
    Py_XDECREF(constants);
    return usable;
}

/*
 * Of the time between enter and leave half an unrecorded call is taken for the
 * function's own: the other half lies before and after it.
 */
static void define(struct cost best, uint64_t plain)
{
    uint64_t half = plain / CALLS / 2, all = best.all > plain ? (best.all - plain) / CALLS : 0;
    uint64_t inside = best.inside / CALLS;
    inside = inside > half ? inside - half : 0;
    if (inside > all)
        inside = all;
    if (all > 0)
        define_cost(inside, all - inside);
}

void calibrate_end(struct calibration *calibration)
{
    char *events = calibration->code ? malloc(BYTES) : NULL;
    struct cost best = {UINT64_MAX, 0};
    if (events && reserve_functions(calibration->code)) {
        for (int i = 0; i < ROUNDS; i++) {
            struct cost cost = run_recorded(calibration, events);
            if (cost.all < best.all)
                best = cost;
        }
    }
    functions_forget();
    if (best.all != UINT64_MAX && calibration->plain != UINT64_MAX)
        define(best, calibration->plain);
    free(events);
    drop(calibration);
}
