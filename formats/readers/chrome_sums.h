/*
 * Trace files that ncprof wrote (formats/writers/chrome.c) are no timeline: each span is the sum of
 * the calls of a call path. Its begin says how many.
 */
#ifndef NCPROF_FORMATS_READERS_CHROME_SUMS_H
#define NCPROF_FORMATS_READERS_CHROME_SUMS_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

struct sum_open {
    uint32_t context;
    int64_t begin, callees; /* what the callees seen so far took */
};

/* A zeroed struct is empty. Spans come depth first, one thread after another. */
struct sums {
    ARRAY(struct sum_open) open;
    uint32_t thread;
    uint64_t spans, unmatched;
};

/* Takes the file's "otherData": whether it is ncprof that wrote it. */
bool sums_announced(struct scan *scan);
/* `calls`: -1 when they are not stated. */
void sums_begin(struct sums *sums, struct build *build, uint32_t thread, uint32_t function,
                int64_t calls, int64_t at);
void sums_end(struct sums *sums, struct build *build, uint32_t thread, int64_t at);
void sums_free(struct sums *sums);

#endif
