#include "formats/readers/marshal.h"

#include "formats/readers/decimal.h"

#include <endian.h>
#include <math.h>
#include <string.h>

#define FLAG_REF    0x80u
#define BUDGET_SAFE (UINT64_C(4) << 20)
#define BUDGET_RATE 4u
#define NAME_SIZE   5u /* of 'r' and its number */

void marshal_init(struct marshal *m, const void *data, size_t size)
{
    *m = (struct marshal){.data = data, .size = size};
    m->budget = BUDGET_SAFE + BUDGET_RATE * (uint64_t)size;
}

void marshal_free(struct marshal *m)
{
    array_free(&m->references);
    array_free(&m->tags);
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
    uint32_t word;
    memcpy(&word, p, sizeof word);
    return le32toh(word);
}

static uint64_t little64(const uint8_t *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return le64toh(word);
}

static double real_of(const uint8_t *p)
{
    uint64_t bits = little64(p);
    double real;
    memcpy(&real, &bits, sizeof real);
    return real;
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

/* A sign and a count of digits in base 32768, the lowest first. */
static int take_long(struct marshal *m, struct marshal_value *value, struct error *err)
{
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

static int take_float(struct marshal *m, struct marshal_value *value, struct error *err)
{
    const uint8_t *p;
    if (marshal_take(m, 8, &p, err))
        return -1;
    value->real = real_of(p);
    value->kind = MARSHAL_FLOAT;
    return 0;
}

/* Versions 0 and 1: digits behind a length byte. */
static int take_float_text(struct marshal *m, struct marshal_value *value, struct error *err)
{
    struct marshal_value digits;
    struct decimal decimal;
    if (take_text(m, 1, &digits, err))
        return -1;
    value->kind = MARSHAL_FLOAT;
    value->real = NAN;
    if (decimal_parse(digits.text, digits.length, '.', &decimal)) {
        value->real = (double)decimal.digits * pow(10, decimal.exponent);
        value->real = decimal.negative ? -value->real : value->real;
    }
    return 0;
}

static int take_complex_text(struct marshal *m, struct marshal_value *value, struct error *err)
{
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

/* What the type byte alone tells. */
static int be(struct marshal_value *value, enum marshal_kind kind, uint32_t count)
{
    value->kind = kind;
    if (kind == MARSHAL_TUPLE)
        value->count = count;
    else
        value->integer = count;
    return 0;
}

static int take_body(struct marshal *m, uint8_t type, struct marshal_value *value,
                     struct error *err);

/* What stands at `offset`; of a container, its elements are left out. */
static int take_again(struct marshal *m, uint64_t offset, struct marshal_value *value,
                      struct error *err)
{
    size_t back = m->position;
    uint8_t type = m->data[offset] & 0x7f;
    m->position = (size_t)offset + 1;
    int status = type == 'r' || type == 'R'
                     ? error_at_offset(err, back - NAME_SIZE, "a reference to a reference")
                     : take_body(m, type, value, err);
    m->position = back;
    value->named = true;
    return status;
}

static int take_reference(struct marshal *m, struct marshal_value *value, struct error *err)
{
    uint32_t index;
    if (take_length(m, 4, &index, err))
        return -1;
    if (index >= m->references.count)
        return error_at_offset(err, m->position - NAME_SIZE, "there is no object %u to refer to",
                               index);
    value->reference = index;
    return take_again(m, m->references.data[index], value, err);
}

/* Python 2's interned strings have a table of their own. */
static int take_interned(struct marshal *m, struct marshal_value *value, struct error *err)
{
    uint32_t index;
    if (take_length(m, 4, &index, err))
        return -1;
    if (index >= m->interned.count)
        return error_at_offset(err, m->position - NAME_SIZE, "there is no string %u to refer to",
                               index);
    return take_again(m, m->interned.data[index], value, err);
}

static int take_body(struct marshal *m, uint8_t type, struct marshal_value *value,
                     struct error *err)
{
    const uint8_t *ignored;
    value->kind = MARSHAL_OTHER;
    switch (type) {
    case 'r':
        return take_reference(m, value, err);
    case 'g':
        return take_float(m, value, err);
    case 'i':
        return take_int(m, 4, value, err);
    case 'I':
        return take_int(m, 8, value, err);
    case 'l':
        return take_long(m, value, err);
    case 'z':
    case 'Z':
        return take_text(m, 1, value, err);
    case 's':
    case 't':
    case 'u':
    case 'a':
    case 'A':
        return take_text(m, 4, value, err);
    case ')':
        return take_tuple(m, 1, value, err);
    case '(':
    case '[':
    case '<':
    case '>':
        return take_tuple(m, 4, value, err);
    case 'f':
        return take_float_text(m, value, err);
    case 'x':
        return take_complex_text(m, value, err);
    case 'y':
        return marshal_take(m, 16, &ignored, err);
    case 'R':
        return take_interned(m, value, err);
    case ':':
        return be(value, MARSHAL_TUPLE, 3); /* start, stop, step */
    case 'T':
        return be(value, MARSHAL_INT, 1);
    case 'F':
        return be(value, MARSHAL_INT, 0);
    case '{':
    case '}':
        return be(value, MARSHAL_DICT, 0);
    case 'c':
        return be(value, MARSHAL_CODE, 0);
    case '0':
        return be(value, MARSHAL_END, 0);
    case 'N':
    case 'S':
    case '.':
    case '?':
        return 0;
    default:
        break;
    }
    return error_at_offset(err, m->position - 1, "no marshal object begins with byte %u", type);
}

/* While following, the tables are complete up to there already. */
static void number_object(struct marshal *m, uint64_t offset, struct marshal_value *value)
{
    uint8_t type = m->data[offset];
    if (m->following)
        return;
    if (type & FLAG_REF) {
        value->reference = m->references.count;
        *array_push(&m->references) = offset;
        *array_push(&m->tags) = MARSHAL_NONE;
    } else if (type == 't') {
        *array_push(&m->interned) = offset;
    }
}

static int pay(struct marshal *m, uint64_t cost, uint64_t offset, struct error *err)
{
    if (cost > m->budget)
        return error_at_offset(err, offset, "too much of the file is references");
    m->budget -= cost;
    return 0;
}

/*
 * Statistics are mostly plain floats, integers, names of integers and small tuples: these, without
 * the detours of the rest, which does the same.
 */
static inline bool next_plain(struct marshal *m, struct marshal_value *value)
{
    const uint8_t *p = m->data + m->position;
    if (m->size - m->position < 1 + sizeof(double) || m->following)
        return false;
    value->named = false;
    value->reference = MARSHAL_NONE;
    if (*p == 'g') {
        value->kind = MARSHAL_FLOAT;
        value->real = real_of(p + 1);
        m->position += 1 + sizeof(double);
        return true;
    }
    if (*p == 'r') {
        uint32_t index = little32(p + 1);
        if (index >= m->references.count || !m->budget)
            return false;
        p = m->data + m->references.data[index];
        if (*p != ('i' | FLAG_REF))
            return false;
        value->named = true;
        value->reference = index;
        m->budget--;
    } else if (*p == ')' && p[1] <= m->size - m->position - 2) {
        value->kind = MARSHAL_TUPLE;
        value->count = p[1];
        m->position += 2;
        return true;
    } else if (*p != 'i') {
        return false;
    }
    value->kind = MARSHAL_INT;
    value->integer = (int32_t)little32(p + 1);
    m->position += 1 + sizeof(uint32_t);
    return true;
}

/* Kept out of marshal_next(), which has little to set up then. */
static __attribute__((noinline)) int next_other(struct marshal *m, struct marshal_value *value,
                                                struct error *err)
{
    *value = (struct marshal_value){.kind = MARSHAL_OTHER, .reference = MARSHAL_NONE};
    uint64_t start = m->position;
    const uint8_t *p;
    if (marshal_take(m, 1, &p, err))
        return -1;
    number_object(m, start, value);
    if (take_body(m, *p & 0x7f, value, err))
        return -1;
    if (!m->following && !value->named)
        return 0;
    return pay(m, 1 + (value->kind == MARSHAL_TEXT ? value->length / 16 : 0), start, err);
}

int marshal_next(struct marshal *m, struct marshal_value *value, struct error *err)
{
    return next_plain(m, value) ? 0 : next_other(m, value, err);
}

void marshal_tag(struct marshal *m, uint32_t reference, uint32_t tag)
{
    if (reference != MARSHAL_NONE)
        m->tags.data[reference] = tag;
}

void marshal_expect(const struct marshal *m, size_t ahead)
{
    size_t left = m->size - m->position;
    if (left < NAME_SIZE || ahead > left - NAME_SIZE)
        return;
    uint32_t index = little32(m->data + m->position + ahead + 1);
    if (index < m->tags.count)
        __builtin_prefetch(&m->tags.data[index]);
}

bool marshal_tagged(struct marshal *m, uint32_t *tag)
{
    const uint8_t *p = m->data + m->position;
    if (m->size - m->position < NAME_SIZE || *p != 'r' || !m->budget)
        return false;
    uint32_t index = little32(p + 1);
    if (index >= m->tags.count || m->tags.data[index] == MARSHAL_NONE)
        return false;
    *tag = m->tags.data[index];
    m->position += NAME_SIZE;
    m->budget--;
    return true;
}

size_t marshal_follow(struct marshal *m, const struct marshal_value *value)
{
    size_t back = m->position;
    m->position = (size_t)m->references.data[value->reference] + 1;
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
