#include "capture/python/evaluate.h"

#include "capture/channel/target.h"
#include "capture/python/frames.h"
#include "capture/python/interpreter.h"
#include "capture/python/subscripts.h"
#include "capture/python/threads.h"

static interpreter_evaluator next; /* what was there before */
static interpreter_evaluator hook;
static bool unseen; /* the hook is out for the depth of a stack */

/* Without the hook a call takes none of the machine's stack. */
static PyObject *evaluate_unseen(void *first, void *second, int third)
{
    static bool told;
    if (!told)
        define_note("the program calls deeply and has greenlets: what was called deeper than half "
                    "of the machine's stack is not recorded");
    told = true;
    if (interpreter_get_evaluator() == hook) {
        interpreter_set_evaluator(next);
        unseen = true;
    }
    PyObject *result = next(first, second, third);
    evaluate_resume();
    return result;
}

/* The stack is half used up. */
static PyObject *deepen(struct thread *thread, void *first, void *second, int third)
{
    return thread->stack.fixed ? evaluate_unseen(first, second, third)
                               : segments_call(hook, first, second, third, &thread->stack);
}

FRAMES_INLINE PyObject *evaluate(enum frames_layout layout, void *first, void *second, int third)
{
    struct thread *thread = threads_this();
    char *frame = layout == FRAMES_3_8 ? first : second;
    PyObject *code = frames_code(frame);

    if (!thread || frames_make_generator(layout, frame, code))
        return next(first, second, third);
    if (__builtin_expect((char *)__builtin_frame_address(0) < thread->stack.limit, 0))
        return deepen(thread, first, second, third);
    threads_enter_code(thread, code, frames_globals(layout, frame));
    PyObject *result = next(first, second, third);
    threads_leave(thread, code);
    return result;
}

static PyObject *evaluate_3_8(void *first, void *second, int third)
{
    return evaluate(FRAMES_3_8, first, second, third);
}

static PyObject *evaluate_3_9(void *first, void *second, int third)
{
    return evaluate(FRAMES_3_9, first, second, third);
}

static PyObject *evaluate_3_11(void *first, void *second, int third)
{
    return evaluate(FRAMES_3_11, first, second, third);
}

bool evaluate_open(void)
{
    if (!frames_check())
        return false;
    next = interpreter_get_evaluator();
    if (cpython_version >= PYTHON_3_11)
        hook = evaluate_3_11;
    else
        hook = cpython_version >= PYTHON_3_9 ? evaluate_3_9 : evaluate_3_8;
    if (cpython_version >= PYTHON_3_11)
        subscripts_open();
    threads_current->stack.limit = segments_limit();
    interpreter_set_evaluator(hook);
    return true;
}

bool evaluate_is_open(void)
{
    return hook != NULL;
}

void evaluate_resume(void)
{
    if (unseen && interpreter_get_evaluator() == next)
        interpreter_set_evaluator(hook);
    unseen = false;
}

void evaluate_close(void)
{
    if (hook && interpreter_get_evaluator() != hook)
        define_note("the program has another tool evaluate Python's frames (PEP 523): what it kept "
                    "from the recorder is not recorded");
}
