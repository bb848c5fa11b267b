/*
 * Two profiles side by side, function by function.
 *
 * Identity is the qualified name and the module or the file's last two path
 * components (pythonX.Y counts as python); line numbers, directories above these
 * and compiler clone suffixes (.isra.0, .constprop.1, .part.0, .cold) do not break
 * a match. What does not match is `new` (only in B) or `gone` (only in A), or
 * `moved` when exactly one function of that name is left over on each side; where
 * one side knows names only, such a pair is a match.
 *
 * ratio = B/A, delta = B-A, exponent = ln(ratio)/ln(size ratio).
 */
#ifndef NCPROF_TUI_ANALYSIS_COMPARE_H
#define NCPROF_TUI_ANALYSIS_COMPARE_H

#include "formats/profile/profile.h"
#include "tui/columns.h"

enum compare_status { COMPARE_MATCHED, COMPARE_MOVED, COMPARE_NEW, COMPARE_GONE };

/* Classes of growth by exponent; design: below 0.1, 0.9, 1.1, 1.3, 1.5, 1.8, 2.8. */
enum growth {
    GROWTH_NONE, /* not classed: sizes unknown or equal, too few calls, too little time */
    GROWTH_CONSTANT,
    GROWTH_SUBLINEAR,
    GROWTH_LINEAR,
    GROWTH_N_LOG_N,
    GROWTH_RISING,
    GROWTH_SUPERLINEAR,
    GROWTH_QUADRATIC,
    GROWTH_CUBIC,
};
const char *growth_name(enum growth growth); /* NULL for GROWTH_NONE */
enum growth growth_of(double exponent);      /* GROWTH_NONE for NAN */

/* One of ncalls, tottime, cumtime. */
enum compare_measure { COMPARE_NCALLS, COMPARE_TOTTIME, COMPARE_CUMTIME, COMPARE_MEASURES };

struct compare_row {
    enum compare_status status;
    uint32_t function_a, function_b; /* PROFILE_NONE on the side that lacks it */
    struct values a, b;
    struct compare_change {
        double a, b;     /* times in the metric's unit (seconds); NAN when a side lacks it */
        double delta;    /* a missing function counts as 0; NAN without calls in a file */
        double ratio;    /* NAN when A is 0 or a side is missing */
        double exponent; /* NAN when not defined */
        enum growth growth;
    } change[COMPARE_MEASURES];
    /*
     * Seconds of cumtime: delta calls x time a call in A, and calls in B x delta time a call; they
     * add up to the delta. A new or gone function is all more (or fewer) calls. NAN without calls.
     */
    double more_calls, slower_calls;
};

struct compare_query {
    uint32_t metric_a, metric_b;
    double size_a, size_b; /* NAN: take the profiles' own */
    const char *sort;      /* NULL: delta of cumtime, by size */
    bool reverse;
    const char *filter;
    double threshold; /* hide rows below this share of cumtime and tottime on both sides */
    uint32_t limit;
};

struct comparison {
    const struct profile *a, *b;
    uint32_t metric_a, metric_b;
    double size_a, size_b, size_ratio; /* NAN unknown */
    double total_a, total_b;           /* seconds */
    struct compare_row *rows;
    uint32_t count, functions, matched, hidden;
    const struct column *sort;
    bool reverse;
};

/*
 * status, then for each of cumtime, tottime and ncalls _a _b _ratio _exponent _class, then
 * delta more_calls slower_calls function
 */
extern const struct column compare_columns[];

/* ERROR_USAGE: unknown sort word, sizes not above zero, metrics or clocks that differ. */
int compare_new(struct comparison **out, const struct profile *a, const struct profile *b,
                const struct compare_query *query, struct error *err);
/* The size recorded in the profile, or "@n=1000" or "@size=1000" in its path; NAN unknown. */
double compare_size(const struct profile *profile);
void compare_free(struct comparison *comparison);
void compare_sentence(const struct comparison *comparison, uint32_t row, char *buffer, size_t size);
/* "matched", "new", ... */
const char *compare_status_name(enum compare_status status);
/* The function to show for a row: B's, or A's when it is gone. */
const struct function *compare_function(const struct comparison *comparison, uint32_t row);

#endif
