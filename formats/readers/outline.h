/*
 * Trees drawn by indentation: a line's caller is the nearest one above it that begins further
 * left.
 */
#ifndef NCPROF_FORMATS_READERS_OUTLINE_H
#define NCPROF_FORMATS_READERS_OUTLINE_H

#include "formats/profile/memory.h"

struct outline_line {
    size_t column;
    uint32_t context;
};

/* A zeroed struct is an empty outline. */
struct outline {
    ARRAY(struct outline_line) open;
};

/* The context that a line at `column` is called by: `root` when there is none above it. */
static inline uint32_t outline_parent(struct outline *outline, size_t column, uint32_t root)
{
    while (outline->open.count && outline->open.data[outline->open.count - 1].column >= column)
        outline->open.count--;
    return outline->open.count ? outline->open.data[outline->open.count - 1].context : root;
}

/* After outline_parent() of the same line. */
static inline void outline_open(struct outline *outline, size_t column, uint32_t context)
{
    *array_push(&outline->open) = (struct outline_line){column, context};
}

static inline size_t outline_column(const char *text, size_t length)
{
    size_t column = 0;
    while (column < length && text[column] == ' ')
        column++;
    return column;
}

static inline void outline_free(struct outline *outline)
{
    array_free(&outline->open);
}

#endif
