/*
 * Whether a call is recorded: by the function's names, how deep it is, and whether the recording is
 * stopped.
 *
 * A function that is excluded by name is so for good: its enters and leaves are both told by
 * its choice (functions.h) and nothing is kept of them. What is not recorded for another reason
 * is counted, so that its leave is known: in runs, each of so many frames that lie one on another
 * above so many recorded ones.
 */
#ifndef NCPROF_CAPTURE_PYTHON_CHOICE_H
#define NCPROF_CAPTURE_PYTHON_CHOICE_H

#include "capture/channel/control.h"
#include "capture/channel/patterns.h"

struct thread;

struct choice_rules {
    bool on;                   /* names or a depth: every event is looked at */
    struct patterns *patterns; /* NULL: names do not matter */
    uint32_t depth;            /* UINT32_MAX: no limit */
};
extern struct choice_rules choice_rules;

struct choice_run {
    uint32_t depth; /* frames recorded below */
    uint32_t count; /* frames that are not */
};
struct choice_skips {
    struct choice_run *runs;
    uint32_t count, room;
};

/* By the session's header. */
void choice_open(void);

static inline bool choice_is_stopped(void)
{
    return atomic_load_explicit(&recording_control.stopped, memory_order_relaxed);
}

/* Of a function's choice, a set of enum channel_choice, and its key: whether it is excluded for
 * good. The program's own frame is not, or its end would not be seen. */
bool choice_is_excluded(const struct thread *thread, const void *key, uint32_t names);
/* Whether an enter is to be recorded; if not, its leave will be known. */
bool choice_of_enter(struct thread *thread, const void *key, uint32_t names);
/* Whether a leave is one of those that are not recorded. */
bool choice_of_leave(struct thread *thread, const void *key);

/* Frames counted in all. */
uint32_t choice_skipped(const struct choice_skips *skips);
/* In a child of fork(): the frames are its parent's. */
void choice_forked(struct thread *thread);
void choice_free(struct choice_skips *skips);

#endif
