/*
 * Work in two steps, each in a thread of its own: one fills blocks, the other takes them in
 * the same order.
 *
 *     relay = relay_new(fill, worker, blocks, sizeof *blocks, 4);
 *     while ((block = relay_take(relay)))
 *         use(block);
 *     relay_free(relay);
 *
 * The first block is filled by who takes it, so that a small input needs no thread, and so are
 * all of them where no thread is to be had: what comes out is the same. Nothing but the blocks
 * is shared: `worker` belongs to who fills until relay_take() has said NULL or relay_free() is
 * done, and a block to who takes it until the next call.
 */
#ifndef NCPROF_FORMATS_RELAY_H
#define NCPROF_FORMATS_RELAY_H

#include <stdbool.h>
#include <stddef.h>

struct relay;

/* Fills a block, which may hold what it held a few rounds before; false: it is the last one. */
typedef bool relay_fill(void *worker, void *block);

/* `count` blocks of `size` bytes, at least two; they are the caller's and outlive the relay. */
struct relay *relay_new(relay_fill *fill, void *worker, void *blocks, size_t size, unsigned count);
/* The next block, NULL behind the last one; the one before may be filled anew. */
void *relay_take(struct relay *relay);
/* Waits until the block that is being filled is full. NULL is allowed. */
void relay_free(struct relay *relay);

#endif
