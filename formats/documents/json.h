/*
 * JSON documents whose lists may be long: an object with members, written one
 * after another, the items of a list one a line. cJSON writes each value; the
 * keys that programs rely on stand in the design.
 */
#ifndef NCPROF_FORMATS_DOCUMENTS_JSON_H
#define NCPROF_FORMATS_DOCUMENTS_JSON_H

#include "formats/profile/profile.h"

#include <cjson/cJSON.h>
#include <stdio.h>

struct json_document {
    FILE *out;
    bool has_members, in_list, has_items;
};

void json_begin(struct json_document *document, FILE *out);
/* Takes the value and frees it. */
void json_member(struct json_document *document, const char *name, cJSON *value);
/* Opens a list, which ends with the next member or the document. */
void json_list(struct json_document *document, const char *name);
void json_item(struct json_document *document, cJSON *value);
void json_end(struct json_document *document);

/* A whole document, a member a line; takes the object and frees it. */
void json_print(FILE *out, cJSON *object);

/* Members of an object. Bytes that are no valid UTF-8 become \xNN. */
void json_text(cJSON *object, const char *name, const char *text);
void json_count(cJSON *object, const char *name, uint64_t count, bool known);
void json_number(cJSON *object, const char *name, double number); /* null unless finite */

/* The value itself, shortest digits that read back the same; null unless finite. */
cJSON *json_number_value(double number);
cJSON *json_text_value(const char *text);

/* name, module, file and, when asked for, line; null for what is unknown. */
void json_function(cJSON *object, const struct function *function, bool line);
/* ncalls, primitive_calls, tottime, cumtime */
void json_values(cJSON *object, const struct profile *profile, uint32_t metric,
                 const struct values *values);
/* A function's row of the report document: the above, line, p50, p95, p99 and max. */
cJSON *json_function_row(const struct profile *profile, uint32_t function, uint32_t metric,
                         const struct values *values, bool latency);
/* "lost_events", "open_frames": only where there are some. */
void json_losses(cJSON *object, const struct profile *profile);
/* {"path", "format", "metric", "unit", "total", "functions", "threads", "size", "truncated"} */
cJSON *json_profile(const struct profile *profile, uint32_t metric, uint32_t thread);

#endif
