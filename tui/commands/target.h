/* Where a command writes a profile, and as what. */
#ifndef NCPROF_TUI_COMMANDS_TARGET_H
#define NCPROF_TUI_COMMANDS_TARGET_H

#include "formats/format.h"

struct target {
    const char *output, *to; /* a path, - is standard output; a writer's name or NULL */
    bool force, strict;
};

/* Rows of the options of a command whose struct has a `struct target target`. */
#define TARGET_ROWS(options)                                                                       \
    {"output",                                                                                     \
     'o',                                                                                          \
     OPTION_TEXT,                                                                                  \
     "FILE",                                                                                       \
     offsetof(options, target.output),                                                             \
     "where to; - is standard output"},                                                            \
    {                                                                                              \
        "to", 't', OPTION_TEXT, "FORMAT", offsetof(options, target.to),                            \
            "the format to write (default: by the suffix of the output)"                           \
    }
#define TARGET_LAST_ROWS(options)                                                                  \
    {                                                                                              \
        "force",                                                                                   \
        0,                                                                                         \
        OPTION_FLAG,                                                                               \
        NULL,                                                                                      \
        offsetof(options, target.force),                                                           \
        "write over an existing file"},                                                            \
    {                                                                                              \
        "strict", 0, OPTION_FLAG, NULL, offsetof(options, target.strict),                          \
            "fail when the format cannot carry all there is"                                       \
    }

/* ERROR_USAGE, naming what there is, when neither `to` nor the output's suffix is a writer's. */
const struct writer *target_writer(const struct target *target, struct error *err);

/* Writes, and says on standard error what the format cannot carry; --strict refuses it. */
int target_write(const struct target *target, const struct writer *writer,
                 const struct profile *profile, struct error *err);

#endif
