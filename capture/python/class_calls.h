/*
 * Calls of classes and of other callables that are neither Python nor C functions: sys.monitoring
 * tells of them, no profiler lists them, and being told of them costs their callers time. They are
 * counted by the function that calls and told to the channel in portions; with the GIL held.
 */
#ifndef NCPROF_CAPTURE_PYTHON_CLASS_CALLS_H
#define NCPROF_CAPTURE_PYTHON_CLASS_CALLS_H

#include <stdbool.h>
#include <stdint.h>

/* By the calling function's number. */
void class_calls_add(uint32_t function);
/* Whether there are any that were not told. */
bool class_calls_any(void);
/* Tells what has not been told. */
void class_calls_flush(void);
/* What has not been told is another's, or not the program's. */
void class_calls_forget(void);

#endif
