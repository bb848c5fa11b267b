/* Programs as files: found as execvp() finds them, and what interprets a script. */
#ifndef NCPROF_CAPTURE_LAUNCHER_EXECUTABLE_H
#define NCPROF_CAPTURE_LAUNCHER_EXECUTABLE_H

#include <limits.h>
#include <stdbool.h>

/* A path, the caller's to free; NULL and an errno, ENOENT when there is no such file anywhere. */
char *executable_find(const char *name, int *why);

/* The last part of a path; borrowed. */
const char *executable_name(const char *path);

/*
 * It is started with other rights than ours (setuid, setgid, capabilities); the dynamic
 * linker then ignores LD_PRELOAD.
 */
bool executable_gains_rights(const char *path);

/* The "#!" line of a script; `env` in it is seen through. */
struct shebang {
    char line[PATH_MAX];
    char *interpreter, *arguments; /* in line; arguments NULL: none */
};
bool executable_shebang(const char *path, struct shebang *out);

#endif
