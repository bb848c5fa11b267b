/*
 * Where the chunks of a file are: kept by the writer, stored in the index,
 * rebuilt from the chunk headers when there is none (FORMAT.md, section 5).
 */
#ifndef NCPROF_FORMATS_TRACE_CHUNK_TABLE_H
#define NCPROF_FORMATS_TRACE_CHUNK_TABLE_H

#include "formats/trace/chunk.h"
#include "formats/trace/varint.h"

struct chunk_place {
    uint64_t offset;
    uint64_t begin, end; /* ticks */
    uint32_t thread;     /* CHUNK_NO_THREAD */
    uint32_t events, calls, open;
    uint32_t type;
    uint64_t left_out; /* not in the TABLE: 0 when read from there */
};

struct chunk_table {
    ARRAY(struct chunk_place) chunks; /* ascending by offset */
};

void chunk_table_add(struct chunk_table *table, uint64_t offset, const struct chunk_header *header);
void chunk_table_free(struct chunk_table *table);

/* The payload TABLE. */
void chunk_table_encode(struct bytes *out, const struct chunk_table *table);
/* Into an empty table; offsets are checked to ascend and to lie below `end`. */
bool chunk_table_decode(struct chunk_table *table, const struct bytes *payload, uint64_t end);

#endif
