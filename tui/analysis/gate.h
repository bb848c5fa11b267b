/*
 * The regression gate: a comparison held against limits.
 *
 * A function is judged when its cumtime has the least share on either side, or a limit names it:
 * each measure's ratio B/A and exponent must not be above what is allowed. 0 in A and more in B
 * is an infinite ratio. A time that is above its limit counts only when the difference is
 * significant, or there are too few captures to say.
 *
 * Limits, strongest first: of a function (by its name, else by the first filter that fits), then
 * the defaults. Where no default is stated at all, the usual ones stand in:
 *
 *     sizes equal or unknown   ncalls 1.0 (if the files have calls), tottime none, cumtime 1.2
 *     sizes differ             exponents of ncalls and cumtime 1.3: n log n still holds;
 *                              the ratios above when B is normalised
 *
 * PASS needs something that was judged. What a limit asks for and the captures cannot answer makes
 * it NOT_JUDGED: a function named by a limit that is missing on a side, an exponent without two
 * sizes, a ratio over different sizes unless they are normalised, counts that a file lacks, unlike
 * units; nor is a capture that is cut short, or whose program ended otherwise than the base's. A
 * violation found all the same is REGRESSED.
 */
#ifndef NCPROF_TUI_ANALYSIS_GATE_H
#define NCPROF_TUI_ANALYSIS_GATE_H

#include "formats/documents/limits.h"
#include "formats/profile/memory.h"
#include "tui/analysis/compare.h"

#define GATE_MIN_SHARE 0.05

enum gate_verdict { GATE_PASS, GATE_REGRESSED, GATE_NOT_JUDGED };
/* "pass", "regressed", "not judged" */
const char *gate_verdict_name(enum gate_verdict verdict);

struct gate_query {
    const struct limits *limits; /* borrowed; the defaults hold what the caller stated, too */
    bool allow_new;              /* functions that are new are no violation */
    enum compare_normalise normalise;
    const char *normalise_function;
};

enum gate_fault { GATE_RATIO, GATE_EXPONENT, GATE_NEW_FUNCTION };

struct gate_violation {
    uint32_t row; /* of the comparison */
    enum gate_fault fault;
    enum compare_measure measure; /* COMPARE_CUMTIME for a new function */
    double base, now;             /* as compared, that is normalised; NAN: missing */
    double value, limit;          /* ratios or exponents; both NAN for a new function */
    double excess;                /* how far beyond the limit: the worst has the largest */
};

/* A limit in force. */
struct gate_limit {
    const char *function; /* NULL: all that no rule names; borrowed from the query's limits */
    enum compare_measure measure;
    enum limit_kind kind;
    double max; /* INFINITY: taken away */
};

struct gate {
    struct comparison *comparison; /* NULL when the two cannot be compared at all */
    enum gate_verdict verdict;
    double min_share;
    bool usual; /* the usual limits stand in */
    ARRAY(struct gate_limit) limits;
    ARRAY(struct gate_violation) violations; /* worst first */
    uint32_t at_fault;                       /* functions with a violation */
    ARRAY(char *) reasons;                   /* why it could not be judged; sentences */
    ARRAY(char *) notes;                     /* what to know of the judgement; sentences */
    ARRAY(uint32_t) judged;                  /* rows */
    ARRAY(uint32_t) gone;                    /* rows that had the share and are missing in B */
    uint32_t noisy; /* times above their limit whose difference is not significant */
};

extern const struct column gate_columns[]; /* of the violations; `table` is the gate */

/* Never fails: what cannot be compared is not judged. */
struct gate *gate_new(const struct compare_side *base, const struct compare_side *now,
                      const struct gate_query *query);
void gate_free(struct gate *gate);

#endif
