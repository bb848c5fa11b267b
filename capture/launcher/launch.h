/*
 * Starting the target: its environment, its start, signals to it, its end.
 *
 * It stays in ncprof's process group, so the terminal and its signals are its own. Signals that
 * are sent to ncprof alone are passed on.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_LAUNCH_H
#define NCPROF_CAPTURE_LAUNCHER_LAUNCH_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"

#include <stdbool.h>
#include <sys/types.h>

/*
 * The folder of libncprof.so and python/: NCPROF_LIBDIR, or ../lib/ncprof beside this program's
 * own folder. A path, the caller's to free; NULL when the recorder is not there.
 */
char *launch_library_folder(struct error *err);

/* This program's environment and what leads the recorder in; free with words_free(). */
char **launch_environment(const char *library_folder, const char *session);

/* A file size limit is an error like a full disk, here; to the target it is what it was. */
void launch_ignore_file_limit(void);

/*
 * Starts `path`. On failure *status is what a shell would return (126, 127). From here until
 * launch_end() signals are passed on to the target; one session a process.
 */
int launch_start(pid_t *child, const char *path, char *const *arguments, char *const *environment,
                 int *status, struct error *err);
/* This signal to ncprof stops and starts the recording, and is not passed on. Before the start. */
void launch_switch(int number, struct channel_control *control);
/* True when the target has ended; *result as of waitpid(). */
bool launch_ended(pid_t child, int *result);
/* Signals mean to ncprof what they meant before. */
void launch_end(void);

#endif
