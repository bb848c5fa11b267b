#include "capture/python/frames.h"

#include "capture/python/interpreter.h"

enum { FILE_INPUT = 257 }; /* Py_file_input */

/* The frames of a program that makes a generator, resumes it twice, and what is to be seen. */
static const char program[] = "def f():\n    yield\nfor x in f(): pass\n";
static struct {
    interpreter_evaluator next;
    PyObject *module, *generator, *globals; /* code objects; borrowed */
    char seen[8];                           /* m module, c creation, g generator, ? none of them */
    size_t count;
} test;

static enum frames_layout layout(void)
{
    if (cpython_version >= PYTHON_3_11)
        return FRAMES_3_11;
    return cpython_version >= PYTHON_3_9 ? FRAMES_3_9 : FRAMES_3_8;
}

static char look(const char *frame)
{
    PyObject *code = frames_code(frame);
    if (frames_globals(layout(), frame) != test.globals)
        return '?';
    if (code == test.module)
        return 'm';
    if (code != test.generator ||
        (layout() == FRAMES_3_11 && frames_object((char *)frames_object(frame, 0), 48) != code))
        return '?';
    return frames_make_generator(layout(), frame, code) ? 'c' : 'g';
}

static PyObject *see(void *first, void *second, int third)
{
    char *frame = layout() == FRAMES_3_8 ? first : second;
    if (test.count < sizeof test.seen - 1)
        test.seen[test.count++] = look(frame);
    return test.next(first, second, third);
}

/* The first constant of the program's code is the function's. */
static PyObject *first_constant(PyObject *code)
{
    PyObject *constants = PyObject_GetAttrString(code, "co_consts");
    bool usable = constants && PyTuple_Check(constants) && PyTuple_Size(constants) > 0;
    PyObject *constant = usable ? PyTuple_GetItem(constants, 0) : NULL; /* borrowed */
    Py_XDECREF(constants);                                              /* the code keeps it */
    return constant && Py_TYPE(constant) == Py_TYPE(code) ? constant : NULL;
}

static void run(PyObject *code, PyObject *globals)
{
    test.next = interpreter_get_evaluator();
    test.module = code;
    test.generator = first_constant(code);
    test.globals = globals;
    test.count = 0;
    memset(test.seen, 0, sizeof test.seen);
    if (!test.next || !test.generator)
        return;
    interpreter_set_evaluator(see);
    PyObject *result = PyEval_EvalCode(code, globals, globals);
    interpreter_set_evaluator(test.next);
    Py_XDECREF(result);
}

bool frames_check(void)
{
    PyObject *code = Py_CompileString(program, "<ncprof>", FILE_INPUT);
    PyObject *globals = code ? PyDict_New() : NULL;
    if (globals)
        run(code, globals);
    Py_XDECREF(globals);
    Py_XDECREF(code);
    PyErr_Clear();
    return strcmp(test.seen, layout() == FRAMES_3_11 ? "mcgg" : "mgg") == 0;
}
