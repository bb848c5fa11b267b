/*
 * The JSON metadata of HEADER and CLOSING chunks as flat pairs (FORMAT.md, section 6).
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_METADATA_H
#define NCPROF_FORMATS_TRACE_TRACE_METADATA_H

#include <stdbool.h>
#include <stddef.h>

struct cJSON;

/* "git.revision", "tag.k"; arrays as words that a shell would read back. */
typedef void trace_metadata_visit(void *payload, const char *key, const char *value);

/* A scalar or an array as such a value; the caller's to free. */
char *trace_metadata_text(const struct cJSON *item);

/* False when the text is not a JSON object. */
bool trace_metadata_each(const char *json, size_t size, trace_metadata_visit *visit, void *payload);

#endif
