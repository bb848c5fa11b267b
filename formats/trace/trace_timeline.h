/* A trace's calls with their moments: the `replay` of its reader (formats/timeline.h). */
#ifndef NCPROF_FORMATS_TRACE_TRACE_TIMELINE_H
#define NCPROF_FORMATS_TRACE_TRACE_TIMELINE_H

#include "formats/timeline.h"

int trace_timeline_replay(struct input *input, const struct profile_part *part,
                          const struct timeline_visitor *visitor, void *payload, struct error *err);

#endif
