/*
 * The lines of folded stacks taken apart: which frames a stack has in common with the one before
 * it, the numbers of the names of the others, and its counts as whole numbers.
 *
 * That needs the text and a table of names and no profile, so a thread of its own does it, block
 * by block (relay.h).
 */
#ifndef NCPROF_FORMATS_READERS_FOLDED_LINES_H
#define NCPROF_FORMATS_READERS_FOLDED_LINES_H

#include "formats/input.h"
#include "formats/profile/memory.h"
#include "formats/readers/slice.h"

#define FOLDED_COLUMNS 2u

/* A line as text. */
struct folded_text {
    struct slice stack;
    struct slice counts[FOLDED_COLUMNS]; /* the last one first */
};

/* False: it does not end in so many counts with a stack before them. */
bool folded_split(struct slice line, unsigned columns, struct folded_text *out);

struct folded_stack {
    uint32_t kept;  /* frames of the stack before it that it begins with */
    uint32_t added; /* further frames */
    int64_t values[FOLDED_COLUMNS];
    int64_t factors[FOLDED_COLUMNS]; /* all values before are to be multiplied by this first */
};

struct folded_block {
    ARRAY(struct folded_stack) stacks;
    ARRAY(uint32_t) names;   /* of the added frames, one stack after the other; from 0 on */
    ARRAY(uint32_t) lengths; /* of the texts of names that are new, in the order of their numbers */
    ARRAY(char) texts;
};

void folded_block_free(struct folded_block *block); /* what is in it */

struct folded_lines;

/* From where the input stands, which outlives it. */
struct folded_lines *folded_lines_new(struct input *input, unsigned columns);
void folded_lines_free(struct folded_lines *lines);

/* Fills a block with what some lines hold; false: with the last ones, or those before an error. */
bool folded_lines_fill(void *lines, void *block);

/* What was left out, and why; when the last block is filled. */
struct folded_summary {
    int status; /* -1: the input failed, as `error` tells */
    struct error error;
    uint64_t lines, good, bad, first_bad, out_of_range;
    int places[FOLDED_COLUMNS];      /* values are kept times 10^places */
    int64_t factors[FOLDED_COLUMNS]; /* that no stack has told */
    bool rounded;
};

const struct folded_summary *folded_lines_summary(const struct folded_lines *lines);

#endif
