/*
 * Who a process is and how it ends: what the tree of processes in a trace is made of.
 *
 * A process is told by its pid and its image, a number that exec changes and fork does not. Between
 * it and the one of the trace that started it there may be others that are not recorded (a shell):
 * it says who they were, as /proc knows them at its start.
 */
#ifndef NCPROF_CAPTURE_CHANNEL_LINEAGE_H
#define NCPROF_CAPTURE_CHANNEL_LINEAGE_H

#pragma GCC visibility push(hidden)

/* Words of a command line stand with this between them. */
#define LINEAGE_SEPARATOR '\x1f'

/* Has exit() say the status. Once a program. */
void lineage_begin(void);

#pragma GCC visibility pop

/*
 * The native recorder's, which _exit() leads through; NULL when it is not there. `told` is called
 * with the status, in the process that ends or in a child of vfork().
 */
extern __attribute__((weak, visibility("default"))) void
ncprof_recorder_on_exit(void (*told)(int status));
/* Likewise exec(): with the program, and with NULL when it has failed. */
extern __attribute__((weak, visibility("default"))) void
ncprof_recorder_on_exec(void (*told)(const char *program));

#endif
