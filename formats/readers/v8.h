/*
 * CPU and heap profiles of V8 (Chrome, Node, Hermes): a tree of call frames with
 * numbers, and samples that name them. In .cpuprofile and .heapprofile files, and
 * in pieces within Chrome's traces.
 *
 * The protocol: https://chromedevtools.github.io/devtools-protocol/v8/Profiler/
 */
#ifndef NCPROF_FORMATS_READERS_V8_H
#define NCPROF_FORMATS_READERS_V8_H

#include "formats/profile/build.h"
#include "formats/readers/scan.h"

struct v8;

struct v8 *v8_new(struct build *build);
void v8_free(struct v8 *v8); /* NULL is allowed */

/*
 * One member of a profile object: nodes, head, samples, timeDeltas, timestamps, startTime,
 * endTime. False when it is another, which is not taken then. Later ones add to earlier ones.
 */
bool v8_member(struct v8 *v8, struct scan *scan, struct slice key);

/* Adds what `part` holds, which is empty then. */
void v8_join(struct v8 *v8, struct v8 *part);

/* Whether there are node sizes, as heap profiles have them, and not samples. */
bool v8_is_heap(const struct v8 *v8);
bool v8_has_times(const struct v8 *v8);
/*
 * States the calls of a thread. A sample lasts until the next one. Metric 0 is nanoseconds when
 * there are times, else counts of samples, or bytes of a heap profile.
 *
 * (root) and (idle) are no functions. (program) and (garbage collector) stand on the stack
 * before them, as speedscope shows them, but not on one another. Samples out of order are put in
 * that of their times, as Chrome does.
 */
void v8_state(struct v8 *v8, uint32_t thread);

#endif
