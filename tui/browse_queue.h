/* The browser on a plan: its runs, and around each other's results the browser of profiles. */
#ifndef NCPROF_TUI_BROWSE_QUEUE_H
#define NCPROF_TUI_BROWSE_QUEUE_H

#include "tui/browse.h"

#include <stdbool.h>

struct app;
struct terminal;

/* As browse_run(), of a plan. */
int browse_queue(const char *path, const struct browse_options *options, bool color,
                 struct error *err);

/* ---- browse.c: the browser of profiles within it ---- */

/* Presses *keys until they end or the user has left; *keys is what is left of them. */
int browse_script(struct app *app, const char **keys, struct error *err);
/* The signal that ended it; 0: the user has left. -1 when `keys` (may be NULL) are wrong. */
int browse_in_terminal(struct app *app, struct terminal *terminal, const char *keys,
                       struct error *err);

#endif
