/* Reads the .ncp container of FORMAT.md into a profile. */
#ifndef NCPROF_FORMATS_TRACE_TRACE_READER_H
#define NCPROF_FORMATS_TRACE_TRACE_READER_H

#include "formats/format.h"

extern const struct reader trace_reader;

#endif
