/* Who calls a function and whom it calls, with what passes along each edge. */
#ifndef NCPROF_TUI_ANALYSIS_BUTTERFLY_H
#define NCPROF_TUI_ANALYSIS_BUTTERFLY_H

#include "formats/profile/profile.h"
#include "tui/columns.h"

struct butterfly_row {
    uint32_t function; /* PROFILE_NONE: "(itself)" among the callees */
    struct values values;
    double share; /* of the centre's total */
};

struct butterfly {
    const struct profile *profile;
    uint32_t function, metric;
    struct values values;                    /* of the function itself */
    struct butterfly_row *callers, *callees; /* by total descending, ties by name */
    uint32_t caller_count, callee_count;
    uint64_t
        unaccounted_calls; /* calls that no caller accounts for: thread roots, code not recorded */
};

/* One half as the `table` of butterfly_columns. */
struct butterfly_side {
    const struct butterfly *butterfly;
    const struct butterfly_row *rows;
    uint32_t count;
};
struct butterfly_side butterfly_callers(const struct butterfly *butterfly);
struct butterfly_side butterfly_callees(const struct butterfly *butterfly);

extern const struct column butterfly_columns[]; /* ncalls tottime cumtime cumtime% function */

struct butterfly *butterfly_new(const struct profile *profile, uint32_t function, uint32_t metric);
void butterfly_free(struct butterfly *butterfly);
void butterfly_sentence(const struct butterfly *butterfly, char *buffer, size_t size);

#endif
