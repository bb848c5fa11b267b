/*
 * A name is often all that a format tells of a function, and the same names come
 * again and again. This finds the function of a slice of text with one look-up,
 * where the builder needs one for each of its strings.
 */
#ifndef NCPROF_FORMATS_READERS_NAMES_H
#define NCPROF_FORMATS_READERS_NAMES_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/slice.h"

struct name {
    size_t offset;
    uint32_t length, function;
};

/* Says where the bytes are, which have their length before them: a look-up needs no item. */
struct name_slot {
    uint32_t hash, item; /* item + 1; 0 is free */
    size_t offset;
};

/* A zeroed struct is an empty table. */
struct names {
    ARRAY(struct name) items;
    struct name_slot *slots;
    uint32_t slot_count;
    char *bytes;
    size_t used, capacity;
};

/* The function of kind FUNCTION_UNKNOWN with that name, stated to `build` on first sight. */
uint32_t names_function(struct names *names, struct build *build, struct slice s);
/* The number of a name is that of its item: 0, 1, ... in the order of their coming. */
uint32_t names_number(struct names *names, struct slice s);
/* What is kept with a name, for other uses: *added when it is new and for the caller to set. */
uint32_t *names_value(struct names *names, struct slice s, bool *added);

/* "work (app.py:12)" taken apart. False when it is no such name. */
bool name_locate(struct slice s, struct slice *name, struct slice *file, uint32_t *line);
/* The function of a name, which may be such a one. */
uint32_t name_function(struct build *build, struct slice s);

void names_free(struct names *names);

#endif
