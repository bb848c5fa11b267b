#include "formats/readers/marshal.h"

#include "formats/readers/decimal.h"

#include <math.h>
#include <string.h>

#define FLAG_REF    0x80u
#define BUDGET_SAFE (UINT64_C(4) << 20)
#define BUDGET_RATE 4u
#define OFFSET_MASK ((UINT64_C(1) << 56) - 1)

void marshal_init(struct marshal *m, const void *data, size_t size)
{
    *m = (struct marshal){.data = data, .size = size};
    m->budget = BUDGET_SAFE + BUDGET_RATE * (uint64_t)size;
}

void marshal_free(struct marshal *m)
{
    array_free(&m->references);
    array_free(&m->interned);
}

static int truncated(const struct marshal *m, struct error *err)
{
    error_at_offset(err, m->size, "the marshal data end too early");
    err->code = ERROR_TRUNCATED;
    return -1;
}

int marshal_take(struct marshal *m, size_t count, const uint8_t **bytes, struct error *err)
{
    if (count > m->size - m->position)
        return truncated(m, err);
    *bytes = m->data + m->position;
    m->position += count;
    return 0;
}

static uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint64_t little64(const uint8_t *p)
{
    return little32(p) | (uint64_t)little32(p + 4) << 32;
}

/* A length of one or four bytes. */
static int take_length(struct marshal *m, size_t bytes, uint32_t *length, struct error *err)
{
    const uint8_t *p;
    if (marshal_take(m, bytes, &p, err))
        return -1;
    *length = bytes == 1 ? p[0] : little32(p);
    return 0;
}

/* ---- scalars ---- */

static int take_text(struct marshal *m, size_t bytes, struct marshal_value *value,
                     struct error *err)
{
    const uint8_t *p;
    if (take_length(m, bytes, &value->length, err) || marshal_take(m, value->length, &p, err))
        return -1;
    value->kind = MARSHAL_TEXT;
    value->text = (const char *)p;
    return 0;
}

static int take_int(struct marshal *m, size_t bytes, struct marshal_value *value, struct error *err)
{
    const uint8_t *p;
    if (marshal_take(m, bytes, &p, err))
        return -1;
    value->kind = MARSHAL_INT;
    value->integer = bytes == 4 ? (int32_t)little32(p) : (int64_t)little64(p);
    return 0;
}

static int take_truth(struct marshal *m, size_t truth, struct marshal_value *value,
                      struct error *err)
{
    (void)m, (void)err;
    value->kind = MARSHAL_INT;
    value->integer = (int64_t)truth;
    return 0;
}

/* A sign and a count of digits in base 32768, the lowest first. */
static int take_long(struct marshal *m, size_t bytes, struct marshal_value *value,
                     struct error *err)
{
    (void)bytes;
    const uint8_t *p;
    if (marshal_take(m, 4, &p, err))
        return -1;
    int64_t digits = (int32_t)little32(p);
    bool negative = digits < 0;
    digits = negative ? -digits : digits;
    if (marshal_take(m, (size_t)digits * 2, &p, err))
        return -1;
    uint64_t sum = 0;
    for (int64_t i = digits; i-- > 0;) {
        uint64_t digit = (uint64_t)p[i * 2] | (uint64_t)p[i * 2 + 1] << 8;
        sum = sum > (INT64_MAX >> 15) ? INT64_MAX : sum << 15 | (digit & 0x7fff);
        if (sum == INT64_MAX)
            break;
    }
    value->kind = MARSHAL_INT;
    value->integer = negative ? -(int64_t)sum : (int64_t)sum;
    return 0;
}

static int take_float(struct marshal *m, size_t bytes, struct marshal_value *value,
                      struct error *err)
{
    const uint8_t *p;
    if (marshal_take(m, bytes, &p, err))
        return -1;
    uint64_t bits = little64(p);
    memcpy(&value->real, &bits, sizeof bits);
    value->kind = MARSHAL_FLOAT;
    return 0;
}

