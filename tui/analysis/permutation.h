/*
 * Is the difference between a few captures of A and of B more than chance? A permutation test
 * (Fisher 1935): if it were chance, any other split of all captures into two sides of these sizes
 * would do as well. p is the share of splits whose means differ at least as much.
 *
 * The means, although a side's value is its median: medians of other splits coincide so often
 * that with four or five captures a side no p would get below 0.05. The test is exact whatever the
 * distribution; one capture gone astray makes it careful, never wrong.
 *
 * All splits are looked at when there are at most 20,000 of them, else 9,999 drawn with a fixed
 * seed. The same values give the same p.
 */
#ifndef NCPROF_TUI_ANALYSIS_PERMUTATION_H
#define NCPROF_TUI_ANALYSIS_PERMUTATION_H

#include <stdbool.h>
#include <stdint.h>

#define PERMUTATION_LEVEL 0.05

struct permutation {
    uint32_t a, b;   /* captures a side */
    uint32_t chosen; /* the smaller of the two */
    uint32_t splits; /* in the list; of those that are drawn the observed one is not counted */
    bool drawn;
    bool enough;    /* can any difference of these sides be significant? */
    uint32_t bytes; /* of a split */
    uint8_t *list;  /* a bit a capture, of A and then of B: is it chosen? */
};

struct permutation permutation_new(uint32_t a, uint32_t b);
void permutation_free(struct permutation *test);

/* Two-sided; `values` are those of A, then those of B. */
double permutation_p(const struct permutation *test, const double *values);
/* Whether p is at most the level; looks at no more splits than that takes. */
bool permutation_significant(const struct permutation *test, const double *values);

/* Captures a side, as many on both, that a significant difference takes at least. */
uint32_t permutation_needed(void);

#endif
