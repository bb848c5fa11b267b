#include "capture/python/calibrate.h"

#include "capture/channel/target.h"
#include "capture/python/class_calls.h"
#include "capture/python/threads.h"

#include <stdlib.h>

#define TURNS  50
#define ROUNDS 11
#define CHOSEN 3      /* of the rounds, the fastest first */
#define BYTES  16384u /* 36 a turn are needed */
#define FACTOR 256    /* of slowdowns in whole numbers */
enum {
    FILE_INPUT = 257 /* Py_file_input */,
    BUILTINS = 2,
    CALLS = 3,
    CLASSES = 2 /* in a turn of a loop */
};

/*
 * An empty function shows what lies inside of it; what calls cost in all, functions that do
 * something with arguments. The loop of code does what most Python does between calls: attributes,
 * items, comparisons and some arithmetic. No class is made for it, which only a garbage collection
 * would end. A method and a function, as half of the C functions that programs call are methods.
 */
static const char program[] = "def f(): pass\n"
                              "def empty(turns):\n"
                              "    for _ in turns: pass\n"
                              "def code(turns):\n"
                              "    a = ValueError(); a.b = 1; l = [1, 2, 3]; x = 1\n"
                              "    for _ in turns:\n"
                              "        y = a.b; a.b = y; z = l[1]\n"
                              "        x = x * 3 & 1023\n"
                              "        if y > z: y = z\n"
                              "def python(turns):\n"
                              "    for _ in turns: f()\n"
                              "def two(a, l, x=1):\n"
                              "    for _ in l:\n"
                              "        y = a.b; a.b = y; z = l[1]\n"
                              "        x = x * 3 & 1023\n"
                              "        if y > z: y = z\n"
                              "    return x\n"
                              "def one(a, l): return two(a, l) + two(a, l, 3)\n"
                              "def calls(turns):\n"
                              "    a = ValueError(); a.b = 1; l = [1, 2, 3]\n"
                              "    for _ in turns: one(a, l)\n"
                              "def builtin(turns):\n"
                              "    t = 'a'\n"
                              "    for _ in turns: g(t); t.isupper()\n"
                              "def classes(turns):\n"
                              "    t = 'a'\n"
                              "    for _ in turns: range(3); tuple(t)\n";
static const char *const names[LOOPS] = {
    [LOOP_EMPTY] = "empty", [LOOP_CODE] = "code",       [LOOP_PYTHON] = "python",
    [LOOP_CALLS] = "calls", [LOOP_BUILTIN] = "builtin", [LOOP_CLASS] = "classes"};

static const char *const called[] = {"f", "one", "two"};

static bool set_global(struct calibration *calibration, const char *name, PyObject *value)
{
    bool done = value && PyDict_SetItemString(calibration->globals, name, value) == 0;
    Py_XDECREF(value);
    return done;
}

