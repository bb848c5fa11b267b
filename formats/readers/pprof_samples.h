/*
 * The samples of a pprof message: what is at work here takes them apart in one thread and makes
 * their stacks contexts in another.
 */
#ifndef NCPROF_FORMATS_READERS_PPROF_SAMPLES_H
#define NCPROF_FORMATS_READERS_PPROF_SAMPLES_H

#include "formats/readers/pprof_tables.h"

#define PPROF_TYPES_MAX 64u
#define PPROF_CALLS     UINT32_MAX /* in place of a metric: the values are ncalls */

/* What the values of a type of samples are stated as. */
struct pprof_metric {
    uint32_t metric;
    int64_t factor; /* to nanoseconds, bytes, ones */
    int64_t sum;    /* of absolute values so far */
};

struct pprof_samples {
    struct pprof_metric types[PPROF_TYPES_MAX]; /* set by the caller */
    uint32_t type_count;
    /* How many samples there are, and those with labels or another number of values than types. */
    uint64_t count, labelled, unlike;
    uint64_t out_of_range; /* values */
};

/* States all samples of the message that the tables are of, and their threads. */
int pprof_samples_read(struct pprof_samples *samples, struct pprof_tables *tables,
                       const uint8_t *data, size_t size, struct error *err);

#endif
