/*
 * Events of CPython 3.8 to 3.11: a callback of the interpreter's profiling hook,
 * which is a thread's own. New threads get it through threading's profile hook,
 * which is set when the program first starts a thread: nothing is imported that
 * the program does not import.
 */
#ifndef NCPROF_CAPTURE_PYTHON_SETPROFILE_H
#define NCPROF_CAPTURE_PYTHON_SETPROFILE_H

#include "capture/python/cpython.h"

/* Puts the callback on the calling thread. `python_only`: it takes no C functions. */
bool setprofile_open(bool python_only);
/* A function was met for the first time: some of them matter to the hook. */
void setprofile_met(const char *module, const char *name);

#endif
