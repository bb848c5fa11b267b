/*
 * A profile as Python's pstats sees it (Lib/pstats.py of CPython 3.11): functions keyed by
 * (file, line, name), with what strip_dirs(), sort_stats(), reverse_order() and the restrictions
 * of print_stats() do to them. A function without a file has the file "~", as built-in ones do,
 * and its module before its name: what `ncprof convert --to pstats` writes.
 *
 * Ties are left in the order of a pstats file, as pstats leaves them; for other formats they
 * are broken by name, file, module and line. Times are compared in whole units of the metric.
 */
#ifndef NCPROF_TUI_ANALYSIS_STATISTICS_H
#define NCPROF_TUI_ANALYSIS_STATISTICS_H

#include "formats/profile/profile.h"
#include "tui/analysis/statistics_restrict.h"

#include <stddef.h>

struct statistics_row {
    const char *file, *name; /* `name` may be owned, see `made` */
    char *made;              /* "module.name", or NULL */
    char *standard;          /* "file:line(name)", or as pstats shows built-in functions */
    uint32_t line;
    uint32_t length; /* of `standard`, in characters */
    uint32_t rank;   /* among the rows ordered by key */
    bool listed;     /* false: known as a caller only */
    struct values values;
};

/* Merged by key when directories are stripped. */
struct statistics_edge {
    uint32_t caller, callee; /* rows */
    struct values values;
};

struct statistics_query {
    uint32_t metric;
    uint32_t thread;  /* PROFILE_NONE: all; with another the edges stay those of all threads */
    const char *sort; /* pstats' words or beginnings of them, "time,name"; NULL: time */
    bool reverse, strip;
    bool edges;                      /* callers and callees are wanted, too */
    const char *const *restrictions; /* see statistics_restrict.h, applied in this order */
    uint32_t restriction_count;
};

struct statistics {
    const struct profile *profile;
    uint32_t metric;
    struct statistics_row *rows; /* callers that have no statistics of their own are among them */
    uint32_t row_count;
    uint32_t *order; /* the rows to print */
    uint32_t count;
    uint32_t functions;        /* pstats' len(stats), before restrictions */
    uint64_t calls, primitive; /* sums over all functions */
    int64_t total;
    char sorted_by[256];                     /* "internal time" */
    struct statistics_reduction *reductions; /* what the restrictions did */
    uint32_t reduction_count;
    uint32_t width; /* characters of the longest name to be printed; pstats': of all when all are */
    bool calls_only; /* edges hold numbers of calls only, as those of Python's profile module do */
    struct statistics_edge *callers,
        *callees; /* by callee, caller's key; by caller, callee's key */
    uint32_t edge_count;
};

/* ERROR_USAGE: an unknown sort word, a fraction that is not below 1. */
int statistics_new(struct statistics **out, const struct profile *profile,
                   const struct statistics_query *query, struct error *err);
/* ERROR_USAGE as above, without a profile. */
int statistics_check_sort(const char *text, struct error *err);
void statistics_free(struct statistics *statistics);

/* A row's edges in `callers`, or in `callees`. */
void statistics_callers(const struct statistics *statistics, uint32_t row, uint32_t *first,
                        uint32_t *end);
void statistics_callees(const struct statistics *statistics, uint32_t row, uint32_t *first,
                        uint32_t *end);

#endif
