/*
 * The filter of every table: a POSIX extended regular expression, smart case
 * (ignores case unless it holds an upper-case letter). A text that is no valid
 * expression is matched literally, so that typing "operator(" never fails.
 */
#ifndef NCPROF_TUI_ANALYSIS_FILTER_H
#define NCPROF_TUI_ANALYSIS_FILTER_H

#include "formats/profile/profile.h"

#include <stdbool.h>

struct filter;

/* NULL or "" matches everything and gives NULL, which the others accept. */
struct filter *filter_new(const char *text);
/* Whether it is no regular expression, and so taken as it stands. */
bool filter_is_literal(const char *text);
void filter_free(struct filter *filter);
bool filter_matches(const struct filter *filter, const char *text);
/* On "name", "module" or "file:line" of a function. */
bool filter_matches_function(const struct filter *filter, const struct function *function);

#endif
