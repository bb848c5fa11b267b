/*
 * A profile by task: what runs in coroutines is taken out of the event loop that
 * runs them, and stands in threads of its own, one for each coroutine function
 * that something else than a coroutine has resumed:
 *
 *     MainThread: main > run > Handle._run > fetch > read      MainThread: main > run > Handle._run
 *                                          > serve > read      task fetch: fetch > read
 *                                                              task serve: serve > read
 *
 * A hundred thousand tasks of one function are one such thread a process. Nothing
 * is counted twice: the event loop keeps what is its own.
 */
#ifndef NCPROF_TUI_ANALYSIS_TASKS_H
#define NCPROF_TUI_ANALYSIS_TASKS_H

#include "formats/profile/profile.h"

/* Puts another profile in the place of *profile and frees that. Fails, and leaves it, when it holds
 * no tree or no coroutines. */
int tasks_split(struct profile **profile, struct error *err);

#endif
