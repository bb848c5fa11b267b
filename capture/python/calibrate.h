/*
 * What recording one call of a Python function costs, and one of a C function, measured by loops of
 * a few hundred empty ones before and after the recorder has begun; about 1 ms.
 */
#ifndef NCPROF_CAPTURE_PYTHON_CALIBRATE_H
#define NCPROF_CAPTURE_PYTHON_CALIBRATE_H

#include "capture/python/cpython.h"

struct calibration {
    PyObject *globals; /* of the loops */
    struct calibration_loop {
        PyObject *code; /* NULL: there was no making it */
        uint64_t plain; /* ticks that it took */
    } python, builtin;
};

/* Before the recorder's hooks are in place, in the thread that puts them there. */
void calibrate_begin(struct calibration *calibration);
/* After: defines the cost. Nothing of the loop is recorded. */
void calibrate_end(struct calibration *calibration);

#endif
