/*
 * What a chunk, or the whole file, adds to the sums of contexts and to the
 * latencies of functions (FORMAT.md, section 3).
 */
#ifndef NCPROF_FORMATS_TRACE_SUMMARY_H
#define NCPROF_FORMATS_TRACE_SUMMARY_H

#include "formats/profile/histogram.h"
#include "formats/trace/definitions.h"

/* One row of a tree's sums. */
struct summary_row {
    uint32_t context;
    uint64_t calls, self;
};

/* The writer appends a payload in this order: count of trees, each tree, count of latencies, each
 * one. */
void summary_encode_tree(struct bytes *out, uint32_t thread, const struct summary_row *rows,
                         uint32_t count);

/* One function's latencies; `previous` is the function of the row before, 0 for the first. */
void summary_encode_latency(struct bytes *out, uint32_t previous, uint32_t function,
                            const struct histogram *latency);

/* The payload for the index: all that is known. `latency` has one element a function. */
void summary_encode_all(struct bytes *out, const struct definitions *definitions,
                        const struct histogram *latency);

/*
 * Adds a payload to the contexts' sums and to the functions' latencies. False when it is not
 * valid; what fitted before that place has been added.
 */
bool summary_decode(struct definitions *definitions, struct histogram *latency,
                    const struct bytes *payload);

#endif
