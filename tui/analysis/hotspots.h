/* Hotspots: one row a function, ordered and filtered. Pure: same profile and query, same rows. */
#ifndef NCPROF_TUI_ANALYSIS_HOTSPOTS_H
#define NCPROF_TUI_ANALYSIS_HOTSPOTS_H

#include "formats/profile/profile.h"
#include "tui/analysis/names.h"
#include "tui/columns.h"

struct hotspots_query {
    uint32_t metric;
    uint32_t thread;  /* PROFILE_NONE: all */
    const char *sort; /* a column's id; NULL: tottime */
    bool reverse;
    const char *filter; /* NULL: all */
    double threshold;   /* hide what has both tottime and cumtime below this share; 0 none */
    uint32_t limit;     /* 0: no limit */
};

struct hotspot {
    uint32_t function;
    struct values values;
    uint64_t sorted_latency; /* ns, of the latency column that the table is sorted by; else 0 */
};

struct hotspots {
    const struct profile *profile;
    uint32_t metric, thread;
    struct hotspot *rows;
    uint32_t count;
    uint32_t functions; /* before filter, threshold and limit */
    int64_t total;      /* 100 % */
    uint32_t matched;   /* functions that the filter let through */
    int64_t matched_self;
    uint32_t hidden; /* below the threshold */
    int64_t hidden_self;
    const struct column *sort;
    bool reverse;
};

extern const struct column hotspot_columns[];
/* ncalls tottime tottime% percall cumtime cumtime% cumpercall p50 p95 p99 max function */

/* Fails (ERROR_USAGE) on an unknown sort word only, naming the known ones. */
int hotspots_new(struct hotspots **out, const struct profile *profile,
                 const struct hotspots_query *query, struct error *err);
void hotspots_free(struct hotspots *hotspots);

/* The sentence about one row, exact enough to paste into a bug report. */
void hotspots_sentence(const struct hotspots *hotspots, uint32_t row, char *buffer, size_t size);
/* "210 functions below 5 % hidden (25.0 %)"; "" when nothing is hidden. */
void hotspots_hidden_sentence(const struct hotspots *hotspots, double threshold, char *buffer,
                              size_t size);

/* NAN where a row has no latencies: the file holds none, or the table is about one thread. */
double hotspots_latency(const struct hotspots *hotspots, uint32_t row, double quantile);

#endif
