/*
 * Trace files that ncprof wrote (formats/writers/chrome.c) are no timeline: each span is the sum of
 * the calls of a call path. Its arguments say how many, and how deep it stands in the tree.
 */
#ifndef NCPROF_FORMATS_READERS_CHROME_SUMS_H
#define NCPROF_FORMATS_READERS_CHROME_SUMS_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

struct sum_span {
    int64_t depth;    /* from 1; 0: not stated */
    int64_t calls;    /* -1: not stated */
    int64_t duration; /* callees included */
};

struct sum_open {
    uint32_t context;
    int64_t left; /* not taken by the callees seen so far */
};

/* A zeroed struct is empty. Spans come depth first, one thread after another. */
struct sums {
    ARRAY(struct sum_open) open;
    uint32_t thread;
    uint64_t spans;
};

/* Takes the file's "otherData": whether it is ncprof that wrote it. */
bool sums_announced(struct scan *scan);
/* Takes a span's "args". */
void sums_arguments(struct scan *scan, struct sum_span *span);
void sums_take(struct sums *sums, struct build *build, uint32_t thread, uint32_t function,
               const struct sum_span *span);
/* After the last span, and before what is in it is freed. */
void sums_finish(struct sums *sums, struct build *build);

#endif
