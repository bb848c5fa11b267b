/*
 * The forms of pprof_legacy_text.c: what their lines share. Each has a heading that chooses `take`,
 * and states its metrics to the builder.
 */
#ifndef NCPROF_FORMATS_READERS_PPROF_LEGACY_TEXT_H
#define NCPROF_FORMATS_READERS_PPROF_LEGACY_TEXT_H

#include "formats/readers/pprof_legacy.h"

struct legacy_text {
    struct legacy *legacy;
    bool (*take)(struct legacy_text *text, struct slice line);
    struct slice resolution; /* of Java's delays */
    char resolution_text[32];
    int64_t rate;   /* mean bytes between two samples of a heap; 0: all are there */
    int64_t period; /* of contention; 0: unknown */
    double gigahertz;
    bool java, java_heap, allocated, stated, map;
    uint32_t names_from; /* the first symbol of this sample's */
    uint64_t named;      /* the address that was named last */
};

/* Take a number, or a mark, with the blanks before it off a line. */
bool legacy_take_number(struct slice *line, int64_t *value);
bool legacy_take_mark(struct slice *line, char mark);

/* What so many objects of together this size, sampled by a Poisson process, probably stand for. */
void legacy_scale_heap(int64_t rate, int64_t *count, int64_t *size);

/* The heading of a heap, gperftools' or jemalloc's. */
bool legacy_heap_heading(struct legacy_text *text, struct slice line);

#endif
