/* Loading the files that a command names, as many at a time as the machine has processors. */
#ifndef NCPROF_TUI_COMMANDS_LOAD_H
#define NCPROF_TUI_COMMANDS_LOAD_H

#include "formats/profile/error.h"
#include "formats/profile/profile.h"

/*
 * Fills out[0 .. count) in the order of `paths`; `from` as for profile_load(). The caller frees
 * each with profile_free(). Of several errors the one of the first operand is told; out[] is then
 * all NULL. "-" is standard input, which can be read but once: ERROR_USAGE when it is there twice.
 * When it takes more than a second and standard error is a terminal, a line there tells how far it
 * is; it is gone at the end.
 */
int load_profiles(const char *const *paths, uint32_t count, const char *from, struct profile **out,
                  struct error *err);

/* All of them added up into one (formats/profile/merge.h). */
int load_merged(const char *const *paths, uint32_t count, const char *from, struct profile **out,
                struct error *err);

#endif
