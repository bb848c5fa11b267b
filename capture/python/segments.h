/*
 * More stack for deep recursion: a frame whose evaluation is hooked takes memory
 * of the machine's stack, which one evaluated by CPython 3.11 itself does not.
 * Where the thread's stack is half used up, evaluation goes on in a segment of
 * its own, and so on. x86-64 and AArch64; elsewhere all stays on the thread's stack.
 */
#ifndef NCPROF_CAPTURE_PYTHON_SEGMENTS_H
#define NCPROF_CAPTURE_PYTHON_SEGMENTS_H

#include "capture/python/interpreter.h"

struct segments {
    char *limit; /* below it evaluation goes on in another segment; NULL: never */
    void *spare; /* one for the next time */
    /* What is on the stacks is copied away and back by others (greenlets): none is entered, and
     * those that were stay as they are. */
    bool fixed;
};

/* Below this the calling thread's stack is half used up; NULL: it is not known. */
char *segments_limit(void);

/*
 * Calls evaluator(first, second, third) in another segment, below the stack that it is called on;
 * segments->limit is that segment's meanwhile. Without memory, on the same stack.
 */
PyObject *segments_call(interpreter_evaluator evaluator, void *first, void *second, int third,
                        struct segments *segments);
void segments_free(void *spare);

#endif
