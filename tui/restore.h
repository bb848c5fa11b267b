/*
 * Putting the terminal back when the program ends without being asked: by a
 * crash, by memory exhaustion, or by a signal. Uses no curses: only what may be
 * done in a signal handler.
 */
#ifndef NCPROF_TUI_RESTORE_H
#define NCPROF_TUI_RESTORE_H

#include <stdbool.h>

/*
 * From now on the terminal at `fd` is put back by writing `sequence` and by its
 * modes of this moment, before a crash's signal takes its course.
 */
void restore_arm(int fd, const char *sequence);
/* The terminal has been put back in the ordinary way. */
void restore_disarm(void);

/* Signals that end or stop the program arrive in a pipe; its reading end, or -1. */
int restore_catch_signals(void);
void restore_release_signals(void);
/* The next signal that has arrived; 0: none. */
int restore_next_signal(void);
/* Ends the program by `signal`, as if it had not been caught. */
void restore_raise(int signal);

/* Stops the program as ^Z does, where there is somebody to continue it; returns then. */
void restore_stop(void);

#endif
