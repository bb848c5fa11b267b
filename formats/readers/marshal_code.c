/* Marshalled code objects, whose layout differs a Python version, and passing over objects. */
#include "formats/readers/marshal.h"

#define DEPTH_MAX 100

static uint32_t little32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int skip(struct marshal *m, const struct marshal_value *value, int depth, struct error *err);

/*
 * How many 4-byte numbers stand before a code object's bytecode: 4 in Python 2, 5 in
 * 3.0-3.7 and from 3.11, 6 in 3.8-3.10. Told by where a string is followed by a tuple.
 */
static int count_numbers(const struct marshal *m)
{
    const uint8_t *p = m->data + m->position;
    size_t left = m->size - m->position;
    for (int numbers = 4; numbers <= 6; numbers++) {
        size_t at = (size_t)numbers * 4;
        if (left < at + 6 || (p[at] & 0x7f) != 's')
            continue;
        uint64_t end = at + 5 + (uint64_t)little32(p + at + 1);
        uint8_t type = end < left ? p[end] & 0x7f : 0;
        if (type == '(' || type == ')' || type == 'r')
            return numbers;
    }
    return -1;
}

static int code_body(struct marshal *m, struct marshal_code *code, int depth, struct error *err)
{
    enum { OBJECTS = 8, KINDS = 4 };
    const uint8_t *p;
    struct marshal_value objects[OBJECTS], table;
    int numbers = count_numbers(m);
    if (numbers < 0)
        return error_at_offset(err, m->position, "a code object of an unknown Python version");
    if (marshal_take(m, (size_t)numbers * 4, &p, err))
        return -1;
    for (int i = 0; i < OBJECTS; i++)
        if (marshal_next(m, &objects[i], err) || skip(m, &objects[i], depth, err))
            return -1;
    if (marshal_take(m, 4, &p, err))
        return -1;
    code->line = little32(p);
    /* From 3.11 the fifth is the kinds of the variables, a bytes object; before, a tuple. */
    bool modern = objects[KINDS].kind == MARSHAL_TEXT;
    code->file = objects[modern ? 5 : 6];
    code->name = objects[modern ? 6 : 7];
    for (int tables = modern ? 2 : 1; tables > 0; tables--)
        if (marshal_next(m, &table, err) || skip(m, &table, depth, err))
            return -1;
    return 0;
}

int marshal_code(struct marshal *m, struct marshal_code *code, struct error *err)
{
    return code_body(m, code, DEPTH_MAX - 10, err);
}

/* ---- skipping ---- */

static int skip_dict(struct marshal *m, int depth, struct error *err)
{
    struct marshal_value value;
    for (;;) {
        if (marshal_next(m, &value, err))
            return -1;
        if (value.kind == MARSHAL_END)
            return 0;
        if (skip(m, &value, depth, err))
            return -1;
    }
}

static int skip(struct marshal *m, const struct marshal_value *value, int depth, struct error *err)
{
    if (value->named)
        return 0;
    if (depth <= 0)
        return error_at_offset(err, m->position, "objects are nested more than %d deep", DEPTH_MAX);
    struct marshal_code code;
    struct marshal_value element;
    if (value->kind == MARSHAL_DICT)
        return skip_dict(m, depth - 1, err);
    if (value->kind == MARSHAL_CODE)
        return code_body(m, &code, depth - 1, err);
    for (uint32_t i = 0; value->kind == MARSHAL_TUPLE && i < value->count; i++)
        if (marshal_next(m, &element, err) || skip(m, &element, depth - 1, err))
            return -1;
    return 0;
}

int marshal_skip(struct marshal *m, const struct marshal_value *value, struct error *err)
{
    return skip(m, value, DEPTH_MAX, err);
}