/* Versions 0 and 1: digits behind a length byte. */
static int take_float_text(struct marshal *m, size_t bytes, struct marshal_value *value,
                           struct error *err)
{
    (void)bytes;
    if (take_text(m, 1, value, err))
        return -1;
    struct decimal decimal;
    value->kind = MARSHAL_FLOAT;
    value->real = NAN;
    if (decimal_parse(value->text, value->length, '.', &decimal)) {
        value->real = (double)decimal.digits * pow(10, decimal.exponent);
        value->real = decimal.negative ? -value->real : value->real;
    }
    return 0;
}

static int take_other(struct marshal *m, size_t bytes, struct marshal_value *value,
                      struct error *err)
{
    const uint8_t *p;
    value->kind = MARSHAL_OTHER;
    return bytes ? marshal_take(m, bytes, &p, err) : 0;
}

static int take_complex_text(struct marshal *m, size_t bytes, struct marshal_value *value,
                             struct error *err)
{
    (void)bytes;
    for (int part = 0; part < 2; part++)
        if (take_text(m, 1, value, err))
            return -1;
    value->kind = MARSHAL_OTHER;
    return 0;
}

/* ---- containers ---- */

/* Every element takes at least one byte. */
static int take_tuple(struct marshal *m, size_t bytes, struct marshal_value *value,
                      struct error *err)
{
    if (take_length(m, bytes, &value->count, err))
        return -1;
    value->kind = MARSHAL_TUPLE;
    return value->count > m->size - m->position ? truncated(m, err) : 0;
}

static int take_dict(struct marshal *m, size_t bytes, struct marshal_value *value,
                     struct error *err)
{
    (void)m, (void)bytes, (void)err;
    value->kind = MARSHAL_DICT;
    return 0;
}

static int take_code(struct marshal *m, size_t bytes, struct marshal_value *value,
                     struct error *err)
{
    (void)m, (void)bytes, (void)err;
    value->kind = MARSHAL_CODE;
    return 0;
}

static int take_end(struct marshal *m, size_t bytes, struct marshal_value *value, struct error *err)
{
    (void)m, (void)bytes, (void)err;
    value->kind = MARSHAL_END;
    return 0;
}

/* start, stop, step */
static int take_slice(struct marshal *m, size_t bytes, struct marshal_value *value,
                      struct error *err)
{
    (void)m, (void)bytes, (void)err;
    value->kind = MARSHAL_TUPLE;
    value->count = 3;
    return 0;
}

static int take_body(struct marshal *m, uint8_t type, struct marshal_value *value,
                     struct error *err);

/* A scalar that stands at `offset`. */
static int take_again(struct marshal *m, uint64_t offset, struct marshal_value *value,
                      struct error *err)
{
    size_t back = m->position;
    uint8_t type = m->data[offset] & 0x7f;
    m->position = (size_t)offset + 1;
    int status = type == 'r' || type == 'R'
                     ? error_at_offset(err, back - 5, "a reference to a reference")
                     : take_body(m, type, value, err);
    m->position = back;
    value->named = true;
    return status;
}

static int take_reference(struct marshal *m, size_t bytes, struct marshal_value *value,
                          struct error *err)
{
    uint32_t index;
    if (take_length(m, bytes, &index, err))
        return -1;
    if (index >= m->references.count)
        return error_at_offset(err, m->position - 5, "there is no object %u to refer to", index);
    const struct marshal_reference *reference = &m->references.data[index];
    value->reference = index;
    if (reference->kind != MARSHAL_TUPLE && reference->kind != MARSHAL_DICT &&
        reference->kind != MARSHAL_CODE)
        return take_again(m, reference->offset, value, err);
    value->kind = reference->kind;
    value->count = reference->count;
    value->named = true;
    return 0;
}

