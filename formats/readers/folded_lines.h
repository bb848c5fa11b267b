/*
 * The lines of folded stacks taken apart: the numbers of the names of each stack's frames, and its
 * counts.
 *
 * That needs some text and a table of names and no profile, so several blocks of lines can be in
 * hand at the same time (crew.h): one after the other they are filled from the input, each is then
 * split by whoever has time for it.
 */
#ifndef NCPROF_FORMATS_READERS_FOLDED_LINES_H
#define NCPROF_FORMATS_READERS_FOLDED_LINES_H

#include "formats/input.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/slice.h"

#define FOLDED_COLUMNS 2u

/* A line as text and numbers. */
struct folded_line {
    struct slice stack;
    struct decimal counts[FOLDED_COLUMNS]; /* the last one first */
};

/* False: it does not end in so many counts with a stack before them. */
bool folded_split(struct slice text, unsigned columns, struct folded_line *out);

struct folded_stack {
    uint32_t depth; /* frames */
    struct decimal counts[FOLDED_COLUMNS];
};

struct folded_block {
    uint64_t first_line; /* lines before it */
    ARRAY(char) text;    /* of the lines, one behind the other */
    ARRAY(uint32_t) lengths;

    unsigned worker; /* who has split it; what follows is the worker's doing */
    ARRAY(struct folded_stack) stacks;
    ARRAY(uint32_t) names;     /* of the frames, one stack after the other; the worker's numbers */
    ARRAY(struct slice) fresh; /* the names that have got a number, from the last one's on */
    uint64_t bad, first_bad;   /* lines that are no stacks; the number of the first of them */
};

void folded_block_free(struct folded_block *block); /* what is in it */

/* ---- where lines come from ---- */

struct folded_source {
    struct input *input;
    int status; /* -1: the input failed, as `error` tells */
    struct error error;
};

/* Fills a block with some lines; false: with the last ones, or those before an error. */
bool folded_fetch(void *source, void *block);

/* ---- who splits them ---- */

struct folded_worker;

/* `number` is what blocks get; the names live as long as the worker. */
struct folded_worker *folded_worker_new(unsigned number, unsigned columns);
void folded_worker_free(struct folded_worker *worker);
void folded_work(void *worker, void *block);

#endif
