/* What a run of the plan starts: its command, what comes before it, its environment. */
#ifndef NCPROF_CAPTURE_PLAN_COMMAND_H
#define NCPROF_CAPTURE_PLAN_COMMAND_H

#include "capture/plan/plan.h"

/*
 * The words of the run's "command" (its own, else the plan's) or of its "prepare", placeholders
 * replaced; `output` is what {output} stands for. A text is run as /bin/sh -c TEXT. *words is NULL
 * when there is none; the caller frees it with words_free(). ERROR_FORMAT with the run's id.
 */
int plan_expand_command(const struct plan *plan, const struct plan_run *run, const char *output,
                        char ***words, struct error *err);
int plan_expand_prepare(const struct plan *plan, const struct plan_run *run, const char *output,
                        char ***words, struct error *err);

/* The invariants of the run: NAME=VALUE each, a run's own after the plan's that it replaces. */
char **plan_environment(const struct plan *plan, const struct plan_run *run);

#endif
