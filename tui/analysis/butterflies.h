/*
 * Who calls a function and whom it calls in two profiles: the callers and callees of both, paired
 * as match.h pairs their functions, with what passes along each edge in A and in B.
 */
#ifndef NCPROF_TUI_ANALYSIS_BUTTERFLIES_H
#define NCPROF_TUI_ANALYSIS_BUTTERFLIES_H

#include "formats/profile/profile.h"
#include "tui/analysis/blame.h"
#include "tui/analysis/change.h"

struct butterflies_row {
    uint32_t function_a, function_b; /* both PROFILE_NONE: "(itself)" among the callees */
    bool in_a, in_b;
    bool itself;
    struct compare_change change[COMPARE_MEASURES]; /* along the edge */
    double share;           /* of the larger of the two totals of the centre, in that profile */
    unsigned blame;         /* bits 1 << enum blame_cause, of the edge */
    double exponent_caller; /* of the caller's calls, without calls of its cumtime */
};

struct butterflies {
    const struct profile *a, *b;
    struct change_scale scale;
    uint32_t function_a, function_b; /* the centre; PROFILE_NONE where it is missing */
    struct compare_change change[COMPARE_MEASURES];
    struct butterflies_row *callers, *callees; /* by change of cumtime, for better or worse */
    uint32_t caller_count, callee_count;
};

/*
 * `blame` holds the matching of the functions and stays borrowed. One of the two functions may be
 * PROFILE_NONE. The factors are those of the comparison; 1: as measured.
 */
struct butterflies *butterflies_new(const struct blame *blame, uint32_t function_a,
                                    uint32_t function_b, double time_factor, double calls_factor);
void butterflies_free(struct butterflies *butterflies);

/* The function that names the centre or a row: B's where it is there. */
const struct function *butterflies_function(const struct butterflies *butterflies);
const struct function *butterflies_row_function(const struct butterflies *butterflies,
                                                const struct butterflies_row *row);
void butterflies_sentence(const struct butterflies *butterflies, const struct blame *blame,
                          char *buffer, size_t size);

#endif
