/* What statistics.c, statistics_sort.c and statistics_edges.c share; for nobody else. */
#ifndef NCPROF_TUI_ANALYSIS_STATISTICS_INTERNAL_H
#define NCPROF_TUI_ANALYSIS_STATISTICS_INTERNAL_H

#include "tui/analysis/statistics.h"

#define STATISTICS_KEYS_MAX 16

struct statistics_key;

struct statistics_sort {
    const struct statistics_key *keys[STATISTICS_KEYS_MAX];
    uint32_t count;
};

/* "time,name", each a word of pstats or the beginning of one; NULL is time. */
int statistics_sort_parse(const char *text, struct statistics_sort *sort, struct error *err);
/* Fills `order`, `count` and `sorted_by`. */
void statistics_sort_rows(struct statistics *statistics, const struct statistics_sort *sort,
                          bool reverse);

/* Fills the edges from the profile's; `row_of` tells a function's row. */
void statistics_edges(struct statistics *statistics, const uint32_t *row_of);

static inline void statistics_add(struct values *to, const struct values *values)
{
    to->calls += values->calls;
    to->primitive += values->primitive;
    to->self += values->self;
    to->total += values->total;
}

#endif
