/* The escapes of JSON strings (RFC 8259, section 7). */
#ifndef NCPROF_FORMATS_READERS_ESCAPES_H
#define NCPROF_FORMATS_READERS_ESCAPES_H

#include "formats/readers/slice.h"

/*
 * Copies a string's bytes with its escapes resolved to UTF-8; what is no surrogate pair becomes
 * U+FFFD. The result is never longer. False at an escape that there is not.
 */
bool escapes_resolve(struct slice string, char *out, size_t *length);

#endif
