/*
 * What the addresses of a profile are called. A table of symbols names the very addresses that the
 * profile holds; without one there are the modules that were mapped where:
 *
 *     7f5e4a3e1000-7f5e4a4e1000 r-xp 00001000 08:01 1234   /lib/libm-2.15.so
 *     00400000-00fcb000: /usr/bin/server
 *
 * and an address is "libm-2.15.so+0x1f30", counted from the beginning of the module's file, so that
 * it is the same wherever the module was loaded.
 */
#ifndef NCPROF_FORMATS_READERS_ADDRESSES_H
#define NCPROF_FORMATS_READERS_ADDRESSES_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/numbered.h"
#include "formats/readers/slice.h"

struct mapping {
    uint64_t start, end;
    uint64_t offset; /* of `start` within the module's file */
    uint64_t first;  /* from here on addresses are taken for this module's */
    uint32_t path;   /* text of the builder */
    size_t name, name_length;
};

struct symbol {
    uint32_t first, count; /* of the frames */
};

/* Zeroed but for `build` to begin with. */
struct addresses {
    struct build *build;
    ARRAY(struct mapping) mappings;
    ARRAY(char) names;
    bool sorted;
    struct numbered symbols; /* by address */
    ARRAY(struct symbol) items;
    ARRAY(uint32_t) frames;
};

/* Takes a hexadecimal number off a line, with or without 0x before it. */
bool address_take(struct slice *line, uint64_t *address);

/* A line of a memory map as above; false when it is none. What is not executable is left out. */
bool addresses_take_mapping(struct addresses *addresses, struct slice line);
void addresses_add_mapping(struct addresses *addresses, uint64_t start, uint64_t end,
                           uint64_t offset, struct slice path);

/*
 * Begins the symbol of an address; false when it has one. Its frames follow, the innermost inlined
 * one first.
 */
bool addresses_begin_symbol(struct addresses *addresses, uint64_t address);
void addresses_add_frame(struct addresses *addresses, uint32_t function);
bool addresses_has_symbol(const struct addresses *addresses, uint64_t address);

/* The functions at an address, innermost first; valid until the next call. Never none. */
const uint32_t *addresses_frames(struct addresses *addresses, uint64_t address, uint32_t *count);

void addresses_free(struct addresses *addresses);

#endif
