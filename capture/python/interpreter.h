/*
 * The function by which an interpreter evaluates frames (PEP 523), CPython 3.8 to
 * 3.11. It is the interpreter's, so it sees the frames of all threads.
 */
#ifndef NCPROF_CAPTURE_PYTHON_INTERPRETER_H
#define NCPROF_CAPTURE_PYTHON_INTERPRETER_H

#include "capture/python/cpython.h"

/* (thread state, frame, throwing); in 3.8 (frame, throwing), and nothing third. */
typedef PyObject *(*interpreter_evaluator)(void *first, void *second, int third);

/* NULL: it cannot be known. */
interpreter_evaluator interpreter_get_evaluator(void);
/* After interpreter_get_evaluator() has known one. */
void interpreter_set_evaluator(interpreter_evaluator evaluator);

#endif
