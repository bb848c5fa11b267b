/*
 * Things that a file gives numbers of its own: "(17) main", location 42. The numbers are mostly
 * dense, but nothing makes them so; memory grows with how many there are, not with how large
 * they are.
 */
#ifndef NCPROF_FORMATS_READERS_NUMBERED_H
#define NCPROF_FORMATS_READERS_NUMBERED_H

#include "formats/profile/index.h"
#include "formats/profile/memory.h"

#define NUMBERED_NONE UINT32_MAX

struct numbered_pair {
    uint64_t number;
    uint32_t value;
};

/* A zeroed struct is an empty table. */
struct numbered {
    ARRAY(uint32_t) dense; /* value + 1 by number; 0: none */
    ARRAY(struct numbered_pair) sparse;
    struct index index; /* of the sparse ones */
    uint32_t count;
};

/* What stood under the number before is forgotten. Values are below NUMBERED_NONE. */
void numbered_put(struct numbered *table, uint64_t number, uint32_t value);
/* NUMBERED_NONE for a sparse number that nobody has put. */
uint32_t numbered_find_sparse(const struct numbered *table, uint64_t number);
void numbered_free(struct numbered *table);

static inline uint32_t numbered_get(const struct numbered *table, uint64_t number)
{
    if (number < table->dense.count && table->dense.data[number])
        return table->dense.data[number] - 1;
    return table->sparse.count ? numbered_find_sparse(table, number) : NUMBERED_NONE;
}

#endif
