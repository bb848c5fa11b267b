/*
 * A hash index over the elements of an array: finds an element's position by
 * its hash and a comparison, open addressing, at most 3/4 full.
 */
#ifndef NCPROF_FORMATS_PROFILE_INDEX_H
#define NCPROF_FORMATS_PROFILE_INDEX_H

#include <stdbool.h>
#include <stdint.h>

struct index {
    struct index_slot {
        uint32_t hash;
        uint32_t position; /* + 1; 0 is free */
    } * slots;
    uint32_t slot_count, used;
};

/* A zeroed struct is an empty index. `same` says whether items[at] is what `key` names. */
uint32_t index_find(const struct index *index, uint64_t hash, const void *items,
                    bool (*same)(const void *items, uint32_t at, const void *key), const void *key);
void index_add(struct index *index, uint64_t hash, uint32_t position);
void index_free(struct index *index);

#endif
