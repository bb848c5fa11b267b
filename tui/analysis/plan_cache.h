/*
 * What a cold cache costs: runs over the same input, one with the cache emptied
 * before and one with it filled.
 *
 * overhead = (cold - warm) / warm, of the runs' whole time.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_CACHE_H
#define NCPROF_TUI_ANALYSIS_PLAN_CACHE_H

#include "tui/analysis/compare.h"
#include "tui/analysis/plan_facts.h"

enum cache_advice {
    CACHE_ADVICE_NONE,   /* nothing was measured */
    CACHE_ADVICE_SINGLE, /* below 10 %: single runs suffice */
    CACHE_ADVICE_REPEAT, /* from 10 to 30 %: repeat runs, or treat them with care */
    CACHE_ADVICE_PRELOAD /* above 30 %: preload the cache first */
};
#define CACHE_OVERHEAD_SINGLE  0.10
#define CACHE_OVERHEAD_PRELOAD 0.30

enum cache_advice cache_advice_of(double overhead);      /* NONE for NAN */
const char *cache_advice_name(enum cache_advice advice); /* for documents; NULL for NONE */
/* What to do, a sentence; "" for NONE. */
const char *cache_advice_sentence(enum cache_advice advice);

/* A function's part of the difference; its own time, so that the parts add up to the whole. */
struct cache_part {
    const struct function *function;
    double cold, warm, delta; /* seconds of tottime; NAN where it does not occur */
    double share;             /* of cold - warm; NAN when that is nothing */
};

struct cache_pair {
    uint32_t cold, warm;           /* of the facts */
    double cold_total, warm_total; /* seconds */
    double overhead;               /* NAN when the warm run took no time */
    enum cache_advice advice;
    struct cache_part *parts; /* what costs more when cold, the largest first */
    uint32_t part_count;
    struct comparison *comparison; /* A warm, B cold */
};

struct cache_impact {
    const struct run_facts *facts;
    struct cache_pair *pairs;
    uint32_t pair_count;
    uint32_t *unpaired; /* runs with a profile for which there is no counterpart */
    uint32_t unpaired_count;
    double overhead; /* the largest of the pairs; NAN without a pair */
    enum cache_advice advice;
};

/*
 * The n-th cold run over an input makes a pair with the n-th warm one over it. ERROR_USAGE when
 * the two of a pair cannot be compared: other metrics or clocks.
 */
int cache_impact_new(struct cache_impact **out, const struct run_facts *facts, uint32_t count,
                     struct error *err);
void cache_impact_free(struct cache_impact *cache);

#endif
