/* Which function of one profile is which of another; the rules stand in compare.h. */
#ifndef NCPROF_TUI_ANALYSIS_MATCH_H
#define NCPROF_TUI_ANALYSIS_MATCH_H

#include "formats/profile/profile.h"

struct match {
    uint32_t a, b; /* PROFILE_NONE: the function is missing there */
    bool moved;
};

/*
 * Every function of both sides exactly once: pairs in the order of B, then what is new, in the
 * order of B, then what is gone, in the order of A. The caller frees the list.
 */
struct match *match_functions(const struct profile *a, const struct profile *b, uint32_t *count);

/* Bytes of a name before its compiler clone suffixes. */
size_t match_name_length(const struct function *function);

#endif
