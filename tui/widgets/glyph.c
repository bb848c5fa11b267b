#include "tui/widgets/glyph.h"

#include "formats/profile/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

struct stand_in {
    uint32_t code;
    const char *ascii;
};

static const struct stand_in stand_ins[] = {
    {0x00b1, "+-"},    {0x00b5, "u"},  {0x00b7, "-"},   {0x00d7, "x"}, {0x2013, "-"},
    {0x2014, "-"},     {0x2022, "*"},  {0x2026, "~"},   {0x2190, "<"}, {0x2191, "^"},
    {0x2192, "->"},    {0x2193, "v"},  {0x2194, "<->"}, {0x21bb, "@"}, {0x2248, "~"},
    {0x23ce, "Enter"}, {0x2500, "-"},  {0x2501, "="},   {0x2502, "|"}, {0x250c, "+"},
    {0x2510, "+"},     {0x2514, "+"},  {0x2518, "+"},   {0x2588, "#"}, {0x258c, ">"},
    {0x2581, "_"},     {0x25b2, "^"},  {0x25b8, "+"},   {0x25bc, "v"}, {0x25be, "-"},
    {0x2595, "|"},     {0x258f, "|"},  {0x221e, "inf"}, {0x2212, "-"}, {0x2032, "'"},
    {0x03bc, "u"},     {0x00b2, "2"},  {0x25cf, "o"},   {0x2524, "+"}, {0x252c, "+"},
    {0x2590, "<"},     {0x21d0, "<="},
};

static struct glyph escaped(struct glyph glyph, const char *format, unsigned value)
{
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(glyph.ascii, sizeof glyph.ascii, format, value);
#pragma GCC diagnostic pop
    glyph.code = 0;
    glyph.width = (int)strlen(glyph.ascii);
    return glyph;
}

static struct glyph escaped_control(struct glyph glyph, uint32_t code)
{
    static const char names[] = "abtnvfr"; /* 7 to 13 */
    if (code >= 7 && code <= 13)
        return escaped(glyph, "\\%c", (unsigned char)names[code - 7]);
    return escaped(glyph, "\\x%02x", code);
}

static struct glyph in_ascii(struct glyph glyph, uint32_t code)
{
    for (size_t i = 0; i < sizeof stand_ins / sizeof *stand_ins; i++) {
        if (stand_ins[i].code == code) {
            snprintf(glyph.ascii, sizeof glyph.ascii, "%s", stand_ins[i].ascii);
            glyph.code = 0;
            glyph.width = (int)strlen(glyph.ascii);
            return glyph;
        }
    }
    if (code >= 0x2800 && code <= 0x28ff) { /* braille: dots */
        glyph.code = code == 0x2800 ? ' ' : '.';
        return glyph;
    }
    return escaped(glyph, code > 0xffff ? "\\U%06x" : "\\u%04x", code);
}

struct glyph glyph_next(const char *text)
{
    struct glyph glyph = {0};
    uint32_t code = 0;
    if (!*text)
        return glyph;
    glyph.bytes = text_decode(text, strnlen(text, 4), &code);
    if (!glyph.bytes) {
        glyph.bytes = 1;
        return escaped(glyph, "\\x%02x", (unsigned char)*text);
    }
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return escaped_control(glyph, code);
    glyph.code = code;
    glyph.width = 1;
    if (code < 0x7f)
        return glyph;
    if (MB_CUR_MAX == 1)
        return in_ascii(glyph, code);
    glyph.width = wcwidth((wchar_t)code);
    if (glyph.width < 0 || text_is_invisible(code))
        return escaped(glyph, code > 0xffff ? "\\U%06x" : "\\u%04x", code);
    return glyph;
}

int glyph_width(const char *text)
{
    int width = 0;
    for (struct glyph p = glyph_next(text); p.bytes; p = glyph_next(text)) {
        width += p.width;
        text += p.bytes;
    }
    return width;
}

size_t glyph_prefix(const char *text, int width)
{
    size_t bytes = 0;
    for (struct glyph p = glyph_next(text); p.bytes; p = glyph_next(text + bytes)) {
        if (p.width > width)
            break;
        width -= p.width;
        bytes += p.bytes;
    }
    return bytes;
}

/* Whether the blank stands between a number and its unit, which stay together. */
static bool is_before_unit(const char *text, size_t blank)
{
    static const char *const units[] = {"s", "ms", "µs", "ns", "%", "B", "kB", "MB", "GB"};
    const char *word = text + blank + 1;
    size_t length = strcspn(word, " ,.;:)");
    if (!blank || text[blank - 1] < '0' || text[blank - 1] > '9')
        return false;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (strlen(units[i]) == length && !strncmp(units[i], word, length))
            return true;
    return false;
}

size_t glyph_line(const char *text, int width)
{
    size_t fits = glyph_prefix(text, width);
    if (!text[fits])
        return fits;
    for (size_t end = fits; end > 0; end--)
        if (text[end] == ' ' && !is_before_unit(text, end))
            return end;
    return fits;
}

size_t glyph_encode(uint32_t code, char out[4])
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
