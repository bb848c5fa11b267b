/* The line that ends a recording. */
#ifndef NCPROF_CAPTURE_LAUNCHER_SUMMARY_H
#define NCPROF_CAPTURE_LAUNCHER_SUMMARY_H

#include "capture/launcher/drain.h"
#include "formats/trace/trace_writer.h"

#include <stddef.h>

/* "wrote x.ncp: 12.3 M calls, 2 threads, 4.1 MB, recorder overhead ~8 %" */
void summary_text(char *buffer, size_t size, const char *path, const struct trace_totals *totals,
                  const struct drain_state *state);
/* ", cut with 3 calls open, ended by _exit with 1 call open", of what there is. */
void summary_open(char *buffer, size_t size, const struct processes_open *open);

#endif
