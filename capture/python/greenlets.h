/*
 * Greenlets (the module greenlet 1.0 and later, which gevent and eventlet stand
 * on): each has a call stack of its own, and so a stream of events of its own.
 * greenlet's trace function says when a thread goes from one to another.
 */
#ifndef NCPROF_CAPTURE_PYTHON_GREENLETS_H
#define NCPROF_CAPTURE_PYTHON_GREENLETS_H

#include "capture/python/threads.h"

/* Python code was met for the first time: greenlet's own is the sign to look after this thread. */
void greenlets_met(const char *module, const char *name);
/* A thread begins: it has a trace function of its own. */
void greenlets_begin(void);
/* In a forked child. */
void greenlets_forked(struct thread *thread);
/* A thread ends; without the interpreter. */
void greenlets_close(struct thread *thread);

#endif
