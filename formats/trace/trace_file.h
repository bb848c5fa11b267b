/*
 * A trace opened for reading: its definitions and sums, from the index or, where that is missing,
 * from all chunks; and where the events are (replay.h).
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_FILE_H
#define NCPROF_FORMATS_TRACE_TRACE_FILE_H

#include "formats/profile/histogram.h"
#include "formats/trace/chunk_table.h"
#include "formats/trace/definitions.h"
#include "formats/trace/frame.h"
#include "formats/trace/trace_clock.h"

struct trace_text {
    char *text; /* terminated */
    size_t length;
};

struct trace {
    const uint8_t *data; /* borrowed */
    size_t size;

    struct definitions definitions;
    struct histogram *latency; /* in ticks, one a function */
    uint32_t latency_count;
    struct chunk_table table;
    struct trace_text opening, state, closing; /* JSON */
    ARRAY(struct trace_text) notes, processes;

    struct trace_clock clock;
    uint64_t clock_ticks; /* the last pair of clocks */
    int64_t clock_ns;
    uint64_t first, last; /* ticks of the first and the last event; last < first: there is none */
    uint64_t thinned;     /* calls that count in the sums and have no events */
    uint64_t open;        /* frames open where the file ends */

    bool limited;         /* the sums are those of a part (trace_limit.h) */
    bool to_end;          /* of them: up to the last event */
    bool indexed;         /* read from the index */
    bool closed;          /* the recorder ended properly */
    uint32_t lost_events; /* of a cut chunk whose sums are there */
    uint32_t damaged;     /* chunks, or stretches without one, left out */
    uint64_t damaged_at;  /* offset of the first */
    uint64_t second_at;   /* a second recording begins here, which is not read; 0: none */

    struct unpacker *unpacker;
    struct bytes payload;
    uint64_t budget; /* bytes that definitions and sums may still unpack to */
};

/*
 * Keeps `data` borrowed. Fails only when not even the HEADER chunk is whole, when it is of another
 * major version, or not a trace; anything else is read as far as it goes.
 */
int trace_load(struct trace **out, const void *data, size_t size, struct error *err);
void trace_free(struct trace *trace); /* NULL is allowed */

/* Unpacks one frame of the chunk at `offset` into trace->payload. */
int trace_unpack(struct trace *trace, uint64_t offset, const struct chunk_header *header, int frame,
                 uint64_t limit, struct error *err);

#endif
