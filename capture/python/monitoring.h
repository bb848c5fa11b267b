/*
 * Events of CPython 3.12 and later: callbacks of sys.monitoring, for all threads
 * of the interpreter. Enters and leaves are taken from the same events, by the
 * same rules, as cProfile takes them.
 */
#ifndef NCPROF_CAPTURE_PYTHON_MONITORING_H
#define NCPROF_CAPTURE_PYTHON_MONITORING_H

#include "capture/python/cpython.h"

/* False: it could not be; `why` then says what is in the way. `python_only`: no C functions. */
bool monitoring_open(bool python_only, char *why, size_t size);

#endif
