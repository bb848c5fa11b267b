/*
 * The terminal: the only part that knows curses. Shows a canvas, tells events.
 *
 * While one is open, the signals that end or stop a program are caught: the
 * terminal is always put back first. Only one can be open at a time.
 */
#ifndef NCPROF_TUI_TERMINAL_H
#define NCPROF_TUI_TERMINAL_H

#include "formats/profile/error.h"
#include "tui/keys.h"
#include "tui/theme.h"
#include "tui/widgets/canvas.h"

#include <stdbool.h>

struct terminal;

/* ERROR_USAGE: no terminal, TERM unset or unknown, or one whose cursor cannot be placed. */
int terminal_open(struct terminal **out, bool color, struct error *err);
void terminal_close(struct terminal *terminal); /* NULL is allowed */

void terminal_size(const struct terminal *terminal, int *rows, int *columns);
/* Shows what has changed since the last time. */
void terminal_show(struct terminal *terminal, const struct canvas *canvas);
/* Shows all of it anew next time: something else has written to the terminal. */
void terminal_refresh(struct terminal *terminal);

/*
 * Sleeps until something happens, or `timeout_ms` pass (-1: for ever; then
 * EVENT_NONE). `wake` is a file descriptor to look at too, or -1: EVENT_LOADED.
 */
struct event terminal_wait(struct terminal *terminal, int wake, int timeout_ms);

/* "ncurses 6.4.20221231", for --version. */
const char *terminal_library(void);

#endif
