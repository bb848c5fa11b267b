/*
 * Which runs of a plan are compared with which: by the sizes of their inputs.
 *
 *   steps   each size with the next larger one, all runs of a size being captures of one side
 *   all     every run with every larger one, and with those of its own size behind it
 *   one     two runs, as asked
 *
 * Runs without a profile take no part.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_PAIRS_H
#define NCPROF_TUI_ANALYSIS_PLAN_PAIRS_H

#include "tui/analysis/compare.h"
#include "tui/analysis/plan_facts.h"

struct plan_side {
    uint32_t first, count; /* in plan_pairs.order */
};

struct plan_pair {
    struct plan_side a, b;
};

struct plan_pairs {
    const struct run_facts *facts;
    uint32_t *order; /* runs with a profile, by size, equal ones in the plan's order */
    uint32_t run_count;
    struct plan_pair *list;
    uint32_t count;
};

/* ERROR_USAGE when metrics or clocks of the runs differ. All of these may be empty. */
int plan_pairs_steps(struct plan_pairs **out, const struct run_facts *facts, uint32_t count,
                     struct error *err);
int plan_pairs_all(struct plan_pairs **out, const struct run_facts *facts, uint32_t count,
                   struct error *err);
/* Both with a profile. */
int plan_pairs_one(struct plan_pairs **out, const struct run_facts *facts, uint32_t a, uint32_t b,
                   struct error *err);
void plan_pairs_free(struct plan_pairs *pairs);

const struct run_facts *plan_pairs_run(const struct plan_pairs *pairs, struct plan_side side,
                                       uint32_t index);
/* The comparison of one pair, made anew each time; the caller frees it. */
int plan_pairs_compare(struct comparison **out, const struct plan_pairs *pairs,
                       const struct plan_pair *pair, const struct compare_query *query,
                       struct error *err);

#endif
