/*
 * The texts of a zip archive in memory, line by line: unpacked piece by piece, never more than a
 * limit in all, whatever the archive says of its sizes.
 */
#ifndef NCPROF_FORMATS_READERS_ARCHIVE_H
#define NCPROF_FORMATS_READERS_ARCHIVE_H

#include "formats/profile/error.h"
#include "formats/readers/slice.h"

#include <stdint.h>

struct archive;

/* The bytes are the caller's until archive_close(). `limit` is how many may be unpacked. */
struct archive *archive_open(const uint8_t *data, size_t size, uint64_t limit, struct error *err);
void archive_close(struct archive *archive); /* NULL is allowed */

/* Bytes unpacked so far. */
uint64_t archive_unpacked(const struct archive *archive);

/*
 * Gives each line of the text of that name, in capital letters or small, without the blanks around
 * it, to `take` with its number, from 1. 0, 1: there is no such text, -1.
 */
int archive_read(struct archive *archive, const char *name,
                 void (*take)(void *context, struct slice line, uint64_t number), void *context,
                 struct error *err);

#endif
