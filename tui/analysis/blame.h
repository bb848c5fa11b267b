/*
 * Where growth enters: of two runs of different sizes, the call edges at which the exponent jumps.
 *
 * Along a path of calls the exponents telescope: how a function's own time grows is how its first
 * caller's calls grow, plus what every edge adds, plus what each call of its own adds. An edge is
 * to blame when it adds 0.4 or more and what comes out of it is above 1.3:
 *
 *   by calls   calls along the edge grow faster than the caller's ncalls: the caller calls it in a
 *              loop that gets longer with the input
 *   by time    the callee's own time along the edge grows faster than the calls along it: each call
 *              works through more. Without calls (samples): cumtime along the edge grows faster
 *              than the caller's cumtime; or, where that is hardly more than this edge, cumtime and
 *              the callee's own time along the edge grow faster than the rest of the caller
 *
 * An edge is not judged with less than 0.1 % of cumtime on both sides or fewer than 3 calls on
 * both (the design's "not classed"), by time not below 1 % of B itself; a function calling itself
 * never is.
 */
#ifndef NCPROF_TUI_ANALYSIS_BLAME_H
#define NCPROF_TUI_ANALYSIS_BLAME_H

#include "formats/profile/profile.h"
#include "tui/analysis/change.h"

struct blame;

enum blame_cause { BLAME_CALLS, BLAME_TIME };

struct blame_edge {
    uint32_t caller, callee; /* functions of B; caller PROFILE_NONE: nobody called it */
    enum blame_cause cause;
    bool samples;           /* by time: nobody knows calls */
    bool beside;            /* and it stands against what the caller has beside it */
    double exponent_caller; /* by calls: of the caller's ncalls; by time: of the calls along it,
                               without calls of the caller's cumtime, or of the rest of that */
    double exponent_edge;   /* by calls: of the calls along it; by time: of the time along it */
    double share;           /* of cumtime along the edge in the whole of B, 0..1 */
};

struct blame_query {
    uint32_t metric_a, metric_b;
    double size_a, size_b; /* of the runs' input; NAN unknown: nothing is to blame */
};

/* ---- the rules, for the call tree and others who have exponents of their own ---- */

#define BLAME_ITSELF_SHARE 0.01 /* of B, for the blame by time */

/* False when one of them is NAN. */
bool blame_jumps(double exponent_caller, double exponent_edge);
/* Whether there is time enough, a share of each run, and calls, where they are known. */
bool blame_is_judged(double share_a, double share_b, bool has_calls, uint64_t calls_a,
                     uint64_t calls_b);
/*
 * Without calls, the exponent of what a caller has beside one edge, from its cumtime and that along
 * the edge, in seconds; NAN when that is too little of both totals, or when it is not the callee's
 * own time that grows.
 */
double blame_beside(const struct change_scale *scale, const double caller[2], const double edge[2],
                    const double own[2], const double totals[2]);
/* What a jump adds: "n" for one of nearly 1, else "n^0.6". */
void blame_factor(double exponent_caller, double exponent_edge, char *buffer, size_t size);

/* "1.0"; never "-0.0" */
void blame_exponent(double exponent, char *buffer, size_t size);

/*
 * What jumps and against what, of a place with blame (bits 1 << enum blame_cause) and the exponent
 * of its caller: calls, or the time a call takes itself, or without calls cumtime.
 */
void blame_jump(unsigned blame, double exponent_caller,
                const struct compare_change change[COMPARE_MEASURES], double *from, double *to);
/*
 * "⇐ n^1.0 → n^2.0 enters here", or "enters in it" for its own time; "" where nothing is to blame.
 * `brief`: "⇐ n^2.0".
 */
void blame_mark(unsigned blame, double exponent_caller,
                const struct compare_change change[COMPARE_MEASURES], bool brief, char *buffer,
                size_t size);

/* ---- two profiles, edge by edge ---- */

/* Matches the functions of both, once. The profiles are borrowed. */
struct blame *blame_new(const struct profile *a, const struct profile *b,
                        const struct blame_query *query);
/* Likewise, of functions matched already. `pairs` is borrowed during the call. */
struct blame *blame_new_matched(const struct profile *a, const struct profile *b,
                                const struct blame_query *query, const struct match *pairs,
                                uint32_t count);
void blame_free(struct blame *blame);
const struct profile *blame_profile(const struct blame *blame, int side); /* 0 A, 1 B */
uint32_t blame_metric(const struct blame *blame, int side);
const struct change_scale *blame_scale(const struct blame *blame);
bool blame_has_calls(const struct blame *blame); /* both do */

/* By function of B the same of A, and the other way round; PROFILE_NONE: it is missing there. */
uint32_t blame_in_a(const struct blame *blame, uint32_t function_b);
uint32_t blame_in_b(const struct blame *blame, uint32_t function_a);

/* PROFILE_NONE: there is none. */
uint32_t blame_find_edge(const struct profile *profile, uint32_t caller, uint32_t callee);

/*
 * What an edge of B is to blame for, bits 1 << enum blame_cause, and what it stands against: the
 * caller's ncalls, without calls its cumtime. NAN unknown.
 */
unsigned blame_causes(const struct blame *blame, uint32_t edge, double *exponent_caller);

/*
 * The edges to blame by share, the largest first; with `callee` (not PROFILE_NONE, of B) those
 * into that function only. An edge may be to blame by both causes and is there twice then. The
 * caller frees the list.
 */
uint32_t blame_edges(const struct blame *blame, uint32_t callee, struct blame_edge **edges);

/* Where, seen from a function, the growth of its cumtime enters. */
enum blame_place { BLAME_NOWHERE, BLAME_ABOVE, BLAME_HERE, BLAME_ITSELF, BLAME_BELOW };

/*
 * Follows the calls up from a function of B whose ncalls grow, else its own time, else the callee
 * that gained most, down. `edge` is filled unless the answer is BLAME_NOWHERE.
 */
enum blame_place blame_function(const struct blame *blame, uint32_t function,
                                struct blame_edge *edge);

/*
 * "Its callers grow as n^1.0: the extra factor n enters at run_loop → concat."; "" when the growth
 * enters nowhere in particular.
 */
void blame_sentence(const struct blame *blame, uint32_t function, char *buffer, size_t size);

#endif
