/* The members "stackFrames" and "samples" of a Chrome trace. */
#ifndef NCPROF_FORMATS_READERS_CHROME_SAMPLES_H
#define NCPROF_FORMATS_READERS_CHROME_SAMPLES_H

#include "formats/readers/chrome_places.h"

struct samples;

struct samples *samples_new(struct build *build);
void samples_free(struct samples *samples); /* NULL is allowed */

/* {"1": {"name": ..., "parent": "2"}, ...} */
void samples_frames(struct samples *samples, struct scan *scan);
/* [{"pid": ..., "tid": ..., "ts": ..., "sf": "1"}, ...] */
void samples_list(struct samples *samples, struct scan *scan);

bool samples_any(const struct samples *samples);
/* Each lasts until the next one of its thread. Metric 0 is nanoseconds. */
void samples_state(struct samples *samples, struct places *places);

#endif
