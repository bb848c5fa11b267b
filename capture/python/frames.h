/* A frame that is about to be evaluated, as the evaluator of CPython 3.8 to 3.11 gets it. */
#ifndef NCPROF_CAPTURE_PYTHON_FRAMES_H
#define NCPROF_CAPTURE_PYTHON_FRAMES_H

#include "capture/python/cpython.h"

/*
 *                  3.8 to 3.10    3.11
 *   function                      0; its code at 48
 *   code           32             32
 *   globals        48             8
 *   owner                         69, a byte; 0: the thread, not a generator
 *   code's flags                  48, an int
 */
enum frames_layout { FRAMES_3_8, FRAMES_3_9, FRAMES_3_11 };

#define FRAMES_INLINE static inline __attribute__((always_inline))

FRAMES_INLINE PyObject *frames_object(const char *frame, size_t offset)
{
    PyObject *object;
    memcpy(&object, frame + offset, sizeof object);
    return object;
}

FRAMES_INLINE PyObject *frames_code(const char *frame)
{
    return frames_object(frame, 32);
}

FRAMES_INLINE PyObject *frames_globals(enum frames_layout layout, const char *frame)
{
    return frames_object(frame, layout == FRAMES_3_11 ? 8 : 48);
}

/* CO_GENERATOR, CO_COROUTINE, CO_ASYNC_GENERATOR */
#define FRAMES_SUSPENDING 0x2a0

FRAMES_INLINE int frames_flags(const PyObject *code)
{
    int flags;
    memcpy(&flags, (const char *)code + 48, sizeof flags);
    return flags;
}

/* 3.11 evaluates the call of a generator function, too, up to where it makes the generator: no
 * line of the function has run then, and no profiler counts it. */
FRAMES_INLINE bool frames_make_generator(enum frames_layout layout, const char *frame,
                                         const PyObject *code)
{
    return layout == FRAMES_3_11 && __builtin_expect(frames_flags(code) & FRAMES_SUSPENDING, 0) &&
           frame[69] == 0;
}

/* Whether all of the above is so, seen from a program of a few lines; its error is cleared. */
bool frames_check(void);

#endif
