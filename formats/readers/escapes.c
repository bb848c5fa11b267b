#include "formats/readers/escapes.h"

#include <stdint.h>
#include <string.h>

static bool hex4(const char *text, const char *end, uint32_t *value)
{
    *value = 0;
    if (end - text < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        char c = text[i];
        uint32_t digit;
        if (c >= '0' && c <= '9')
            digit = (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            digit = (uint32_t)((c | 0x20) - 'a' + 10);
        else
            return false;
        *value = *value << 4 | digit;
    }
    return true;
}

/* At most 3 bytes for the 6 of an escape, 4 for the 12 of a pair. */
static char *put_utf8(char *out, uint32_t c)
{
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xc0 | c >> 6);
        *out++ = (char)(0x80 | (c & 0x3f));
    } else if (c < 0x10000) {
        *out++ = (char)(0xe0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    } else {
        *out++ = (char)(0xf0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 0x3f));
        *out++ = (char)(0x80 | (c >> 6 & 0x3f));
        *out++ = (char)(0x80 | (c & 0x3f));
    }
    return out;
}

/* \uXXXX at `at`, or two of them for a pair of surrogates; false when it is none. */
static bool take_unicode(const char **at, const char *end, char **out)
{
    uint32_t c, low;
    if (!hex4(*at + 2, end, &c))
        return false;
    *at += 6;
    if (c >= 0xd800 && c < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u' &&
        hex4(*at + 2, end, &low) && low >= 0xdc00 && low < 0xe000) {
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
        *at += 6;
    }
    *out = put_utf8(*out, c >= 0xd800 && c < 0xe000 ? 0xfffd : c);
    return true;
}

static bool take_escape(const char **at, const char *end, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if ((*at)[1] == 'u')
        return take_unicode(at, end, out);
    const char *found = (*at)[1] ? strchr(from, (*at)[1]) : NULL;
    if (!found)
        return false;
    *(*out)++ = to[found - from];
    *at += 2;
    return true;
}

bool escapes_resolve(struct slice string, char *buffer, size_t *length)
{
    const char *at = string.text, *end = string.text + string.length;
    char *out = buffer;
    while (at < end) {
        const char *slash = memchr(at, '\\', (size_t)(end - at));
        size_t plain = (size_t)((slash ? slash : end) - at);
        memcpy(out, at, plain);
        out += plain;
        at += plain;
        if (slash && !take_escape(&at, end, &out))
            return false;
    }
    *length = (size_t)(out - buffer);
    return true;
}
