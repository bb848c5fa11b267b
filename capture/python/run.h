/*
 * Runs a program in a Python that is already running another one (ncprof_run.py),
 * by the means and in the manner of the interpreter's own main().
 */
#ifndef NCPROF_CAPTURE_PYTHON_RUN_H
#define NCPROF_CAPTURE_PYTHON_RUN_H

#include "capture/python/cpython.h"

/*
 * Runs what sys.argv[1:] says (ncprof_run.py's head). `folder`, where the running
 * script lies, is replaced by the program's own in sys.path. Returns the exit status; an
 * uncaught exception has then been printed. After a KeyboardInterrupt it is 0 and the interpreter
 * will die of SIGINT. Does not return when the program calls sys.exit(). -1 with an error set: it
 * could not be begun.
 */
int run_program(PyObject *folder);

#endif
