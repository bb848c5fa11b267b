/*
 * Two profiles side by side, function by function; or two sides of several captures each.
 *
 * Identity: match.h. A row is `matched`, `new` (only in B), `gone` (only in A) or `moved`: the
 * same name in another place, or clearly renamed.
 *
 * A side's value is the median over its captures; a capture that lacks the function counts as 0.
 * ratio = B/A, delta = B-A, exponent = ln(ratio)/ln(size ratio).
 *
 * Normaliser: B's values are scaled to A's, so that what is left of a difference is the
 * function's own. A's values, exponents and classes of growth are always as measured.
 *
 *   NONE      as measured
 *   TOTAL     times x total A / total B, calls x all calls in A / in B
 *   CALLS     times and calls x all calls in A / in B
 *   FUNCTION  times x its cumtime in A / in B, calls x its ncalls in A / in B
 *   SIZE      times and calls x size A / size B
 */
#ifndef NCPROF_TUI_ANALYSIS_COMPARE_H
#define NCPROF_TUI_ANALYSIS_COMPARE_H

#include "formats/profile/profile.h"
#include "tui/columns.h"

struct match;

enum compare_status { COMPARE_MATCHED, COMPARE_MOVED, COMPARE_NEW, COMPARE_GONE };
#define COMPARE_STATUSES 4

/* Classes of growth by exponent; design: below 0.1, 0.9, 1.1, 1.3, 1.5, 1.8, 2.8. */
enum growth {
    /* Not classed: sizes unknown or equal (of times: within a fifth), too few calls, little time.
     */
    GROWTH_NONE,
    GROWTH_CONSTANT,
    GROWTH_SUBLINEAR,
    GROWTH_LINEAR,
    GROWTH_N_LOG_N,
    GROWTH_RISING,
    GROWTH_SUPERLINEAR,
    GROWTH_QUADRATIC,
    GROWTH_CUBIC,
};
/* With less than these everywhere growth is noise and is neither classed nor blamed on an edge. */
#define GROWTH_LEAST_SHARE 0.001
#define GROWTH_LEAST_CALLS 3
const char *growth_name(enum growth growth); /* NULL for GROWTH_NONE */
enum growth growth_of(double exponent);      /* GROWTH_NONE for NAN */

/* One of ncalls, tottime, cumtime. */
enum compare_measure { COMPARE_NCALLS, COMPARE_TOTTIME, COMPARE_CUMTIME, COMPARE_MEASURES };

enum compare_normalise {
    COMPARE_NORMALISE_NONE,
    COMPARE_NORMALISE_TOTAL,
    COMPARE_NORMALISE_CALLS,
    COMPARE_NORMALISE_FUNCTION,
    COMPARE_NORMALISE_SIZE,
};

#define COMPARE_CAPTURES_MAX 64

/* One side: captures of the same program on inputs of the same size. All borrowed. */
struct compare_side {
    const struct profile *const *profiles;
    uint32_t count;          /* 1 to COMPARE_CAPTURES_MAX */
    const uint32_t *metrics; /* one a capture; NULL: the default one of each */
    double size;             /* NAN: what the captures say */
};

struct compare_row {
    enum compare_status status;
    uint32_t function_a, function_b; /* PROFILE_NONE on the side that lacks it */
    uint16_t capture_a, capture_b;   /* of the side's, the one whose function that is */
    bool uncertain;                  /* captures enough, and nothing of it significant: dimmed */
    uint32_t pair;                   /* which function it is; outlives sorting */
    struct compare_change {
        double a, b;     /* times in the metric's unit (seconds); NAN when a side lacks it */
        double delta;    /* a missing function counts as 0; NAN without calls in a file */
        double ratio;    /* NAN when A is 0 or a side is missing */
        double exponent; /* as measured; NAN when not defined */
        enum growth growth;
    } change[COMPARE_MEASURES];
    /*
     * Of the blamed measure: delta calls x time a call in A, and calls in B x delta time a call;
     * they add up to its delta. A new or gone function is all more (or fewer) calls. NAN without
     * calls.
     */
    double more_calls, slower_calls;
};

/* Rows to keep, by status; what changed is matched or moved and differs in some value. */
#define COMPARE_ONLY(status) (1u << (status))
#define COMPARE_ONLY_CHANGED (1u << COMPARE_STATUSES)

struct compare_query {
    const char *sort; /* NULL: delta of the blamed measure, by size */
    bool reverse;
    const char *filter;
    double threshold; /* hide rows below this share of cumtime and tottime on both sides */
    uint32_t limit;
    unsigned only;              /* 0: all; else COMPARE_ONLY(...) | ... */
    enum compare_measure blame; /* COMPARE_TOTTIME, or else cumtime */
    enum compare_normalise normalise;
    const char *normalise_function; /* its name, for FUNCTION */
    bool allow_unlike;              /* units and clocks that differ are compared all the same */
    const char *name_a, *name_b;    /* what errors call the sides; NULL: A, B */
    /*
     * Of one capture a side: what match_functions() says of the two, borrowed, for whoever compares
     * them again and again; NULL: they are matched anew.
     */
    const struct match *pairs;
    uint32_t pair_count;
};

