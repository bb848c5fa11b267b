/*
 * The layers under an input: the bytes of a file or of memory at the bottom,
 * and on top of it as many decoders as the content asks for (gzip, zstd,
 * UTF-16 with a byte order mark). Only input.c uses this.
 *
 * Formats: RFC 1952 (several members, padding behind the last is ignored) by
 * ISA-L, twice as fast as zlib, RFC 8878 by libzstd, RFC 2781.
 */
#ifndef NCPROF_FORMATS_INPUT_LAYERS_H
#define NCPROF_FORMATS_INPUT_LAYERS_H

#include "formats/profile/error.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LAYER_RATIO_MAX   200u
#define LAYER_RATIO_SLACK (UINT64_C(64) << 20)

/* Shared by the layers of one input. */
struct layer_budget {
    _Atomic uint64_t packed; /* bytes taken from the bottom so far */
    uint64_t limit;          /* bytes that a decoder may produce */
    bool any_ratio;          /* however few bytes it makes them of */
};

struct layer;

/* The descriptor is closed with the layer, unless it is standard input. */
struct layer *layer_descriptor(int descriptor, struct layer_budget *budget);
struct layer *layer_memory(const void *data, size_t size, struct layer_budget *budget);

/*
 * A decoder over `below` when `head`, the first bytes already read from it, is
 * packed; it owns `below` then and goes on behind `head`. Otherwise NULL.
 */
struct layer *layer_unpack(struct layer *below, const uint8_t *head, size_t size);
/* Whether layer_unpack() would find something to do. */
bool layer_is_packed(const uint8_t *head, size_t size);

/* Some bytes, at least one unless the end is reached; `size` is at least 16. Errors repeat. */
int layer_read(struct layer *layer, uint8_t *buffer, size_t size, size_t *got, struct error *err);
/* Frees the layers below, too. NULL is allowed. */
void layer_free(struct layer *layer);

#endif
