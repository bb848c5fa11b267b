/* Numbers and texts as they stand in a pickle. */
#include "formats/readers/decimal.h"
#include "formats/readers/pickle_internal.h"

#include <math.h>
#include <string.h>

uint64_t pickle_take_number(struct pickle *p, unsigned bytes)
{
    uint64_t value = 0;
    if (p->size - p->at < bytes) {
        p->cut = true;
        return 0;
    }
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)p->data[p->at++] << (8 * i);
    return value;
}

static struct slice take_bytes(struct pickle *p, uint64_t length)
{
    if (length > p->size - p->at) {
        p->cut = true;
        return (struct slice){"", 0};
    }
    struct slice bytes = {(const char *)p->data + p->at, (size_t)length};
    p->at += (size_t)length;
    return bytes;
}

struct slice pickle_take_line(struct pickle *p)
{
    const uint8_t *text = p->data + p->at, *end = memchr(text, '\n', p->size - p->at);
    if (!end) {
        p->cut = true;
        return (struct slice){"", 0};
    }
    p->at += (size_t)(end - text) + 1;
    return slice_trim((struct slice){(const char *)text, (size_t)(end - text)});
}

/* ---- numbers and texts ---- */

static void push_decimal_line(struct pickle *p, bool real)
{
    struct decimal number;
    struct slice line = pickle_take_line(p);
    int64_t value = 0;
    if (!real && (slice_is(line, "01") || slice_is(line, "00"))) {
        pickle_push(p, line.text[1] == '1' ? PICKLE_NODE_TRUE : PICKLE_NODE_FALSE);
        return;
    }
    if (line.length && line.text[line.length - 1] == 'L')
        line.length--;
    if (!decimal_parse(line.text, line.length, '.', &number))
        p->bad = true;
    else if (real)
        pickle_push_real(p, (number.negative ? -1.0 : 1.0) * (double)number.digits *
                                pow(10, number.exponent));
    else
        (void)decimal_scaled(&number, 0, &value);
    if (!real && !p->bad)
        pickle_push_integer(p, value);
}

static void push_quoted_line(struct pickle *p)
{
    struct slice line = pickle_take_line(p);
    if (line.length >= 2 && (*line.text == '\'' || *line.text == '"'))
        line = (struct slice){line.text + 1, line.length - 2};
    pickle_push_text(p, line);
}

/* Little-endian, two's complement. */
static void push_long(struct pickle *p, struct slice bytes)
{
    uint64_t value = 0;
    bool negative = bytes.length && (uint8_t)bytes.text[bytes.length - 1] & 0x80;
    if (bytes.length > 8) {
        pickle_push_integer(p, negative ? INT64_MIN : INT64_MAX);
        return;
    }
    for (size_t i = 0; i < bytes.length; i++)
        value |= (uint64_t)(uint8_t)bytes.text[i] << (8 * i);
    if (negative && bytes.length < 8)
        value |= UINT64_MAX << (8 * bytes.length);
    pickle_push_integer(p, (int64_t)value);
}

static void push_double(struct pickle *p)
{
    struct slice bytes = take_bytes(p, 8);
    uint64_t bits = 0;
    double value;
    for (size_t i = 0; i < bytes.length; i++)
        bits = bits << 8 | (uint8_t)bytes.text[i];
    memcpy(&value, &bits, sizeof value);
    pickle_push_real(p, value);
}

bool pickle_apply_literal(struct pickle *p, uint8_t operation)
{
    switch (operation) {
    case 'N':
        pickle_push(p, PICKLE_NODE_NONE);
        break;
    case 0x88:
        pickle_push(p, PICKLE_NODE_TRUE);
        break;
    case 0x89:
        pickle_push(p, PICKLE_NODE_FALSE);
        break;
    case 'F':
        push_decimal_line(p, true);
        break;
    case 'I':
    case 'L':
        push_decimal_line(p, false);
        break;
    case 'J':
        pickle_push_integer(p, (int32_t)pickle_take_number(p, 4));
        break;
    case 'K':
        pickle_push_integer(p, (int64_t)pickle_take_number(p, 1));
        break;
    case 'M':
        pickle_push_integer(p, (int64_t)pickle_take_number(p, 2));
        break;
    case 'G':
        push_double(p);
        break;
    case 0x8a:
        push_long(p, take_bytes(p, pickle_take_number(p, 1)));
        break;
    case 0x8b:
        push_long(p, take_bytes(p, pickle_take_number(p, 4)));
        break;
    case 'S':
        push_quoted_line(p);
        break;
    case 'V':
        pickle_push_text(p, pickle_take_line(p));
        break;
    case 'T':
    case 'B':
    case 'X':
        pickle_push_text(p, take_bytes(p, pickle_take_number(p, 4)));
        break;
    case 'U':
    case 'C':
    case 0x8c:
        pickle_push_text(p, take_bytes(p, pickle_take_number(p, 1)));
        break;
    case 0x8d:
    case 0x8e:
    case 0x96:
        pickle_push_text(p, take_bytes(p, pickle_take_number(p, 8)));
        break;
    default:
        return false;
    }
    return true;
}
