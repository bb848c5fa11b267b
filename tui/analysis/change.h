/* The values of A and B at one place of a call tree, or along one edge, and how they differ. */
#ifndef NCPROF_TUI_ANALYSIS_CHANGE_H
#define NCPROF_TUI_ANALYSIS_CHANGE_H

#include "formats/profile/profile.h"
#include "tui/analysis/compare.h"

struct change_scale {
    const struct metric *metric_a, *metric_b;
    double size_ratio;                /* NAN or 1: no exponents */
    double time_factor, calls_factor; /* what B's values are multiplied by; exponents are without */
    bool calls;                       /* both profiles hold them */
};

struct change_scale change_scale(const struct profile *a, uint32_t metric_a,
                                 const struct profile *b, uint32_t metric_b, double size_ratio);

bool change_has_exponents(const struct change_scale *scale);
/* ln(b / a) / ln(size ratio); NAN when it is not defined. */
double change_exponent(const struct change_scale *scale, double a, double b);
double change_seconds_a(const struct change_scale *scale, int64_t value);
double change_seconds_b(const struct change_scale *scale, int64_t value); /* as measured */

/* NULL: the side lacks it. Growth is not classed. */
void change_of(const struct change_scale *scale, const struct values *a, const struct values *b,
               struct compare_change change[COMPARE_MEASURES]);
/* Called more often, and each call slower: they add up to the change of cumtime. NAN unknown. */
void change_split(const struct compare_change change[COMPARE_MEASURES], double *more_calls,
                  double *slower_calls);

#endif
