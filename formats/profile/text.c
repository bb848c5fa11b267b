#include "formats/profile/text.h"

#include <stdio.h>
#include <string.h>

size_t text_decode(const char *text, size_t size, uint32_t *character)
{
    if (!size)
        return 0;
    const uint8_t *byte = (const uint8_t *)text;
    if (byte[0] < 0x80) {
        *character = byte[0];
        return 1;
    }
    size_t length = byte[0] >= 0xf0 ? 4 : byte[0] >= 0xe0 ? 3 : 2;
    if (byte[0] < 0xc2 || byte[0] > 0xf4 || length > size)
        return 0;
    uint32_t value = byte[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((byte[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (byte[i] & 0x3f);
    }
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (value < least[length] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
        return 0;
    *character = value;
    return length;
}

bool text_is_invisible(uint32_t c)
{
    return c == 0xad || c == 0x61c || c == 0xfeff || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
           (c >= 0xe0000 && c <= 0xe007f) || (c >= 0xfff9 && c <= 0xfffb);
}

/* Characters that move the cursor, change the terminal, or hide or reorder the line. */
static bool is_control(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || text_is_invisible(c);
}

static int escape_one(uint32_t c, char *out, size_t size)
{
    switch (c) {
    case '\n':
        return snprintf(out, size, "\\n");
    case '\r':
        return snprintf(out, size, "\\r");
    case '\t':
        return snprintf(out, size, "\\t");
    default:
        if (c > 0xffff)
            return snprintf(out, size, "\\U%06x", (unsigned)c);
        return snprintf(out, size, c < 0xa0 ? "\\x%02x" : "\\u%04x", (unsigned)c);
    }
}

size_t text_escape(const char *text, size_t length, char *buffer, size_t size)
{
    if (!size)
        return 0;
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        char piece[12];
        uint32_t c;
        size_t taken = text_decode(text + at, length - at, &c), made = taken;
        if (!taken)
            made = (size_t)snprintf(piece, sizeof piece, "\\x%02x", (uint8_t)text[at]);
        else if (is_control(c))
            made = (size_t)escape_one(c, piece, sizeof piece);
        else
            memcpy(piece, text + at, taken);
        if (used + made >= size)
            break;
        memcpy(buffer + used, piece, made);
        used += made;
        at += taken ? taken : 1;
    }
    buffer[used] = '\0';
    return used;
}

size_t text_make_valid(const char *text, size_t length, bool controls, char *buffer)
{
    static const char hex[] = "0123456789abcdef";
    size_t used = 0;
    for (size_t at = 0; at < length;) {
        uint32_t c = 0;
        size_t taken = text_decode(text + at, length - at, &c);
        if (taken && (controls || c < 0x7f || c > 0x9f)) {
            memcpy(buffer + used, text + at, taken);
            used += taken;
            at += taken;
            continue;
        }
        uint8_t byte = (uint8_t)text[at++];
        memcpy(buffer + used, (char[]){'\\', 'x', hex[byte >> 4], hex[byte & 15]}, 4);
        used += 4;
    }
    buffer[used] = '\0';
    return used;
}