/* Python 2's interned strings have a table of their own. */
static int take_interned(struct marshal *m, size_t bytes, struct marshal_value *value,
                         struct error *err)
{
    uint32_t index;
    if (take_length(m, bytes, &index, err))
        return -1;
    if (index >= m->interned.count)
        return error_at_offset(err, m->position - 5, "there is no string %u to refer to", index);
    return take_again(m, m->interned.data[index], value, err);
}

/* By type code: who reads what follows, and the size of it or of its length. */
static const struct {
    int (*take)(struct marshal *m, size_t bytes, struct marshal_value *value, struct error *err);
    size_t bytes;
} types[128] = {
    ['0'] = {take_end, 0},          ['N'] = {take_other, 0},      ['S'] = {take_other, 0},
    ['.'] = {take_other, 0},        ['?'] = {take_other, 0},      ['F'] = {take_truth, 0},
    ['T'] = {take_truth, 1},        ['i'] = {take_int, 4},        ['I'] = {take_int, 8},
    ['l'] = {take_long, 0},         ['f'] = {take_float_text, 0}, ['g'] = {take_float, 8},
    ['x'] = {take_complex_text, 0}, ['y'] = {take_other, 16},     ['s'] = {take_text, 4},
    ['t'] = {take_text, 4},         ['u'] = {take_text, 4},       ['a'] = {take_text, 4},
    ['A'] = {take_text, 4},         ['z'] = {take_text, 1},       ['Z'] = {take_text, 1},
    [')'] = {take_tuple, 1},        ['('] = {take_tuple, 4},      ['['] = {take_tuple, 4},
    ['<'] = {take_tuple, 4},        ['>'] = {take_tuple, 4},      [':'] = {take_slice, 0},
    ['{'] = {take_dict, 0},         ['}'] = {take_dict, 0},       ['c'] = {take_code, 0},
    ['r'] = {take_reference, 4},    ['R'] = {take_interned, 4},
};

static int take_body(struct marshal *m, uint8_t type, struct marshal_value *value,
                     struct error *err)
{
    if (!types[type].take)
        return error_at_offset(err, m->position - 1, "no marshal object begins with byte %u", type);
    return types[type].take(m, types[type].bytes, value, err);
}

/* While following, the tables are complete up to there already. */
static void number_object(struct marshal *m, uint64_t offset, struct marshal_value *value)
{
    uint8_t type = m->data[offset];
    if (m->following)
        return;
    if (type & FLAG_REF) {
        value->reference = m->references.count;
        *array_push(&m->references) =
            (struct marshal_reference){offset & OFFSET_MASK, MARSHAL_OTHER, 0, MARSHAL_NONE};
    } else if (type == 't') {
        *array_push(&m->interned) = offset;
    }
}

int marshal_next(struct marshal *m, struct marshal_value *value, struct error *err)
{
    *value = (struct marshal_value){.kind = MARSHAL_OTHER, .reference = MARSHAL_NONE};
    uint64_t start = m->position;
    const uint8_t *p;
    if (marshal_take(m, 1, &p, err))
        return -1;
    number_object(m, start, value);
    uint32_t number = value->reference;
    if (take_body(m, *p & 0x7f, value, err))
        return -1;
    if (number != MARSHAL_NONE && !value->named) {
        m->references.data[number].kind = (uint8_t)value->kind;
        m->references.data[number].count = value->count;
    }
    if (!m->following && !value->named)
        return 0;
    uint64_t cost = 1 + value->length / 16;
    if (cost > m->budget)
        return error_at_offset(err, start, "too much of the file is references");
    m->budget -= cost;
    return 0;
}

size_t marshal_follow(struct marshal *m, const struct marshal_value *value)
{
    size_t back = m->position;
    m->position = (size_t)m->references.data[value->reference].offset + 1;
    struct marshal_value again;
    struct error ignored;
    /* It was read before without a fault; now its elements follow. */
    (void)take_body(m, m->data[m->position - 1] & 0x7f, &again, &ignored);
    m->following++;
    return back;
}

void marshal_return(struct marshal *m, size_t position)
{
    m->following--;
    m->position = position;
}
