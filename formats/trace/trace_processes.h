/* The PROCESSES chunks of FORMAT.md, section 7: parents, commands and ends of processes. */
#ifndef NCPROF_FORMATS_TRACE_TRACE_PROCESSES_H
#define NCPROF_FORMATS_TRACE_TRACE_PROCESSES_H

#include "formats/profile/build.h"
#include "formats/trace/trace_file.h"

/* States what one chunk says of the builder's `count` processes; what makes no sense is left out.
 */
void trace_processes_state(const struct trace_text *text, uint32_t count, struct build *build);

#endif
