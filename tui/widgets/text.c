#include "tui/widgets/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct stand_in {
    uint32_t code;
    const char *ascii;
};

static const struct stand_in stand_ins[] = {
    {0x00b1, "+-"}, {0x00b5, "u"}, {0x00b7, "-"}, {0x00d7, "x"},  {0x2013, "-"},     {0x2014, "-"},
    {0x2022, "*"},  {0x2026, "~"}, {0x2190, "<"}, {0x2191, "^"},  {0x2192, "->"},    {0x2193, "v"},
    {0x2194, "<->"}, {0x21bb, "@"}, {0x2248, "~"}, {0x23ce, "Enter"}, {0x2500, "-"}, {0x2501, "="},
    {0x2502, "|"},  {0x250c, "+"}, {0x2510, "+"}, {0x2514, "+"},  {0x2518, "+"},     {0x2588, "#"},
    {0x258c, ">"},  {0x2581, "_"}, {0x25b2, "^"}, {0x25b8, "+"},  {0x25bc, "v"},     {0x25be, "-"},
    {0x2595, "|"},  {0x258f, "|"}, {0x221e, "inf"}, {0x2212, "-"}, {0x2032, "'"},    {0x03bc, "u"},
};

/* The code point of a valid sequence and its length; 0 bytes when it is not UTF-8. */
static size_t decode(const unsigned char *text, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char first = text[0];
    size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (length == 1)
        *code = first;
    if (length < 2)
        return length;
    uint32_t value = first & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((text[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (text[i] & 0x3f);
    }
    if (first > 0xf4 || value < smallest[length] || value > 0x10ffff ||
        (value >= 0xd800 && value < 0xe000))
        return 0;
    *code = value;
    return length;
}

static struct text_piece escaped(struct text_piece piece, const char *format, unsigned value)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(piece.ascii, sizeof piece.ascii, format, value);
#pragma GCC diagnostic pop
    piece.code = 0;
    piece.width = (int)strlen(piece.ascii);
    return piece;
}

static struct text_piece escaped_control(struct text_piece piece, uint32_t code)
{
    static const char names[] = "abtnvfr"; /* 7 to 13 */
    if (code >= 7 && code <= 13)
        return escaped(piece, "\\%c", (unsigned char)names[code - 7]);
    return escaped(piece, "\\x%02x", code);
}

/* Zero cells wide, but meant to be seen by nobody: they would hide or reorder what is shown. */
static int is_invisible(uint32_t code)
{
    return code == 0xad || code == 0x61c || code == 0xfeff || (code >= 0x200b && code <= 0x200f) ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2060 && code <= 0x206f) ||
           (code >= 0xe0000 && code <= 0xe007f) || (code >= 0xfff9 && code <= 0xfffb);
}

static struct text_piece in_ascii(struct text_piece piece, uint32_t code)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++) {
        if (stand_ins[i].code == code) {
            snprintf(piece.ascii, sizeof piece.ascii, "%s", stand_ins[i].ascii);
            piece.code = 0;
            piece.width = (int)strlen(piece.ascii);
            return piece;
        }
    }
    return escaped(piece, code > 0xffff ? "\\U%06x" : "\\u%04x", code);
}

struct text_piece text_piece(const char *text)
{
    struct text_piece piece = {0};
    uint32_t code = 0;
    if (!*text)
        return piece;
    piece.bytes = decode((const unsigned char *)text, &code);
    if (!piece.bytes) {
        piece.bytes = 1;
        return escaped(piece, "\\x%02x", (unsigned char)*text);
    }
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return escaped_control(piece, code);
    piece.code = code;
    piece.width = 1;
    if (code < 0x7f)
        return piece;
    if (MB_CUR_MAX == 1)
        return in_ascii(piece, code);
    piece.width = wcwidth((wchar_t)code);
    if (piece.width < 0 || is_invisible(code))
        return escaped(piece, code > 0xffff ? "\\U%06x" : "\\u%04x", code);
    return piece;
}

int text_width(const char *text)
{
    int width = 0;
    for (struct text_piece p = text_piece(text); p.bytes; p = text_piece(text)) {
        width += p.width;
        text += p.bytes;
    }
    return width;
}

size_t text_prefix(const char *text, int width)
{
    size_t bytes = 0;
    for (struct text_piece p = text_piece(text); p.bytes; p = text_piece(text + bytes)) {
        if (p.width > width)
            break;
        width -= p.width;
        bytes += p.bytes;
    }
    return bytes;
}

size_t text_line(const char *text, int width)
{
    size_t fits = text_prefix(text, width);
    if (!text[fits])
        return fits;
    for (size_t end = fits; end > 0; end--)
        if (text[end] == ' ')
            return end;
    return fits;
}

size_t text_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    size_t length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (code & 0x3f));
        code >>= 6;
    }
    out[0] = (char)((0xf00u >> length) | code);
    return length;
}
