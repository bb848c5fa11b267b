/*
 * New threads of CPython 3.8 to 3.11, whose profiling function is each thread's
 * own: one that is started, by whatever module, gets it before its first frame.
 * The evaluation of frames is hooked for that (PEP 523), from the start of a
 * thread to its first frame only.
 */
#ifndef NCPROF_CAPTURE_PYTHON_NEWBORN_H
#define NCPROF_CAPTURE_PYTHON_NEWBORN_H

#include "capture/python/cpython.h"

/* `begin` is called in every new thread. False: new threads cannot be noticed. */
bool newborn_open(void (*begin)(void));
/* In a forked child: threads that were about to begin are not there. */
void newborn_forked(void);

#endif
