/*
 * How every function grows over runs of several sizes.
 *
 * Functions are laid side by side as in align.h. Runs of one size are repeats: all of them are
 * used by the fits (fit.h), their median is what is shown. A function that some run lacks has no
 * value there, which is not zero.
 *
 * A floor is looked for where a function has 0.1 % of cumtime in some run.
 *
 * A row is not classed when it has less than 0.1 % of cumtime in every run, fewer than 3 calls
 * (in every one of two runs; in all runs together from three on, where a fit can tell), or values
 * at fewer sizes than three (than two, when there are but two sizes), or an exponent that is not
 * known to within 0.5.
 *
 * Projection to a size: each function by its own fit, or, where that is not clear (fit.h), tottime
 * by the fit of ncalls, each call taking what it took (median), from 100 calls on, and all else
 * with the exponent nearest to 1 that the interval allows: noise must not be multiplied. The total
 * there is the sum of the projected tottime of all functions, in which those that have less than
 * 0.1 % of it in every run are projected together, as one (the noise of each would be multiplied),
 * and those with values at too few sizes stay as they are at the largest. A share is cumtime by
 * that total.
 *
 * A sum of unlike parts (`main`) is no power of the size: what a fit says of cumtime is raised to
 * the sum of its parts, its own tottime and what it passes on to callees (as the largest run's
 * edges have it), and never exceeds the total; what is 99.9 % of every run is the whole of it.
 */
#ifndef NCPROF_TUI_ANALYSIS_SCALING_H
#define NCPROF_TUI_ANALYSIS_SCALING_H

#include "tui/analysis/blame.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/fit.h"

struct scaling_input {
    const struct profile *profile; /* borrowed */
    uint32_t metric;
    double size; /* NAN: recorded in the profile, or in its name */
};

struct scaling_run {
    const struct profile *profile;
    uint32_t metric;
    uint32_t input;     /* its place among those given */
    double size, total; /* of tottime, in the metric's unit */
    uint32_t size_index;
};

struct scaling_row {
    uint32_t run, function; /* the largest run that has it, and there */
    struct fit fit[COMPARE_MEASURES];
    enum growth growth[COMPARE_MEASURES];
    double projected[COMPARE_MEASURES]; /* at scaling.at; NAN without a fit over enough sizes */
    bool alone;                         /* its tottime is projected for itself */
};

struct scaling {
    struct scaling_run *runs; /* by size, then as given */
    uint32_t run_count;
    double *sizes; /* each once, ascending */
    uint32_t size_count;

    struct scaling_row *rows; /* of all functions */
    uint32_t functions;
    uint32_t *in_run; /* [row * run_count + run]; PROFILE_NONE: not there */
    double *values;   /* [(row * COMPARE_MEASURES + measure) * size_count + size]; NAN: not there */
    double *totals;   /* one a size, the median of its runs */
    struct fit rest;  /* tottime of the functions that are projected together */
    double stays;     /* tottime, at the largest size, of those at too few sizes */

    /* What scaling_select() chose. */
    enum compare_measure measure;
    double at, total_at;
    uint32_t *order; /* `count` rows */
    uint32_t count, matched, hidden;
    double threshold;
    const struct column *sort; /* of columns->list */
    bool reverse;

    struct scaling_columns *columns;
    /* Of the smallest and the largest run; both NULL until they are asked for. */
    struct blame *blame;
    struct blame_edge *edges;
    uint32_t edge_count;
    bool knows_edges;
};

#define SCALING_SIZES_SHOWN 16

/* The first columns are one a size; of more than these some, evenly, with the first and last. */
struct scaling_columns {
    struct column list[SCALING_SIZES_SHOWN + 12]; /* a NULL id at the end */
    uint32_t shown[SCALING_SIZES_SHOWN];          /* indices into sizes[] */
    uint32_t shown_count;
    char ids[SCALING_SIZES_SHOWN][32], titles[SCALING_SIZES_SHOWN][32], at[32], value_at[32];
};

struct scaling_query {
    enum compare_measure measure; /* the one that is shown */
    double at;                    /* NAN: ten times the largest size */
    /*
     * A column: a size, "exponent", "interval", "r2", "floor", "class", "share", "projected" (the
     * share), "projected_value", "function"; or "ncalls", "tottime", "cumtime": shows that, by
     * the largest size. NULL: projected.
     */
    const char *sort;
    bool reverse;
    const char *filter;
    double threshold; /* hide what has less of cumtime in every run and where it is projected to */
    uint32_t limit;   /* 0: no limit */
};

/*
 * All rows with their fits, in no order yet. ERROR_USAGE, with the file where it is one: fewer
 * than two sizes, a size that is unknown or not above zero, metrics or clocks that differ.
 */
int scaling_new(struct scaling **out, const struct scaling_input *inputs, uint32_t count,
                struct error *err);
void scaling_free(struct scaling *scaling);

/*
 * Chooses and orders rows; cheap, to be called again for another order, filter or `at`.
 * ERROR_USAGE, nothing changed: an unknown column, a size that is not above zero.
 */
int scaling_select(struct scaling *scaling, const struct scaling_query *query, struct error *err);
/* Another size to project to, NAN as in a query; the rows stay in their order. */
void scaling_set_at(struct scaling *scaling, double at);
/* Only looks whether the query's words are known and its size is one. */
int scaling_check_query(const struct scaling_query *query, struct error *err);

/* ---- of a row: an index into rows[] ---- */

const struct function *scaling_function(const struct scaling *scaling, uint32_t row);
/* The median of a measure at a size; NAN when no run of it has the function. */
double scaling_value(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                     uint32_t size);
/* One run's value. */
double scaling_run_value(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                         uint32_t run);
/* Of the whole run, at a size and at scaling.at; of ncalls: of its cumtime. */
double scaling_share(const struct scaling *scaling, uint32_t row, enum compare_measure measure,
                     uint32_t size);
double scaling_projected_share(const struct scaling *scaling, uint32_t row,
                               enum compare_measure measure);

/*
 * "concat grows as n^2.00 ± 0.02 (quadratic; 5 runs, r² 0.999): 61.0 % of the run at 16,000,
 * 94.6 % at 160,000. ..."
 */
void scaling_sentence(struct scaling *scaling, uint32_t row, enum compare_measure measure,
                      char *buffer, size_t size);

/* "run_loop → concat", of an edge of the largest run; and what is said of it, from its colon on. */
void scaling_edge_text(const struct profile *profile, const struct blame_edge *edge, char *buffer,
                       size_t size);
void scaling_edge_facts(const struct blame_edge *edge, char *buffer, size_t size);

/* The metric that times are shown in. */
const struct metric *scaling_metric(const struct scaling *scaling);
/* Made at the first call: where growth enters, and all edges to blame, the largest share first. */
const struct blame *scaling_blame(struct scaling *scaling);
const struct blame_edge *scaling_edges(struct scaling *scaling, uint32_t *count);
/* For scaling.c: the columns for its sizes, to be freed; and their titles for its `at`. */
struct scaling_columns *scaling_columns_new(const struct scaling *scaling);
void scaling_columns_title(struct scaling *scaling);
/* The column of a word; NULL and ERROR_USAGE when there is none. */
const struct column *scaling_column(const struct scaling *scaling, const char *word,
                                    struct error *err);

#endif
