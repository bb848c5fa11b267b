/*
 * More stack for deep recursion: a frame whose evaluation is hooked takes memory
 * of the machine's stack, which one evaluated by CPython 3.11 itself does not.
 * Where the thread's stack is half used up, evaluation goes on in a segment of
 * its own, and so on. x86-64 and AArch64; elsewhere all stays on the thread's stack.
 */
#ifndef NCPROF_CAPTURE_PYTHON_SEGMENTS_H
#define NCPROF_CAPTURE_PYTHON_SEGMENTS_H

#include "capture/python/interpreter.h"

/* Below this the calling thread's stack is half used up; NULL: it is not known. */
char *segments_limit(void);

/*
 * Calls evaluator(first, second, third) in another segment; *limit is that segment's
 * meanwhile. *spare keeps one for the next time. Without memory, on the same stack.
 */
PyObject *segments_call(interpreter_evaluator evaluator, void *first, void *second, int third,
                        char **limit, void **spare);
void segments_free(void *spare);

#endif
