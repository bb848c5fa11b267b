/*
 * Text on its way to the screen: UTF-8 taken apart into what a cell can hold.
 *
 * Nothing that could steer a terminal gets through: control characters,
 * direction marks and invisible characters become escapes (\x1b, \n, \u202e),
 * bytes that are not UTF-8 become \xNN. In a locale of one byte a character
 * the symbols that ncprof uses have ASCII stand-ins; all else is an escape.
 */
#ifndef NCPROF_TUI_WIDGETS_GLYPH_H
#define NCPROF_TUI_WIDGETS_GLYPH_H

#include <stddef.h>
#include <stdint.h>

struct glyph {
    size_t bytes;  /* taken from the text; 0 at its end */
    uint32_t code; /* the character; 0: show `ascii` instead */
    int width;     /* cells; 0: it combines with the character before */
    char ascii[12];
};

struct glyph glyph_next(const char *text);

/* Cells that the whole text needs. */
int glyph_width(const char *text);
/* Bytes of the longest beginning that needs at most `width` cells. */
size_t glyph_prefix(const char *text, int width);
/* The same, but ending before a blank where there is one. */
size_t glyph_line(const char *text, int width);
/* Writes a character as UTF-8 without a NUL; returns its bytes, 1 to 4. */
size_t glyph_encode(uint32_t code, char out[4]);

#endif
