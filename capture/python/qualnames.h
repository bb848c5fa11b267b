/*
 * Qualified names for CPython 3.8 to 3.10, whose code objects do not know them.
 *
 * A code object that makes functions has their code and qualified names among
 * its constants and names which belong together in its bytecode (LOAD_CONST
 * code, LOAD_CONST name, MAKE_FUNCTION); a class body sets its own __qualname__.
 * So a module's code, met when the module begins, names everything in it.
 * For modules imported before the recording began, their functions and classes
 * are looked through. What is found neither way keeps its plain name.
 */
#ifndef NCPROF_CAPTURE_PYTHON_QUALNAMES_H
#define NCPROF_CAPTURE_PYTHON_QUALNAMES_H

#include "capture/python/cpython.h"

/* A new reference, or NULL. `globals` are the namespace of the module it is of; may be NULL. */
PyObject *qualnames_of(PyObject *code, PyObject *globals);

#endif
