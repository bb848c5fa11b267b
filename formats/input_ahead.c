#include "formats/input_ahead.h"

#include "formats/profile/memory.h"
#include "formats/relay.h"

#include <stdlib.h>
#include <string.h>

#define BLOCKS     4u
#define BLOCK_SIZE ((size_t)256 << 10)
#define LEAST      16u /* what a layer must be asked for */

struct block {
    size_t size;
    bool failed; /* behind these bytes */
    struct error error;
    uint8_t bytes[BLOCK_SIZE];
};

struct ahead {
    struct relay *relay;
    struct block *blocks;
    struct block *block; /* that is read now; NULL: none yet, or the end was reached */
    size_t at;           /* in it */
    bool ended;
};

static bool fill(void *worker, void *opaque)
{
    struct layer *layer = worker;
    struct block *block = opaque;
    size_t got = 1;
    block->size = 0;
    block->failed = false;
    while (got && block->size + LEAST <= BLOCK_SIZE) {
        block->failed = layer_read(layer, block->bytes + block->size, BLOCK_SIZE - block->size,
                                   &got, &block->error);
        if (block->failed)
            return false;
        block->size += got;
    }
    return got > 0;
}

struct ahead *ahead_new(struct layer *layer)
{
    struct ahead *ahead = memory_zeroed(1, sizeof *ahead);
    ahead->blocks = memory_alloc(BLOCKS * sizeof *ahead->blocks);
    ahead->relay = relay_new(fill, layer, ahead->blocks, sizeof *ahead->blocks, BLOCKS);
    return ahead;
}

int ahead_read(struct ahead *ahead, uint8_t *buffer, size_t size, size_t *got, struct error *err)
{
    *got = 0;
    while (!ahead->ended && (!ahead->block || ahead->at == ahead->block->size)) {
        if (ahead->block && ahead->block->failed) {
            *err = ahead->block->error;
            return -1;
        }
        ahead->block = relay_take(ahead->relay);
        ahead->at = 0;
        ahead->ended = !ahead->block;
    }
    if (ahead->ended)
        return 0;
    size_t left = ahead->block->size - ahead->at;
    *got = left < size ? left : size;
    memcpy(buffer, ahead->block->bytes + ahead->at, *got);
    ahead->at += *got;
    return 0;
}

void ahead_free(struct ahead *ahead)
{
    if (!ahead)
        return;
    relay_free(ahead->relay);
    free(ahead->blocks);
    free(ahead);
}
