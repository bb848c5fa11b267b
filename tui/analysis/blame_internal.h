/* Between the files of blame.h: what passes along an edge, or through a function, in both runs. */
#ifndef NCPROF_TUI_ANALYSIS_BLAME_INTERNAL_H
#define NCPROF_TUI_ANALYSIS_BLAME_INTERNAL_H

#include "tui/analysis/blame.h"

#define BLAME_GROWN 1.3

struct blame {
    const struct profile *a, *b;
    uint32_t metric_a, metric_b;
    struct change_scale scale;
    double total_a, total_b;
    uint32_t *in_a; /* by function of B */
    uint32_t *in_b; /* by function of A */
};

struct blame_flow {
    struct values a, b;
    bool in_both;
};

struct blame_flow blame_function_flow(const struct blame *blame, uint32_t function);
struct blame_flow blame_edge_flow(const struct blame *blame, uint32_t edge);

double blame_calls_exponent(const struct blame *blame, const struct blame_flow *flow);
double blame_self_exponent(const struct blame *blame, const struct blame_flow *flow);
double blame_total_exponent(const struct blame *blame, const struct blame_flow *flow);
double blame_share_b(const struct blame *blame, int64_t value);
/* Whether there is time enough in one of the runs. */
bool blame_has_weight(const struct blame *blame, const struct blame_flow *flow);

/* Whether an edge of B is to blame; `found` is filled either way. */
bool blame_by_calls(const struct blame *blame, uint32_t edge, const struct blame_flow *flow,
                    struct blame_edge *found);
bool blame_by_time(const struct blame *blame, uint32_t edge, const struct blame_flow *flow,
                   struct blame_edge *found);

#endif
