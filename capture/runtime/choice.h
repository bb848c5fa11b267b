/*
 * Whether a function that is being entered is recorded: not while the recording is stopped, not
 * when it was left out by its name, not deeper than the limit.
 *
 * A choice of names makes every entry take the long way, through rare.c: the hot path asks nothing.
 * What is not recorded has a silent frame with -finstrument-functions, whose exit hook comes all
 * the same, and none with -pg, whose return addresses are then left alone.
 */
#ifndef NCPROF_CAPTURE_RUNTIME_CHOICE_H
#define NCPROF_CAPTURE_RUNTIME_CHOICE_H

#include "capture/runtime/thread.h"

#pragma GCC visibility push(hidden)

enum choice {
    CHOICE_RECORD,
    CHOICE_SKIP,
    CHOICE_ASK /* nobody knows yet: choice_learn() outside, then again */
};

/* What the user chose; `on` when there is anything. */
struct choice_rules {
    bool on, names;
    uint32_t depth; /* UINT32_MAX: no limit */
    char *answers;  /* of the recorder to questions about names; set with `names` */
    uint64_t answers_size;
};
extern struct choice_rules choice_rules;

/* After target_attach(). */
void choice_open(void);

/* The frames that are over must have been closed, or the answer may be that of a function inside
 * them. For hooks, as the next one. */
enum choice choice_of_entry(struct thread *thread, uintptr_t function);
/* Whether it is certain, whatever is open, that it is not recorded. */
bool choice_is_never(struct thread *thread, uintptr_t function);
/* In a signal handler that interrupted a hook: nothing is changed, and nobody is asked. */
bool choice_is_nested_skip(const struct thread *thread, uintptr_t function);
/* Waits for what the recorder says about the function's module; outside only. */
void choice_learn(struct thread *thread, uintptr_t function);

#pragma GCC visibility pop

#endif
