/*
 * What functions are called. Python functions by their qualified name; C
 * functions in cProfile's words ("<built-in method builtins.len>", "<method
 * 'append' of 'list' objects>"), but without the addresses that it prints for
 * some and that differ from run to run.
 */
#ifndef NCPROF_CAPTURE_PYTHON_NAMES_H
#define NCPROF_CAPTURE_PYTHON_NAMES_H

#include "capture/python/cpython.h"

struct names {
    const char *name, *module, *file; /* UTF-8, lone surrogates escaped; never NULL */
    uint32_t line;
    PyObject *owners[3]; /* of the strings; may be NULL */
};

/* Both clear the error indicator. `globals` are those of the function's frame; NULL: it is the
 * current one. */
void names_of_code(struct names *names, PyObject *code, PyObject *globals);
void names_of_builtin(struct names *names, const PyMethodDef *definition, PyObject *callable);
void names_free(struct names *names);

/* A str in UTF-8, or "". *owner then holds what the text belongs to. */
const char *names_text(PyObject *unicode, PyObject **owner);

#endif