static PyObject *many_nones(void)
{
    PyObject *turns = PyTuple_New(TURNS);
    for (Py_ssize_t i = 0; turns && i < TURNS; i++) {
        Py_IncRef(Py_None);
        PyTuple_SetItem(turns, i, Py_None);
    }
    return turns;
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

/* ---- rounds ---- */

static uint64_t run(const struct calibration *calibration, enum calibration_loop loop)
{
    PyObject *turns = PyDict_GetItemString(calibration->globals, "turns"); /* borrowed */
    uint64_t start = stream_now();
    PyObject *result =
        PyObject_CallFunctionObjArgs(calibration->functions[loop], turns, (PyObject *)NULL);
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

/* The program will find the machine neither at its best, nor with everything to be met first. */
static uint64_t chosen(uint64_t *values)
{
    sort(values);
    return values[CHOSEN];
}

/* All loops in each round: what disturbs the machine for a while meets them alike. */
void calibrate_begin(struct calibration *calibration)
{
    uint64_t took[LOOPS][ROUNDS];
    *calibration = (struct calibration){.globals = PyDict_New()};
    PyObject *globals = calibration->globals;
    PyObject *code = globals ? Py_CompileString(program, "<ncprof>", FILE_INPUT) : NULL;
    PyObject *builtins = PyEval_GetBuiltins(); /* borrowed */
    Py_XINCREF(builtins);
    bool made = code && set_global(calibration, "__builtins__", builtins) &&
                set_global(calibration, "turns", many_nones()) &&
                set_global(calibration, "g", PyCFunction_NewEx(&empty_builtin, NULL, NULL));
    PyObject *done = made ? PyEval_EvalCode(code, globals, globals) : NULL;
    Py_XDECREF(code);
    Py_XDECREF(done);
    for (enum calibration_loop loop = 0; done && loop < LOOPS; loop++)
        calibration->functions[loop] = PyDict_GetItemString(globals, names[loop]);
    for (int i = 0; done && i < ROUNDS; i++)
        for (enum calibration_loop loop = 0; loop < LOOPS; loop++)
            took[loop][i] = run(calibration, loop);
    for (enum calibration_loop loop = 0; loop < LOOPS; loop++)
        calibration->plain[loop] = done ? chosen(took[loop]) : UINT64_MAX;
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
static struct cost run_recorded(const struct calibration *calibration, enum calibration_loop loop,
                                char *events)
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

/* ---- what it says ---- */

static void reserve_function(PyObject *function)
{
    PyObject *code = function ? PyObject_GetAttrString(function, "__code__") : NULL;
    if (code)
        functions_reserve(code); /* which the function keeps */
    Py_XDECREF(code);
}

/* What the loops call gets numbers without being defined. */
static void reserve_functions(const struct calibration *calibration)
{
    PyObject *method = PyObject_GetAttrString((PyObject *)&PyUnicode_Type, "isupper");
    for (enum calibration_loop loop = 0; loop < LOOPS; loop++)
        reserve_function(calibration->functions[loop]);
    for (size_t i = 0; i < sizeof called / sizeof *called; i++)
        reserve_function(PyDict_GetItemString(calibration->globals, called[i]));
    functions_reserve(&empty_builtin);
    if (method && Py_TYPE(method) == &PyMethodDescr_Type)
        functions_reserve(((struct cpython_descriptor *)method)->definition);
    Py_XDECREF(method);
}

static uint64_t less(uint64_t from, uint64_t what)
{
    return from > what ? from - what : 0;
}

struct figures {
    struct cost recorded[LOOPS];
    uint64_t plain[LOOPS];
    uint64_t slowdown; /* FACTOR: none */
};

/*
 * How much slower code without calls has become, the loops' own turns taken off: by the profiler
 * where it slows all code, else by the machine, whose pace may have changed by half since. What is
 * near to nothing is taken as nothing.
 */
static uint64_t slowdown_of(const struct figures *figures, bool slows_code)
{
    uint64_t plain = less(figures->plain[LOOP_CODE], figures->plain[LOOP_EMPTY]);
    uint64_t recorded = less(figures->recorded[LOOP_CODE].all, figures->recorded[LOOP_EMPTY].all);
    if (plain == 0 || recorded == 0)
        return FACTOR;
    uint64_t factor = recorded * FACTOR / plain;
    if (slows_code && recorded > plain)
        define_slowdown(recorded, plain);
    else if (factor > FACTOR - FACTOR / 8 && factor < FACTOR + FACTOR / 8)
        return FACTOR;
    return factor;
}

/* All of what recording takes: where Python is slower so are unrecorded calls, which is no cost. */
static uint64_t all_of(const struct figures *figures, enum calibration_loop loop)
{
    uint64_t plain = less(figures->plain[loop], figures->plain[LOOP_EMPTY]);
    uint64_t recorded = less(figures->recorded[loop].all, figures->recorded[LOOP_EMPTY].all);
    return less(recorded, plain * figures->slowdown / FACTOR);
}

/* Half of what an unrecorded call takes is the function's own: the other half lies before and after
 * it. */
static uint64_t inside_of(const struct figures *figures, enum calibration_loop loop)
{
    uint64_t plain = less(figures->plain[loop], figures->plain[LOOP_EMPTY]);
    uint64_t own = loop == LOOP_PYTHON ? plain * figures->slowdown / FACTOR : plain;
    return less(figures->recorded[loop].inside, own / 2);
}

static void define(enum channel_hook hook, uint64_t inside, uint64_t all, unsigned calls)
{
    if (inside > all)
        inside = all;
    define_cost(hook, inside, all - inside, calls);
}

static void define_costs(const struct figures *figures)
{
    uint64_t inside = inside_of(figures, LOOP_PYTHON) * CALLS;
    /* Calls of an empty function cost less than others: but so much at least. */
    uint64_t all = all_of(figures, LOOP_CALLS), least = all_of(figures, LOOP_PYTHON) * CALLS;
    define(CHANNEL_HOOK_PYTHON, inside, all > least ? all : least, TURNS * CALLS);
    if (figures->recorded[LOOP_BUILTIN].inside > 0)
        define(CHANNEL_HOOK_BUILTIN, inside_of(figures, LOOP_BUILTIN),
               all_of(figures, LOOP_BUILTIN), TURNS * BUILTINS);
    if (class_calls_any())
        define_cost(CHANNEL_HOOK_CLASS, 0, all_of(figures, LOOP_CLASS), TURNS * CLASSES);
}

static bool measure(const struct calibration *calibration, struct figures *figures, char *events)
{
    uint64_t all[LOOPS][ROUNDS], inside[LOOPS][ROUNDS];
    for (int i = 0; i < ROUNDS; i++)
        for (enum calibration_loop loop = 0; loop < LOOPS; loop++) {
            struct cost cost = run_recorded(calibration, loop, events);
            all[loop][i] = cost.all;
            inside[loop][i] = cost.inside;
        }
    for (enum calibration_loop loop = 0; loop < LOOPS; loop++) {
        figures->recorded[loop] = (struct cost){chosen(all[loop]), chosen(inside[loop])};
        figures->plain[loop] = calibration->plain[loop];
        if (figures->plain[loop] == UINT64_MAX || figures->recorded[loop].all == UINT64_MAX)
            return false;
    }
    return true;
}

void calibrate_end(struct calibration *calibration, bool slows_code)
{
    struct figures figures = {.slowdown = FACTOR};
    char *events = calibration->functions[0] ? malloc(BYTES) : NULL;
    if (events) {
        reserve_functions(calibration);
        bool measured = measure(calibration, &figures, events);
        functions_forget();
        if (measured)
            figures.slowdown = slowdown_of(&figures, slows_code);
        if (measured)
            define_costs(&figures);
        class_calls_forget();
    }
    free(events);
    if (calibration->globals)
        PyDict_Clear(calibration->globals); /* which its functions hold */
    Py_XDECREF(calibration->globals);
    PyErr_Clear();
}
