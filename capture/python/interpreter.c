#include "capture/python/interpreter.h"

/* 3.8 has no functions for it. The place is the same in all its releases (pycore_pystate.h). */
#define EVALUATOR_3_8 568

#pragma GCC visibility push(default)
extern __attribute__((weak)) void *PyInterpreterState_Get_(void) __asm__("PyInterpreterState_Get");
extern __attribute__((weak)) void *_PyInterpreterState_Get(void);
extern __attribute__((weak)) PyObject *_PyEval_EvalFrameDefault(void *first, void *second,
                                                                int third);
extern __attribute__((weak)) interpreter_evaluator
_PyInterpreterState_GetEvalFrameFunc(void *interpreter);
extern __attribute__((weak)) void
_PyInterpreterState_SetEvalFrameFunc(void *interpreter, interpreter_evaluator evaluator);
#pragma GCC visibility pop

static char *place_3_8(void)
{
    char *interpreter = _PyInterpreterState_Get ? _PyInterpreterState_Get() : NULL;
    return interpreter ? interpreter + EVALUATOR_3_8 : NULL;
}

/* Only the interpreter's own function is taken for one: what lies there could be anything. */
static interpreter_evaluator get_3_8(void)
{
    static char *known;
    interpreter_evaluator evaluator = NULL;
    char *place = place_3_8();
    if (place)
        memcpy(&evaluator, place, sizeof evaluator);
    if (place == known && place)
        return evaluator;
    if (!evaluator || evaluator != _PyEval_EvalFrameDefault)
        return NULL;
    known = place;
    return evaluator;
}

interpreter_evaluator interpreter_get_evaluator(void)
{
    if (cpython_version < PYTHON_3_9)
        return get_3_8();
    if (cpython_version >= PYTHON_3_12 || !PyInterpreterState_Get_ ||
        !_PyInterpreterState_GetEvalFrameFunc || !_PyInterpreterState_SetEvalFrameFunc)
        return NULL;
    return _PyInterpreterState_GetEvalFrameFunc(PyInterpreterState_Get_());
}

void interpreter_set_evaluator(interpreter_evaluator evaluator)
{
    if (cpython_version >= PYTHON_3_9)
        _PyInterpreterState_SetEvalFrameFunc(PyInterpreterState_Get_(), evaluator);
    else
        memcpy(place_3_8(), &evaluator, sizeof evaluator);
}
