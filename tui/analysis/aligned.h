/*
 * The call trees of two profiles on one row each: children of paired nodes are paired by their
 * functions (calltree_nodes.h), each row carries the values of A and B along one path of calls.
 *
 * Threads: with one thread in each, their functions stand at the top. Else a row a thread, paired
 * by name in their order, what is left over in its order. Where one profile holds edges only, its
 * values are apportioned and marked "~"; beside it a tree of several threads is apportioned too.
 *
 * The tree is opened, closed, filtered and walked as any other (calltree.h): its hot path follows
 * the largest change, or the largest cumtime of B where it is ordered by that.
 *
 * Blame (blame.h) is laid on a row whose exponent jumps against the row above that both hold: by
 * calls along the path, or by the time a call takes itself.
 */
#ifndef NCPROF_TUI_ANALYSIS_ALIGNED_H
#define NCPROF_TUI_ANALYSIS_ALIGNED_H

#include "formats/profile/profile.h"
#include "tui/analysis/blame.h"
#include "tui/analysis/calltree.h"
#include "tui/analysis/compare.h"
#include "tui/columns.h"

struct aligned;

struct aligned_query {
    uint32_t metric_a, metric_b;
    uint32_t thread_a, thread_b;      /* PROFILE_NONE: all */
    double size_a, size_b;            /* NAN unknown: no exponents */
    double time_factor, calls_factor; /* what B's values are multiplied by, as normalised; 1 */
    bool by_b; /* children by cumtime in B; else by change of cumtime, for better or worse */
};

#define ALIGNED_QUERY_DEFAULT                                                                      \
    {                                                                                              \
        .thread_a = PROFILE_NONE, .thread_b = PROFILE_NONE, .size_a = NAN, .size_b = NAN,          \
        .time_factor = 1, .calls_factor = 1                                                        \
    }

struct aligned_row {
    struct calltree_row row; /* depth, open ...; values are B's, or A's where B has none */
    enum compare_status status;
    uint32_t function_a, function_b; /* PROFILE_NONE: missing there, or a thread */
    struct compare_change change[COMPARE_MEASURES];
    double more_calls, slower_calls; /* as in compare.h, of cumtime */
    const struct function *caller;   /* above, in both; NULL: a thread, or the top */
    unsigned blame;                  /* bits 1 << enum blame_cause */
    double exponent_caller;          /* the parent's: of its calls; without calls of its cumtime */
};

/*
 * status, then cumtime_a cumtime_b cumtime_ratio cumtime_exponent delta tottime_a tottime_b
 * tottime_exponent ncalls ncalls_exponent blame function
 */
extern const struct column aligned_columns[];

/* The profiles are borrowed. Metrics of unlike units are the caller's to refuse. */
struct aligned *aligned_new(const struct profile *a, const struct profile *b,
                            const struct aligned_query *query);
void aligned_free(struct aligned *aligned);

/* The rows; calltree_row() and all that moves them works on it. Borrowed. */
struct calltree *aligned_tree(const struct aligned *aligned);
struct aligned_row aligned_row(const struct aligned *aligned, uint32_t number);
const struct profile *aligned_profile(const struct aligned *aligned, uint32_t source);
/* The function that names a row, B's where it is there; NULL for a thread. */
const struct function *aligned_function(const struct aligned *aligned, uint32_t number);
/* The thread's name for a row that is one. Escaped. */
void aligned_thread(const struct aligned *aligned, uint32_t number, char *buffer, size_t size);
const struct metric *aligned_metric(const struct aligned *aligned);
bool aligned_is_apportioned(const struct aligned *aligned, uint32_t source);
bool aligned_has_sizes(const struct aligned *aligned); /* different ones */
bool aligned_is_by_b(const struct aligned *aligned);   /* as the query said */

/* "⇐ n^1.0 → n^2.0 enters here"; "" where nothing is to blame. `brief`: "⇐ n^2.0". */
void aligned_mark(const struct aligned_row *row, bool brief, char *buffer, size_t size);
void aligned_sentence(const struct aligned *aligned, uint32_t number, char *buffer, size_t size);

#endif
