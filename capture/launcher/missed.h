/* Programs that were started without the session in their environment: the trace says which. */
#ifndef NCPROF_CAPTURE_LAUNCHER_MISSED_H
#define NCPROF_CAPTURE_LAUNCHER_MISSED_H

#include "capture/channel/layout.h"
#include "formats/trace/trace_writer.h"

/* Writes a note for each of them; those of one name have one. */
int missed_note(const struct channel_header *channel, struct trace_writer *writer,
                struct error *err);

#endif
