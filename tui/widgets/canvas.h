/*
 * The canvas: a grid of styled cells in memory. Screens paint on it, the
 * terminal shows it, tests print it. Painting outside of it does nothing.
 */
#ifndef NCPROF_TUI_WIDGETS_CANVAS_H
#define NCPROF_TUI_WIDGETS_CANVAS_H

#include "tui/theme.h"

#include <stdint.h>
#include <stdio.h>

struct cell {
    uint32_t code;         /* ' ' when empty */
    uint32_t combining[2]; /* marks on it; 0: none */
    uint8_t width;         /* 1 or 2; 0: the right half of the cell before */
    uint8_t style;         /* enum style, maybe with STYLE_SELECTED */
    uint16_t padding;
};

struct canvas {
    struct cell *cells; /* rows x columns */
    int rows, columns;
};

struct rect {
    int row, column, rows, columns;
};

/* A zeroed struct is an empty canvas. Resizing clears. */
void canvas_resize(struct canvas *canvas, int rows, int columns);
void canvas_clear(struct canvas *canvas);
void canvas_free(struct canvas *canvas);

/* All of these return how many cells they took, at most `width`. */
int canvas_text(struct canvas *canvas, int row, int column, int width, unsigned style,
                const char *text);
int canvas_text_right(struct canvas *canvas, int row, int column, int width, unsigned style,
                      const char *text);
/* Too long a text keeps its beginning and end around an ellipsis. */
int canvas_text_cut(struct canvas *canvas, int row, int column, int width, unsigned style,
                    const char *text);

void canvas_fill(struct canvas *canvas, struct rect area, unsigned style, uint32_t code);
/* Gives cells that are painted another style; STYLE_SELECTED is added to theirs. */
void canvas_restyle(struct canvas *canvas, struct rect area, unsigned style);
/* A single-line frame along the area's edge, blank inside. */
void canvas_box(struct canvas *canvas, struct rect area, unsigned style);

/* As text: a line a row, without trailing blanks. */
void canvas_print(const struct canvas *canvas, FILE *out);

#endif
