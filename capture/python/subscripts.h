/*
 * CPython 3.11, some releases (3.11.2 is one): a subscription that the interpreter
 * has adapted to its object calls a __getitem__ written in Python without asking
 * the evaluator of frames. It does not adapt to a function whose version needs
 * more than 16 bits, so such functions are given one as they are made: by class
 * statements. Those that come about otherwise (by type(), by assignment) are
 * missed where the interpreter adapts to them.
 */
#ifndef NCPROF_CAPTURE_PYTHON_SUBSCRIPTS_H
#define NCPROF_CAPTURE_PYTHON_SUBSCRIPTS_H

#include "capture/python/cpython.h"

/* Looks after the classes of the modules that there are, and of all to come. */
void subscripts_open(void);

#endif
