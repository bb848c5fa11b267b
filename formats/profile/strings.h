/*
 * Interned strings: one byte block, one id a distinct string; id 0 is "".
 * Ids are dense and stable; a borrowed pointer is valid until the next intern.
 */
#ifndef NCPROF_FORMATS_PROFILE_STRINGS_H
#define NCPROF_FORMATS_PROFILE_STRINGS_H

#include <stddef.h>
#include <stdint.h>

struct strings {
    char *bytes; /* every string followed by a NUL */
    size_t used, capacity;
    struct string_place {
        uint64_t offset;
        uint32_t length;
    } * places;
    uint32_t count, places_capacity;
    struct string_slot {
        uint32_t hash, id; /* + 1; 0 is free */
    } * slots;             /* open addressing, at most 3/4 full */
    uint32_t slot_count;
};

/* A zeroed struct is an empty table. Room for about so many strings is made at once. */
void strings_expect(struct strings *table, uint32_t count);
uint32_t strings_intern(struct strings *table, const char *text, size_t length);
uint32_t strings_intern_text(struct strings *table, const char *text);
const char *strings_get(const struct strings *table, uint32_t id);
uint32_t strings_length(const struct strings *table, uint32_t id);
/* The id of a string that is in the table, or UINT32_MAX. */
uint32_t strings_find(const struct strings *table, const char *text, size_t length);
void strings_free(struct strings *table);

#endif
