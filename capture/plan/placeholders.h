/* {name} in the words of a plan's commands. */
#ifndef NCPROF_CAPTURE_PLAN_PLACEHOLDERS_H
#define NCPROF_CAPTURE_PLAN_PLACEHOLDERS_H

#include "formats/profile/error.h"

#include <stdbool.h>

struct placeholder {
    const char *name;
    const char *value; /* NULL: the run has none */
};

/*
 * The text with each {name} replaced by its value, {{ and }} by a brace; with `for_shell` a value
 * is quoted where the shell would see more in it than a word. A NULL name ends the list. The
 * caller's to free; NULL and ERROR_FORMAT, naming the placeholder, for what is unknown, has no
 * value or is not closed.
 */
char *placeholders_expand(const char *text, const struct placeholder *list, bool for_shell,
                          struct error *err);

#endif
