/*
 * Work in pieces that two do by turns: who takes what comes out, and a thread at its side. What
 * was fetched first is taken first.
 *
 *     crew = crew_new(&job);
 *     while ((block = crew_take(crew)))
 *         use(block);
 *     crew_free(crew);
 *
 * Whoever has nothing better to do fetches the next piece and works on it; who takes prefers what
 * is ready. So both are busy as long as there is input, whatever takes longest. A single piece
 * needs no thread, and where no thread is to be had one does it all: what comes out is the same.
 */
#ifndef NCPROF_FORMATS_CREW_H
#define NCPROF_FORMATS_CREW_H

#include <stdbool.h>
#include <stddef.h>

#define CREW_WORKERS 2u

struct crew_job {
    /* Puts the next piece into a block, never two at a time; false: it is the last one. */
    bool (*fetch)(void *source, void *block);
    /* At the same time as everything else. Each worker gets its blocks in the order of fetching. */
    void (*work)(void *worker, void *block);
    void *source;
    void *workers[CREW_WORKERS];
    /* `count` of `size` bytes, at least three; they are the caller's and outlive the crew. */
    void *blocks;
    size_t size;
    unsigned count;
};

struct crew;

struct crew *crew_new(const struct crew_job *job);
/* The next block, NULL behind the last one; the one before may be used for another piece. */
void *crew_take(struct crew *crew);
/* Waits until what is being worked on is done. NULL is allowed. */
void crew_free(struct crew *crew);

#endif
