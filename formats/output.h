/*
 * A file that is written as a whole or not at all: into a temporary name beside it, then moved
 * into its place. What a symbolic link names is replaced, not the link; a device or a pipe
 * is written to. "-" is standard output.
 */
#ifndef NCPROF_FORMATS_OUTPUT_H
#define NCPROF_FORMATS_OUTPUT_H

#include "formats/profile/error.h"

#include <stdio.h>

struct output {
    FILE *file;
    char *path, *temporary; /* NULL when nothing is to be moved */
};

/* Makes the folders above `path` that are missing. */
int output_begin(struct output *output, const char *path, struct error *err);
/* Flushes to the disk and moves into place; on failure the old file stays as it was. */
int output_end(struct output *output, struct error *err);
/* Throws away what was written. */
void output_cancel(struct output *output);

#endif
