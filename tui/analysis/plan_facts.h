/*
 * What the analyses of a plan know of its runs: plain facts. The caller has read
 * the plan and loaded the results, and owns both.
 */
#ifndef NCPROF_TUI_ANALYSIS_PLAN_FACTS_H
#define NCPROF_TUI_ANALYSIS_PLAN_FACTS_H

#include "formats/profile/profile.h"

enum run_cache { RUN_CACHE_UNSAID, RUN_CACHE_COLD, RUN_CACHE_WARM };

struct run_facts {
    const char *id, *start, *end, *label, *status; /* "" when the plan does not say */
    const char *revision;                          /* of the sources, "" unknown */
    const char *stopped;                           /* UTC as ISO 8601, "" unknown */
    const char *phase;                             /* a number's digits or a text; "" unsaid */
    double days, size;                             /* NAN unknown */
    double seconds;                                /* from start to stop of the run, NAN unknown */
    bool dirty;                                    /* sources with changes of their own */
    enum run_cache cache;
    const struct profile *profile; /* NULL: there is none */
    const struct profile *threads; /* YAPPI's table of threads beside it, or NULL */
    const char *threads_note;      /* why there is none although there is a file; or NULL */
    const char *missing;           /* why there is no profile; NULL when there is one */
};

/* Said by the plan, else by the word "cold" or "warm" in the run's id or label. */
enum run_cache run_cache_of(const char *said, const char *id, const char *label);

/* Both of the default metric, in its unit; NAN without a profile. */
double run_total(const struct run_facts *facts);
/* 0 without a profile. */
uint64_t run_calls(const struct run_facts *facts);

/* Whether two runs are about the same input: dates and size. */
bool run_same_input(const struct run_facts *a, const struct run_facts *b);

#endif
