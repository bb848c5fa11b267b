/*
 * Chunk headers: the fixed part of the container (FORMAT.md, section 1).
 */
#ifndef NCPROF_FORMATS_TRACE_CHUNK_H
#define NCPROF_FORMATS_TRACE_CHUNK_H

#include "formats/profile/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CHUNK_HEADER_SIZE 96u /* as version 1.1 writes it */
#define CHUNK_FRAMES      3
#define CHUNK_NO_THREAD   UINT32_MAX
#define TRACE_MAJOR       1
#define TRACE_MINOR       1

enum chunk_type {
    CHUNK_HEADER = 1,
    CHUNK_DATA,
    CHUNK_NOTE,
    CHUNK_CLOSING,
    CHUNK_INDEX,
    CHUNK_FOOTER,
    CHUNK_STATE,
    CHUNK_PROCESSES,
};

struct chunk_header {
    uint16_t major, minor;
    uint16_t type, flags;
    uint32_t header_size; /* of this header as it is in the file */
    uint32_t thread, sequence;
    uint32_t frames[CHUNK_FRAMES];
    uint32_t events, calls, open;
    uint64_t begin, end; /* ticks */
    uint64_t clock_ticks;
    int64_t clock_ns;
    union {
        uint64_t link;     /* FOOTER */
        uint64_t left_out; /* DATA: events that count in the sums and are not in `events` */
    };
};

/* major, minor and header_size are set by it. */
void chunk_encode(uint8_t out[CHUNK_HEADER_SIZE], const struct chunk_header *header);

/* A chunk header seems to begin here, of whatever version. Needs 16 bytes. */
bool chunk_recognised(const uint8_t *data, size_t size);

/*
 * The header at `offset` of a file. ERROR_TRUNCATED when the file ends inside it, ERROR_FORMAT when
 * it is none or its checksum fails, ERROR_UNSUPPORTED for another major version.
 */
int chunk_decode(struct chunk_header *header, const uint8_t *data, size_t size, uint64_t offset,
                 struct error *err);

/* Bytes of the whole chunk, header and frames. */
uint64_t chunk_size(const struct chunk_header *header);

/* The first offset from `from` on where a valid header stands; `size` when there is none. */
uint64_t chunk_search(const uint8_t *data, size_t size, uint64_t from);

#endif
