/*
 * Events of CPython 3.8 to 3.11: a callback of the interpreter's profiling hook,
 * which is a thread's own; new threads get it as newborn.h says.
 */
#ifndef NCPROF_CAPTURE_PYTHON_SETPROFILE_H
#define NCPROF_CAPTURE_PYTHON_SETPROFILE_H

#include "capture/python/cpython.h"

/* Puts the callback on the calling thread. `python_only`: it takes no C functions. */
void setprofile_open(bool python_only);
/* Whether the interpreter runs all Python code slower because of it: CPython 3.10 and 3.11. */
bool setprofile_slows_code(void);
/* A C function was met for the first time: some of them end the recording. */
void setprofile_met(PyMethodDef *definition, const char *name);

#endif
