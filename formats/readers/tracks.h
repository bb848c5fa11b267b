/*
 * Spans of time on tracks, as trace files have them: each with a function, a
 * beginning and an end, in any order. Laid into one another they are the calls
 * of a thread.
 *
 * What is odd is settled so that every function has just the time of its spans:
 *
 *   - A span that ends while spans inside it go on: these go on outside it, as one
 *     call. Where more than TRACKS_REOPEN are inside, they end with it.
 *   - An end without a beginning is left out; a beginning without an end lasts as
 *     long as its track.
 *   - Of spans that begin together the longest is outside; ends at one time may come
 *     in any order.
 */
#ifndef NCPROF_FORMATS_READERS_TRACKS_H
#define NCPROF_FORMATS_READERS_TRACKS_H

#include "formats/profile/build.h"

#define TRACKS_REOPEN 64u

struct tracks;

struct tracks *tracks_new(void);
void tracks_free(struct tracks *tracks); /* NULL is allowed */

uint32_t tracks_add(struct tracks *tracks);
/* Before the end: the thread whose calls those of a track become; several tracks may share one. */
void tracks_thread(struct tracks *tracks, uint32_t track, uint32_t thread);
/*
 * Functions are numbers of the caller's, from 0 on. Times in the value unit of metric 0.
 * PROFILE_NONE ends whatever was begun last.
 */
void tracks_begin(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at);
void tracks_end(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at);
void tracks_span(struct tracks *tracks, uint32_t track, uint32_t function, int64_t at,
                 int64_t duration);

/*
 * States contexts, calls, times, latencies, the whole time covered, and notes on what was odd.
 * `functions` are those of the build, by the caller's numbers.
 */
void tracks_finish(struct tracks *tracks, struct build *build, const uint32_t *functions);

#endif
