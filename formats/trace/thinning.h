/*
 * Which calls of a recording leave events, where not all do: those that take long enough
 * (`thin.min_time_ns` in the metadata), and ever fewer as the file nears a size that it is to stay
 * below (`thin.budget`). The sums count every call all the same.
 */
#ifndef NCPROF_FORMATS_TRACE_THINNING_H
#define NCPROF_FORMATS_TRACE_THINNING_H

#include <stdbool.h>
#include <stdint.h>

struct thinning {
    double ticks_per_ns; /* of the file's ticks */
    uint64_t min_ticks;  /* shorter calls have no events; 0: all have; UINT64_MAX: none has */
    uint64_t limit;      /* bytes of the file; 0: none */
    uint64_t reserve;    /* of these, for what is written at the end */
    uint64_t measured;   /* size of the file when the reserve was measured */
    uint32_t steps;      /* so many times `min_ticks` was raised */
    bool noted;          /* the file says that it was thinned for the sake of its size */
    bool full;           /* no chunk of sums fits any more: they wait for the index */
    bool ending;         /* what is written now may use the reserve */
};

struct trace_writer;
struct chunk_header;
struct error;

/* As the metadata of the HEADER says. */
struct thinning thinning_make(const char *metadata, uint64_t length);
/* After a chunk that ends at `ticks`: whether from then on fewer calls are to leave events. */
int thinning_advance(struct trace_writer *writer, uint64_t ticks, struct error *err);
/* A chunk of `size` bytes may be appended. */
bool thinning_allows(const struct trace_writer *writer, uint64_t size);
/* A sentence on how it ended; 0 without one when nothing was thinned for the sake of the size. */
int thinning_note_end(struct trace_writer *writer, struct error *err);

#endif
