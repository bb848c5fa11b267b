/*
 * What recording one call of a Python function costs, and one of a C function, being told of one of
 * a class (class_calls.h), and how much slower Python code runs between calls: the same loops of
 * some hundred rounds before and after the recorder has begun; some 3 ms.
 */
#ifndef NCPROF_CAPTURE_PYTHON_CALIBRATE_H
#define NCPROF_CAPTURE_PYTHON_CALIBRATE_H

#include "capture/python/cpython.h"

enum calibration_loop {
    LOOP_EMPTY,
    LOOP_CODE,
    LOOP_PYTHON,
    LOOP_CALLS,
    LOOP_BUILTIN,
    LOOP_CLASS,
    LOOPS
};

struct calibration {
    PyObject *globals;          /* of the loops; NULL: there was no making them */
    PyObject *functions[LOOPS]; /* borrowed */
    uint64_t plain[LOOPS];      /* ticks that they took */
};

/* Before the recorder's hooks are in place, in the thread that puts them there. */
void calibrate_begin(struct calibration *calibration);
/* After: defines what was measured. Nothing of the loops is recorded. */
void calibrate_end(struct calibration *calibration, bool slows_code);

#endif
