/* The latencies that tables and documents tell of a function. */
#ifndef NCPROF_FORMATS_DOCUMENTS_LATENCY_H
#define NCPROF_FORMATS_DOCUMENTS_LATENCY_H

#include "formats/profile/profile.h"

#define LATENCIES 4

/* p50, p95, p99, max */
extern const struct latency {
    const char *name;
    double quantile;
} latencies[LATENCIES];

/* 0 when the profile holds none for the function. */
uint64_t latency_ns(const struct profile *profile, uint32_t function, double quantile);
/* Seconds; NAN when the profile holds none for the function. */
double latency_seconds(const struct profile *profile, uint32_t function, double quantile);

#endif
