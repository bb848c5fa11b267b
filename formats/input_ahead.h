/*
 * What comes out of the layers of an input, unpacked in a thread of its own while the reader works
 * on what came before (relay.h). Only input.c uses this.
 */
#ifndef NCPROF_FORMATS_INPUT_AHEAD_H
#define NCPROF_FORMATS_INPUT_AHEAD_H

#include "formats/input_layers.h"

struct ahead;

/* The layer is nobody else's to read until ahead_free(), and lives longer. */
struct ahead *ahead_new(struct layer *layer);
/* As layer_read(), in the same order: errors come behind the bytes before them, and repeat. */
int ahead_read(struct ahead *ahead, uint8_t *buffer, size_t size, size_t *got, struct error *err);
/* Waits for the thread. NULL is allowed. */
void ahead_free(struct ahead *ahead);

#endif
