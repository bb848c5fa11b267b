/*
 * JSON that people edit and ncprof writes back: cJSON's tree, with what cJSON loses kept.
 *
 * A number keeps its digits as they stand in the file (cJSON has doubles only): its text is the
 * item's `valuestring`, its value `valuedouble` as always. Refused are, with line and column, what
 * could not be written back as it was: a key that stands twice in one object, "\u0000" in a text,
 * and numbers that JSON does not allow although strtod() does.
 */
#ifndef NCPROF_CAPTURE_PLAN_DOCUMENT_H
#define NCPROF_CAPTURE_PLAN_DOCUMENT_H

#include "formats/profile/error.h"

#include <cjson/cJSON.h>
#include <stddef.h>

/* `text` ends with a NUL that `length` does not count. NULL and an ERROR_FORMAT when it is none. */
cJSON *document_parse(const char *text, size_t length, struct error *err);

/*
 * Objects and lists stay on one line or broken up as they were; what is new is broken up as by
 * Python's json.dump(indent=N), but for lists of plain values that fit into a line. N is taken from
 * the second line of `like` (two blanks when it tells nothing). Ends with a newline. The caller's
 * to free; NULL when there is no memory for it.
 */
char *document_print(const cJSON *root, const char *like);

/* Sets object[key]; where the key stood before it stays in its place. Takes the value. */
void document_set(cJSON *object, const char *key, cJSON *value);
void document_set_text(cJSON *object, const char *key, const char *text);
/* The fewest digits that read back the same; null unless finite. */
void document_set_number(cJSON *object, const char *key, double number);
/* Laid out as its neighbours are. Takes the value. */
void document_append(cJSON *list, cJSON *value);
void document_remove(cJSON *object, const char *key);

/* The member's text; "" when it is missing or none. */
const char *document_text(const cJSON *object, const char *key);
/* The member's number; NAN when it is missing or none. */
double document_number(const cJSON *object, const char *key);

#endif
