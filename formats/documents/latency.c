#include "formats/documents/latency.h"

const struct latency latencies[LATENCIES] = {
    {"p50", 0.5}, {"p95", 0.95}, {"p99", 0.99}, {"max", 1}};

uint64_t latency_ns(const struct profile *profile, uint32_t function, double quantile)
{
    if (!profile->latency || !profile->latency[function].total)
        return 0;
    const struct histogram *latency = &profile->latency[function];
    /* The greatest is known exactly, not only by its bucket. */
    return quantile < 1 ? histogram_quantile(latency, quantile) : latency->max;
}

double latency_seconds(const struct profile *profile, uint32_t function, double quantile)
{
    if (!profile->latency || !profile->latency[function].total)
        return NAN;
    return (double)latency_ns(profile, function, quantile) / 1e9;
}
