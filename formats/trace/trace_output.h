/*
 * The file a trace is appended to.
 *
 * A new file gets its final name at once, with O_EXCL: as every prefix of a trace is a readable
 * trace, a temporary name would only hide from the user what a killed recorder leaves. Where an
 * older file is to be replaced the new one is written beside it as PATH.PID.part and renamed at the
 * end, so that the older one survives a run that fails.
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_OUTPUT_H
#define NCPROF_FORMATS_TRACE_TRACE_OUTPUT_H

#include "formats/profile/error.h"
#include "formats/trace/trace_writer.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trace_output;

int trace_output_open(struct trace_output **out, const char *path, bool force, struct error *err);

/* Goes on with a file after its first `size` bytes; the rest is cut off. `target` may be NULL. */
int trace_output_resume(struct trace_output **out, const char *path, const char *target,
                        uint64_t size, struct error *err);

/*
 * Appends all of it or none: what the system took of a failed write is cut off again. The first
 * failure is told once; after it nothing is written and 0 returned.
 */
int trace_output_append(struct trace_output *output, const void *data, size_t size,
                        struct error *err);
bool trace_output_failed(const struct trace_output *output);
struct trace_place trace_output_place(const struct trace_output *output);
uint64_t trace_output_size(const struct trace_output *output);

/*
 * Gives the file its name and frees `output`. After a failed append it fails with that error; the
 * older file, if any, then stays and the new one keeps its .part name, which the error tells.
 */
int trace_output_close(struct trace_output *output, struct error *err);
/* Closes and removes the new file. */
void trace_output_discard(struct trace_output *output);

#endif
