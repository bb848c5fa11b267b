/*
 * The functions of one run that are worth the work, and what that work can bring
 * at best: Amdahl's bound, by a function's own time.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_HOTSPOTS_H
#define NCPROF_TUI_ANALYSIS_PLAN_HOTSPOTS_H

#include "tui/analysis/plan_facts.h"
#include "tui/columns.h"

/* Never optimise what is below this share of the run. */
#define PLAN_WORTHWHILE 0.05

struct plan_hotspot {
    uint32_t function;
    struct values values;
    double share;        /* its tottime of the whole */
    double saved, limit; /* see amdahl.h: when it is made twice as fast; as fast as one likes */
};

struct plan_hotspots {
    const struct profile *profile;
    bool by_total; /* ordered by cumtime */
    struct plan_hotspot *rows;
    uint32_t count;
    uint32_t left_out;     /* functions that are not among the rows */
    double left_out_share; /* what they spend themselves */
};

/*
 * Without `seconds` (NAN) the functions whose tottime is PLAN_WORTHWHILE at least, by tottime;
 * with it those whose cumtime is at least that, by cumtime.
 */
struct plan_hotspots *plan_hotspots_new(const struct profile *profile, double seconds);
void plan_hotspots_free(struct plan_hotspots *hotspots);

/* ncalls tottime % cumtime % "2x faster" "at most" function */
extern const struct column plan_hotspot_columns[];

#endif
