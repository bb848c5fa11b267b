/* Loading the files that a command names, as many at a time as the machine has processors. */
#ifndef NCPROF_TUI_COMMANDS_LOAD_H
#define NCPROF_TUI_COMMANDS_LOAD_H

#include "formats/format.h"
#include "tui/commands/command.h"

/* The rows of a command whose options have a `struct opening how`. */
#define LOAD_ROWS(options, from_help)                                                              \
    {"from", 0, OPTION_TEXT, "FORMAT", offsetof(options, how.from), from_help},                    \
    {                                                                                              \
        "max-unpacked", 0, OPTION_SIZE, "SIZE", offsetof(options, how.max_unpacked),               \
            "unpack .gz and .zst up to SIZE (4G), not to 16 GiB and 200 times the file"            \
    }
#define LOAD_FROM_FILE  "read the file as this format, whatever it looks like"
#define LOAD_FROM_FILES "read the files as this format, whatever they look like"

/*
 * Fills out[0 .. count) in the order of `paths`; `how` as for profile_load(). The caller frees
 * each with profile_free(). Of several errors the one of the first operand is told; out[] is then
 * all NULL. "-" is standard input, which can be read but once: ERROR_USAGE when it is there twice.
 * When it takes more than a second and standard error is a terminal, a line there tells how far it
 * is; it is gone at the end.
 */
int load_profiles(const char *const *paths, uint32_t count, const struct opening *how,
                  struct profile **out, struct error *err);

/* All of them added up into one (formats/profile/merge.h). */
int load_merged(const char *const *paths, uint32_t count, const struct opening *how,
                struct profile **out, struct error *err);

#endif
