/*
 * Units as files name them, and what values are kept in: nanoseconds, bytes.
 */
#ifndef NCPROF_FORMATS_READERS_UNITS_H
#define NCPROF_FORMATS_READERS_UNITS_H

#include "formats/profile/profile.h"
#include "formats/readers/slice.h"

struct unit {
    const char *word;
    enum metric_kind kind;
    int64_t factor; /* to nanoseconds or bytes */
};

/* Of a time or an amount of memory, small and capital letters alike; NULL for anything else. */
const struct unit *unit_find(struct slice word);
/* What profile.h calls the unit of such a metric: "s", "samples", "bytes", "". */
const char *unit_name(enum metric_kind kind);
/* The scale of values kept in nanoseconds, bytes or ones. */
double unit_scale(enum metric_kind kind);

#endif
