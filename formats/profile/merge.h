/*
 * Several profiles of one series added up into one.
 *
 * Functions are the same by name, module, file, line and kind, contexts by their path, processes
 * by name, threads by name within their process (the second of a name is the second in every
 * file). Calls, values, latencies, losses and the time covered are added. Metrics have to be the
 * same in all: name, unit and kind. Where not every file has a call tree only functions and edges
 * are added up, and a note says so; nor is a timeline kept, as there is none. Metadata is what all
 * files agree on, and "merged", how many they were.
 */
#ifndef NCPROF_FORMATS_PROFILE_MERGE_H
#define NCPROF_FORMATS_PROFILE_MERGE_H

#include "formats/profile/profile.h"

/* `count` is at least 1; the parts stay the caller's. ERROR_UNSUPPORTED, naming the two files. */
int profile_merge(struct profile **out, const struct profile *const *parts, uint32_t count,
                  struct error *err);

#endif
