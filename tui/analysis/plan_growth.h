/* Rows about how functions grow, as the reports of a plan show them. */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_GROWTH_H
#define NCPROF_TUI_ANALYSIS_PLAN_GROWTH_H

#include "tui/analysis/scaling.h"

struct plan_grown {
    uint32_t row;                 /* of scaling->rows */
    enum compare_measure measure; /* whose class of growth is told */
    double share, projected; /* of cumtime, at the largest size and at scaling->at; 0 unknown */
};

struct plan_growth {
    const struct scaling *scaling;
    struct plan_grown *rows;
    uint32_t count;
};

/* By calls, which are exact; by cumtime where these are always the same or have no class. */
struct plan_grown plan_grown_of(const struct scaling *scaling, uint32_t row);

/* The rows that scaling_select() chose, in its order. */
void plan_growth_selected(struct plan_growth *growth, const struct scaling *scaling);
void plan_growth_done(struct plan_growth *growth);

/* ncalls "calls n^" "tottime n^" "cumtime n^" growth "cumtime %" "projected %" function */
extern const struct column plan_growth_columns[];

#endif
