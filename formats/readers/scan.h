/*
 * A pull reader of JSON (RFC 8259) for profiles of any size: values are taken
 * one by one, in the order of the file, from a window of its bytes. Nothing is
 * kept but what the caller keeps; memory is one window and the longest string.
 *
 *     if (scan_object(scan))
 *         while (scan_key(scan, &key))
 *             if (slice_is(key, "name"))
 *                 scan_string(scan, &name);
 *             else
 *                 scan_skip(scan);
 *
 * Every member and item must be taken by exactly one call: scan_object() and
 * scan_array(), each up to its end, scan_string(), scan_number() or scan_skip().
 * One that finds another type than it is for skips the value and says no, so a
 * caller states what it understands and needs no other branch.
 *
 * After the first error all calls say no: callers come to their end by themselves
 * and ask scan_end(). Where only the end of the document is missing the error is
 * ERROR_TRUNCATED, and what was taken before it counts.
 *
 * Taken as well, because writers produce it: a comma too many before an end,
 * NaN and Infinity (as numbers that no call understands), control characters in
 * strings, lone surrogates (U+FFFD).
 *
 * cJSON, which the program uses for all other documents, holds a whole document
 * in memory at some 64 bytes a value and all numbers as double.
 */
#ifndef NCPROF_FORMATS_READERS_SCAN_H
#define NCPROF_FORMATS_READERS_SCAN_H

#include "formats/input.h"
#include "formats/profile/build.h"
#include "formats/readers/decimal.h"
#include "formats/readers/slice.h"

struct scan;

enum scan_type {
    SCAN_NOTHING, /* the end of the object, array or document, or an error */
    SCAN_OBJECT,
    SCAN_ARRAY,
    SCAN_STRING,
    SCAN_NUMBER,
    SCAN_TRUE,
    SCAN_FALSE,
    SCAN_NULL
};

/* From where the input stands. It must outlive the scan. */
struct scan *scan_new(struct input *input);
void scan_free(struct scan *scan); /* NULL is allowed */

/* The type of the value that is due, which is not taken. */
enum scan_type scan_type(struct scan *scan);

/* Into the object or array; false: it was something else, and is skipped. */
bool scan_object(struct scan *scan);
bool scan_array(struct scan *scan);
/* The next member's name, valid until the next call; false at the object's end, which is taken. */
bool scan_key(struct scan *scan, struct slice *key);
/* Whether another item is due; false at the array's end, which is taken. */
bool scan_item(struct scan *scan);

/* In UTF-8, escapes resolved; valid until the next call. */
bool scan_string(struct scan *scan, struct slice *string);
/* A copy of it, which the caller frees; NULL when it is no string. A NUL in it is its end. */
char *scan_text(struct scan *scan);
/* A number, or a string that is one. */
bool scan_number(struct scan *scan, struct decimal *number);
/* Likewise, times 10^places and rounded; what does not fit is not taken for a number. */
bool scan_scaled(struct scan *scan, int places, int64_t *value);
bool scan_bool(struct scan *scan, bool *value);
void scan_skip(struct scan *scan);

bool scan_failed(const struct scan *scan);
/* Makes the value just taken the error: ERROR_FORMAT at its offset. */
__attribute__((format(printf, 2, 3))) void scan_refuse(struct scan *scan, const char *format, ...);
/* Says how many values were there and asked for as numbers, but are none that can be kept. */
void scan_note(const struct scan *scan, struct build *build);
/* 0 when nothing but blanks follows, or -1 with the first error. */
int scan_end(struct scan *scan, struct error *err);

#endif
