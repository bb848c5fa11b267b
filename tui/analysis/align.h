/*
 * The functions of several profiles, laid side by side by the rules of match.h: every function
 * of every run stands in exactly one row, and a function that the first and the third run hold
 * is one row although the second lacks it.
 *
 * Rows come in the order in which the runs show them: those of the first run in its order, then
 * what the second adds, and so on. Time grows with the number of functions, not with its square.
 */
#ifndef NCPROF_TUI_ANALYSIS_ALIGN_H
#define NCPROF_TUI_ANALYSIS_ALIGN_H

#include "formats/profile/profile.h"

struct alignment {
    uint32_t runs, count;
    uint32_t *functions; /* [row * runs + run]; PROFILE_NONE: that run lacks it */
};

/* The profiles are borrowed for the call only; at least one. */
struct alignment *align_functions(const struct profile *const *profiles, uint32_t runs);
void alignment_free(struct alignment *alignment);

/* The first run that holds the row's function. */
uint32_t align_first_run(const struct alignment *alignment, uint32_t row);

#endif
