/* The revision of the working directory, as `git` says it, if it is there and quick about it. */
#ifndef NCPROF_CAPTURE_LAUNCHER_GIT_H
#define NCPROF_CAPTURE_LAUNCHER_GIT_H

#include <stdbool.h>

struct git_state {
    char revision[65]; /* "" unknown */
    bool dirty;        /* tracked files differ from it */
};

/* Waits at most `timeout_ms` for git; what it then has not said is unknown. */
struct git_state git_state(int timeout_ms);

#endif
