/*
 * How far the difference of two medians may be off: the interval that holds 95 % of what it would
 * be for other captures drawn, with repetition, from the same ones (Efron 1979).
 *
 * Nothing is drawn: the chance of each median of such a draw is known (Maritz and Jarrett 1978),
 * and so is that of each difference. The same values give the same interval.
 */
#ifndef NCPROF_TUI_ANALYSIS_BOOTSTRAP_H
#define NCPROF_TUI_ANALYSIS_BOOTSTRAP_H

#include <stdint.h>

/* The medians that draws from so many values can have; values by their rank. */
struct bootstrap {
    uint32_t values, count;
    struct bootstrap_median {
        uint32_t low, high; /* ranks, from 0, that it lies half-way between; the same for odd */
        double chance;
    } * medians;
};

struct bootstrap bootstrap_new(uint32_t values);
void bootstrap_free(struct bootstrap *bootstrap);

/* Of median(b) - median(a); both lists ascending. */
void bootstrap_interval(const struct bootstrap *of_a, const double *a, const struct bootstrap *of_b,
                        const double *b, double *low, double *high);

#endif
