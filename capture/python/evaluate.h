/*
 * Python functions only, CPython 3.8 to 3.11: the interpreter's evaluation of
 * frames is hooked (PEP 523). That leaves its bytecode as fast as it is, while a
 * profiling function makes all calls slower, and it is seen by no other profiler.
 */
#ifndef NCPROF_CAPTURE_PYTHON_EVALUATE_H
#define NCPROF_CAPTURE_PYTHON_EVALUATE_H

#include "capture/python/cpython.h"

/* False: frames are not what they should be here, which a program of three lines has shown. */
bool evaluate_open(void);
bool evaluate_is_open(void);
/* Another greenlet goes on: calls that were left out for the depth of its own stack are over. */
void evaluate_resume(void);
/* Recording ends: notes it when another tool has put its own function there. */
void evaluate_close(void);

#endif
