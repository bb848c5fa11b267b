/*
 * Payloads as Zstandard frames: the only place of the container that knows zstd.
 */
#ifndef NCPROF_FORMATS_TRACE_FRAME_H
#define NCPROF_FORMATS_TRACE_FRAME_H

#include "formats/profile/error.h"
#include "formats/trace/varint.h"

struct packer;
struct unpacker;

/* NULL (and err) only when there is no memory for it. */
struct packer *packer_new(struct error *err);
void packer_free(struct packer *packer); /* NULL is allowed */
/* Appends `payload` as one frame to `out`; its size, 0 for an empty payload, goes to *size. */
int packer_add(struct packer *packer, struct bytes *out, const struct bytes *payload,
               uint32_t *size, struct error *err);

struct unpacker *unpacker_new(struct error *err);
void unpacker_free(struct unpacker *unpacker);
/*
 * Unpacks a frame of exactly `size` bytes into `out`, which it overwrites. Fails when the payload
 * is larger than `limit` or damaged. Size 0 is the empty payload.
 */
int unpacker_take(struct unpacker *unpacker, struct bytes *out, const uint8_t *frame, size_t size,
                  uint64_t limit, struct error *err);

#endif
