/* Chrome's trace events of a timeline: the begin and the end of each call. */
#ifndef NCPROF_FORMATS_WRITERS_CHROME_TIMELINE_H
#define NCPROF_FORMATS_WRITERS_CHROME_TIMELINE_H

#include "formats/timeline.h"

/* A function's name as a string of JSON; the reader takes file and line out of "name (file:line)".
 */
void chrome_put_name(const struct function *function, FILE *out);

/*
 * Processes and threads have the system's numbers, times are microseconds since the recording's
 * start with three decimals, as recorded.
 */
int chrome_write_timeline(const struct timeline *timeline, FILE *out, struct error *err);

#endif
