/*
 * Children of the module multiprocessing: the thread that such a process begins with
 * gets the process' name ("SpawnPoolWorker-1"), once that is known.
 */
#ifndef NCPROF_CAPTURE_PYTHON_PROCESSES_H
#define NCPROF_CAPTURE_PYTHON_PROCESSES_H

#include <stdbool.h>

enum { PROCESSES_BEGIN_WITH = 2 }; /* so many Python functions there are, */
/* one of which is called in each child when its name is known, and before its own work begins. */
bool processes_begin_with(const char *module, const char *name);
/* It is being called. Keeps the error indicator. */
void processes_begin(void);

#endif