/*
 * Sorted by a column of change (delta, ratio, exponent, class, more_calls, slower_calls), rows
 * stand in groups, one after another whatever the order is, so that what is new or gone never
 * swamps what changed. By any other column all stand together.
 */
enum compare_group { COMPARE_BOTH, COMPARE_UNCERTAIN, COMPARE_ONLY_B, COMPARE_ONLY_A };
#define COMPARE_GROUPS 4

/* With several captures a side, of one measure of a row. */
struct compare_noise {
    double p;         /* two-sided, of a permutation test of the means; NAN: not tested */
    double low, high; /* of the delta: 95 % of a bootstrap, or the band when there are too few */
    bool judged;      /* exact, or captures enough to say whether it is */
    bool significant; /* at 95 %; an exact count that changed always is */
};

struct comparison {
    const struct profile *a, *b;                              /* the first capture of each side */
    uint32_t metric_a, metric_b;                              /* theirs */
    const struct profile *captures[2 * COMPARE_CAPTURES_MAX]; /* count_a of A, then B's */
    uint32_t count_a, count_b;
    double size_a, size_b, size_ratio; /* NAN unknown */
    double total_a, total_b;           /* seconds, as measured */

    enum compare_normalise normalise;
    char normalise_function[256];     /* as it is shown */
    double time_factor, calls_factor; /* what B's values are multiplied by */
    bool unlike;                      /* units or clocks differ and are compared on request */
    enum compare_measure blame;

    struct compare_row *rows;
    uint32_t count, functions, matched, hidden; /* matched: by the filter and `only` */
    uint32_t of_status[COMPARE_STATUSES];       /* of all functions */
    const struct column *sort;
    bool reverse;

    bool grouped;
    struct compare_group_rows {
        uint32_t first, count; /* of all rows, also beyond the limit */
        double tottime;        /* their sum: B's, in the last group A's */
    } groups[COMPARE_GROUPS];

    bool repeated;   /* several captures on a side */
    uint32_t needed; /* captures a side that 95 % would take; 0: there are enough */
    struct compare_noise *noise;
};

/*
 * status, then for each of cumtime, tottime and ncalls _a _b _ratio _exponent _class, then, of the
 * blamed measure, delta interval more_calls slower_calls, then function
 */
extern const struct column compare_columns[];
/* Among the flags that a column needs: several captures a side. */
#define COMPARE_REPEATED (1u << 30)

/*
 * ERROR_USAGE: unknown sort word, sizes not above zero, captures of one side that differ in size
 * or unit, unlike units or clocks, a normaliser that a side lacks.
 */
int compare_new(struct comparison **out, const struct compare_side *a, const struct compare_side *b,
                const struct compare_query *query, struct error *err);
/* Can the two be compared as they are? Wall and CPU time have one unit but are not one thing. */
bool compare_is_alike(const struct metric *a, const struct metric *b);
/* Only shares of unlike units can be compared: nothing grows from one into the other. */
bool compare_is_one_unit(const struct metric *a, const struct metric *b);
/*
 * The size recorded in the profile, or "@n=1000" or "@size=1e3" in its file's name; NAN unknown.
 * The second tells a name that says 0 or less: ERROR_USAGE with the file.
 */
double compare_size(const struct profile *profile);
int compare_read_size(const struct profile *profile, double *size, struct error *err);
void compare_free(struct comparison *comparison);
void compare_sentence(const struct comparison *comparison, uint32_t row, char *buffer, size_t size);
/* The same without how it grows, where that is told otherwise. */
void compare_change_sentence(const struct comparison *comparison, uint32_t row, char *buffer,
                             size_t size);
/* "as measured", "B scaled by the total (times ×0.25, calls ×0.3)" */
void compare_normaliser(const struct comparison *comparison, char *buffer, size_t size);
/* "only in B: 12 functions, 3.100 s" */
void compare_group_title(const struct comparison *comparison, enum compare_group group,
                         char *buffer, size_t size);
/* "matched", "new", ... */
const char *compare_status_name(enum compare_status status);
/* Two sizes that are known and differ: without them there is no exponent. */
bool compare_has_sizes(const struct comparison *comparison);
/* "ncalls", "tottime", "cumtime" */
extern const char *const compare_measures[COMPARE_MEASURES];
/* "none", "total", ...: the words of --normalise */
const char *compare_normalise_name(enum compare_normalise normalise);
/* The function to show for a row: B's, or A's when it is gone. */
const struct function *compare_function(const struct comparison *comparison, uint32_t row);
/* NULL with one capture a side. */
const struct compare_noise *compare_noise(const struct comparison *comparison, uint32_t row,
                                          enum compare_measure measure);
/* The function in A; NULL when it is new. */
const struct function *compare_function_a(const struct comparison *comparison, uint32_t row);

#endif
