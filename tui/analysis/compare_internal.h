/* Between the files of compare.h: a side's captures as one list of functions. */
#ifndef NCPROF_TUI_ANALYSIS_COMPARE_INTERNAL_H
#define NCPROF_TUI_ANALYSIS_COMPARE_INTERNAL_H

#include "formats/documents/number.h"
#include "tui/analysis/align.h"
#include "tui/analysis/bootstrap.h"
#include "tui/analysis/compare.h"
#include "tui/analysis/match.h"
#include "tui/analysis/permutation.h"

/* A side's `rows`: the functions of its one capture, or the alignment of those of several. */
struct captures {
    struct compare_side side;
    struct alignment *alignment; /* NULL for one capture */
    struct profile known;        /* what match.h sees: the rows, with the first capture's edges */
    bool has_calls;
};

/* Values of a row, or of all rows; times in whole units, `scale` of the metric's unit each. */
struct whole {
    double calls; /* a median of an even number of counts may be a half */
    int64_t self, total;
};

void captures_open(struct captures *captures, const struct compare_side *side);
void captures_close(struct captures *captures);
const struct metric *captures_metric(const struct captures *captures, uint32_t capture);
/* The row's function in the first capture that has it. */
uint32_t captures_function(const struct captures *captures, uint32_t row, uint16_t *capture);
/* Of one capture; all 0 when it lacks the row. */
struct whole captures_value(const struct captures *captures, uint32_t capture, uint32_t row,
                            double scale);
/* Medians over the captures. */
struct whole captures_values(const struct captures *captures, uint32_t row, double scale);
/* Medians of what a capture's functions have in sum; no `total`. */
struct whole captures_sums(const struct captures *captures, double scale);

/* All that a comparison is made from; gone when it is made. */
struct compare_work {
    struct comparison *comparison;
    const struct compare_query *query;
    struct captures a, b;
    const struct match *pairs; /* their rows */
    struct match *found;       /* the same, when nobody gave them */
    uint32_t pair_count;
    const struct metric *unit; /* the finest of all captures' metrics; values are in its units */
    struct metric parts;       /* `unit`, where single counts would be too coarse */
    double log_size_ratio;     /* NAN: unknown */
    double divisor;            /* 0, or what a value is divided by to be in the metric's unit */
    bool one_unit;             /* else only shares can be compared */
    struct permutation test;
    struct bootstrap medians_a, medians_b;
};

/* What errors call the sides. */
const char *compare_name_a(const struct compare_work *work);
const char *compare_name_b(const struct compare_work *work);
/* For several captures a side; nothing for one. */
void compare_open_noise(struct compare_work *work);
void compare_close_noise(struct compare_work *work);

/* number_in_unit(), made ready for very many values. */
static inline double compare_in_unit(const struct compare_work *work, int64_t value)
{
    return work->divisor > 0 ? (double)value / work->divisor : number_in_unit(value, work->unit);
}

/* Sets what B's values are multiplied by. */
int compare_normalise(struct compare_work *work, struct error *err);
void compare_fill_row(const struct compare_work *work, uint32_t index, struct compare_row *row);
/* Whether anything of a row is significant, before rows are sorted. */
void compare_judge(const struct compare_work *work, struct compare_row *row);
/* What is told of the rows that stay. */
void compare_measure_noise(struct compare_work *work);
/* Keeps the first `limit` rows (0: all); groups are counted before. */
void compare_sort(struct comparison *comparison, uint32_t limit);

#endif
