/* The writer's inside, shared by trace_writer.c (life, definitions) and trace_events.c (events). */
#ifndef NCPROF_FORMATS_TRACE_TRACE_WRITER_INTERNAL_H
#define NCPROF_FORMATS_TRACE_TRACE_WRITER_INTERNAL_H

#include "formats/trace/chunk_table.h"
#include "formats/trace/event_log.h"
#include "formats/trace/frame.h"
#include "formats/trace/thinning.h"
#include "formats/trace/trace_output.h"
#include "formats/trace/trace_unit.h"
#include "formats/trace/trace_writer.h"

struct trace_writer {
    struct trace_output *output;
    struct packer *packer;
    struct definitions definitions;
    struct event_budget budget;
    ARRAY(struct event_log *) logs; /* one a thread */
    struct histogram *latency;      /* of the whole file, one a function */
    struct latency_bound {
        uint64_t min, max;
    } * bounds;             /* of the chunk being written, one a function; min > max: none */
    uint32_t latency_count; /* elements of both */
    struct chunk_table table;
    uint32_t sequence; /* of the next chunk */
    struct trace_unit unit;
    struct thinning thinning;
    uint64_t start_ticks;
    uint64_t clock_ticks; /* the last pair of clocks; in the file's ticks, as all in here */
    int64_t clock_ns;
    struct bytes chunk; /* scratch: a chunk as it will be in the file */
    struct bytes payloads[CHUNK_FRAMES];
    uint64_t calls;      /* in chunks that are done */
    uint64_t unmatched;  /* leaves without an open frame */
    uint64_t late;       /* events of threads that had ended, or were beyond the limit */
    struct known *known; /* functions that a resumed file defines; NULL: it is a new one */
};

/* Everything but the output; NULL (and err) only when there is no memory for it. */
struct trace_writer *trace_writer_new(struct error *err);
void trace_writer_free(struct trace_writer *writer);

/* Functions by what they are, so that one that the file defines already is found again. */
void known_free(struct known *known); /* NULL is allowed */
/* The id of an equal function; the id that `function` would get, and `known` counts with it. */
uint32_t known_function(struct known *known, const struct definitions *definitions,
                        const struct trace_function *function);

/* Fewer contexts than the default, so that folding can be tested. */
void trace_writer_limit_contexts(struct trace_writer *writer, uint32_t limit);

/*
 * Appends a chunk with up to three payloads (NULL: none). The caller fills in type, thread and
 * counts of `header`; sequence, clock and sizes are set here. Where the file is to stay below a
 * size, the events are left out for which there is no room, or the whole chunk.
 */
int trace_writer_emit(struct trace_writer *writer, struct chunk_header *header,
                      const struct bytes *first, const struct bytes *second,
                      const struct bytes *third, struct error *err);

/* The unit that the metadata of a HEADER state. */
struct trace_unit trace_writer_unit(const char *metadata, size_t length);

/* Bytes that the index would take now. */
int trace_writer_measure_index(struct trace_writer *writer, uint64_t *size, struct error *err);

/* Makes `latency` and `bounds` reach to the last function. */
void trace_writer_more_functions(struct trace_writer *writer);

#endif
