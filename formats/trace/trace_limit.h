/*
 * A part of a recording: the sums of the time between two moments, in place of those of all of it.
 *
 * Calls are those that begin in the part, self times the time in it, also of frames that were
 * open when it begins or are when it ends; latencies are of the calls that begin and return in it.
 * Only chunks that overlap it are unpacked.
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_LIMIT_H
#define NCPROF_FORMATS_TRACE_TRACE_LIMIT_H

#include "formats/trace/trace_file.h"

/* Nanoseconds since the recording's start. Calls without events are in no part. */
int trace_limit(struct trace *trace, int64_t from, int64_t to, struct error *err);

/*
 * The first ticks that are not before a moment, not later than one after the last event: events
 * hold no more ticks than fit a visitor's, which are counted from the start.
 */
uint64_t trace_ticks_at(const struct trace *trace, int64_t ns);

#endif
