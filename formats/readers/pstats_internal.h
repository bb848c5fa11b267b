/* What pstats.c reads and pstats_state.c states to the builder; for nobody else. */
#ifndef NCPROF_FORMATS_READERS_PSTATS_INTERNAL_H
#define NCPROF_FORMATS_READERS_PSTATS_INTERNAL_H

#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/marshal.h"

struct row {
    uint32_t function;
    struct values values;
};

/* A caller with a number instead of a tuple: calls or samples, which only the end tells. */
struct counted {
    uint32_t caller, row;
    uint64_t count;
};

struct pstats {
    struct marshal marshal;
    struct build *build;
    uint32_t time;  /* the metric */
    uint32_t tilde; /* the text of the file of built-in functions */
    ARRAY(struct row) rows;
    ARRAY(struct counted) counted;
    bool swapped, sampled;
    bool nameless_file; /* built-in functions have the file "", as those of `profile` do */
    uint64_t unusable, skipped;
    int64_t sum; /* of the functions' absolute self times */
};

/* A file that ends too early keeps what came before, when that is a function at least. */
int pstats_accept_truncated(struct pstats *p, const struct error *err);
/* States the rows and what only the whole file tells: which count is which, and the notes. */
void pstats_state(struct pstats *p);

#endif
