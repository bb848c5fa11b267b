/*
 * Python's pstats: the marshalled dictionary that cProfile, profile, YAPPI and
 * profiling.sampling write,
 *
 *     {(file, line, name): (cc, nc, tt, ct, {caller: (nc, cc, tt, ct)})}
 *
 * with cc primitive calls, nc calls, tt and ct seconds. The numbers are kept as
 * the file has them; nothing is derived. What differs in the wild:
 *
 *   - the callers' pair is (nc, cc), the function's own is (cc, nc);
 *   - YAPPI writes the function's own pair the other way round. More primitive
 *     calls than calls cannot be, so one such function turns the whole file;
 *   - pure-Python `profile` has a number of calls instead of a caller's tuple, and a
 *     code object as the name of what it ran (shown as Python does, less the address);
 *   - profiling.sampling (3.15) marks the file with the key ("__sampled__",): its
 *     counts are samples, not calls; times of edges follow from ct / nc;
 *   - built-in functions have the file "~" (cProfile) or "" (profile): file "" here.
 *
 * Sources: Lib/cProfile.py, Lib/profile.py, Lib/pstats.py, yappi.py,
 * Lib/profiling/sampling/pstats_collector.py.
 */
#include "formats/readers/pstats_internal.h"

#include <math.h>
#include <string.h>

/* Self times are summed up later: together at most 146 years, so that no sum overflows. */
#define SUM_MAX       (INT64_C(1) << 62)
#define VALUE_MAX     (INT64_C(1) << 60)
#define CODE_NAME_MAX 4096
/* Bytes of a caller's tuple in most files: two integers, two floats. The next caller follows. */
#define CALLER_SIZE (2 + 2 * 5 + 2 * 9)
/* Tags of marshalled objects: a function's number, or a text's with this bit. */
#define TEXT_TAG (UINT32_C(1) << 31)

/* ---- values ---- */

static bool is_number(const struct marshal_value *value)
{
    return value->kind == MARSHAL_INT || value->kind == MARSHAL_FLOAT;
}

static uint64_t count_of(struct pstats *p, const struct marshal_value *value)
{
    if (value->kind == MARSHAL_INT && value->integer >= 0 && value->integer < SUM_MAX)
        return (uint64_t)value->integer;
    p->unusable++;
    return 0;
}

/* Seconds to nanoseconds. */
static int64_t time_of(struct pstats *p, const struct marshal_value *value)
{
    double ns = (value->kind == MARSHAL_INT ? (double)value->integer : value->real) * 1e9;
    if (fabs(ns) < (double)VALUE_MAX)
        return llrint(ns);
    p->unusable++; /* also what is not a number */
    return 0;
}

static int64_t self_of(struct pstats *p, const struct marshal_value *value)
{
    int64_t time = time_of(p, value), size = time < 0 ? -time : time;
    if (size <= SUM_MAX - p->sum) {
        p->sum += size;
        return time;
    }
    p->unusable++;
    return 0;
}

/* ---- keys ---- */

static uint32_t line_of(const struct marshal_value *value)
{
    return value->kind == MARSHAL_INT && value->integer > 0 && value->integer <= INT32_MAX
               ? (uint32_t)value->integer
               : 0;
}

/* The number that the builder has for a text; noted in case the file names it again. */
static uint32_t text_of(struct pstats *p, const struct marshal_value *value)
{
    uint32_t text = build_text(p->build, value->text, value->length);
    if (text < TEXT_TAG)
        marshal_tag(&p->marshal, value->reference, TEXT_TAG | text);
    return text;
}

static uint32_t state_function(struct pstats *p, uint32_t file, uint32_t line, uint32_t name)
{
    bool builtin = !line && (!file || file == p->tilde);
    p->nameless_file |= builtin && !file;
    return build_function_of(p->build, name, 0, builtin ? 0 : file, line,
                             builtin ? FUNCTION_BUILTIN : FUNCTION_PYTHON);
}

static int cut(uint32_t length)
{
    return length < CODE_NAME_MAX ? (int)length : CODE_NAME_MAX;
}

/* A code object as a name: "<code object main, file "x.py", line 3>". *name stays for another. */
static int code_name(struct pstats *p, const struct marshal_value *code, uint32_t *name,
                     struct error *err)
{
    struct marshal_code inner;
    size_t back = code->named ? marshal_follow(&p->marshal, code) : 0;
    int status = marshal_code(&p->marshal, &inner, err);
    if (code->named)
        marshal_return(&p->marshal, back);
    if (status)
        return -1;
    if (inner.name.kind != MARSHAL_TEXT || inner.file.kind != MARSHAL_TEXT)
        return 0;
    char *text =
        memory_printf("<code object %.*s, file \"%.*s\", line %u>", cut(inner.name.length),
                      inner.name.text, cut(inner.file.length), inner.file.text, inner.line);
    *name = build_text(p->build, text, strlen(text));
    array_release(text);
    return 0;
}

/* A text, or a code object where that is allowed; *text is MARSHAL_NONE for anything else. */
static int read_text(struct pstats *p, bool or_code, uint32_t *text, struct error *err)
{
    struct marshal *m = &p->marshal;
    struct marshal_value value;
    size_t before = m->position;
    if (marshal_tagged(m, text)) {
        if (*text & TEXT_TAG) {
            *text &= ~TEXT_TAG;
            return 0;
        }
        m->position = before; /* a function's key */
    }
    *text = MARSHAL_NONE;
    if (marshal_next(m, &value, err))
        return -1;
    if (value.kind == MARSHAL_TEXT)
        *text = text_of(p, &value);
    else if (value.kind == MARSHAL_CODE && or_code)
        return code_name(p, &value, text, err);
    return marshal_skip(m, &value, err);
}

/* The three elements of a key; *function stays as it is when they are something else. */
static int key_elements(struct pstats *p, uint32_t *function, struct error *err)
{
    uint32_t file, name;
    struct marshal_value line;
    if (read_text(p, false, &file, err) || marshal_next(&p->marshal, &line, err) ||
        marshal_skip(&p->marshal, &line, err) || read_text(p, true, &name, err))
        return -1;
    if (file != MARSHAL_NONE && name != MARSHAL_NONE)
        *function = state_function(p, file, line_of(&line), name);
    return 0;
}

/* ("__sampled__",) */
static int marker(struct pstats *p, struct error *err)
{
    static const char text[] = "__sampled__";
    struct marshal_value value;
    if (marshal_next(&p->marshal, &value, err))
        return -1;
    p->sampled |= value.kind == MARSHAL_TEXT && value.length == sizeof text - 1 &&
                  !memcmp(value.text, text, sizeof text - 1);
    return marshal_skip(&p->marshal, &value, err);
}

/* *function is MARSHAL_NONE when the key is no function. */
static int read_key(struct pstats *p, const struct marshal_value *key, uint32_t *function,
                    struct error *err)
{
    struct marshal *m = &p->marshal;
    *function = MARSHAL_NONE;
    if (key->kind == MARSHAL_TUPLE && key->count == 1 && !key->named)
        return marker(p, err);
    if (key->kind != MARSHAL_TUPLE || key->count != 3)
        return marshal_skip(m, key, err);
    if (key->named && key->reference == MARSHAL_NONE)
        return 0;
    size_t back = key->named ? marshal_follow(m, key) : 0;
    int status = key_elements(p, function, err);
    if (key->named)
        marshal_return(m, back);
    if (*function < TEXT_TAG)
        marshal_tag(m, key->reference, *function);
    return status;
}

/* 1 and the function of the next key (MARSHAL_NONE: none), 0 at the end of the dictionary, -1. */
static int next_key(struct pstats *p, uint32_t *function, struct error *err)
{
    struct marshal_value key;
    /* Nearly every key stands elsewhere already. */
    if (marshal_tagged(&p->marshal, function)) {
        *function = *function & TEXT_TAG ? MARSHAL_NONE : *function;
        return 1;
    }
    if (marshal_next(&p->marshal, &key, err))
        return -1;
    if (key.kind == MARSHAL_END)
        return 0;
    return read_key(p, &key, function, err) ? -1 : 1;
}

/* ---- callers ---- */

static struct values edge_values(struct pstats *p, const struct marshal_value *four)
{
    uint64_t one = count_of(p, &four[0]), other = count_of(p, &four[1]);
    return (struct values){.calls = one > other ? one : other,
                           .primitive = one > other ? other : one,
                           .self = time_of(p, &four[2]),
                           .total = time_of(p, &four[3])};
}

static int four_numbers(struct pstats *p, struct marshal_value *four, bool *usable,
                        struct error *err)
{
    for (int i = 0; i < 4; i++) {
        if (marshal_next(&p->marshal, &four[i], err))
            return -1;
        if (is_number(&four[i]))
            continue;
        *usable = false;
        if (marshal_skip(&p->marshal, &four[i], err))
            return -1;
    }
    return 0;
}

/* *usable: both are functions, and the tuple is four numbers. */
static int caller_tuple(struct pstats *p, const struct marshal_value *tuple, uint32_t caller,
                        uint32_t callee, bool *usable, struct error *err)
{
    struct marshal *m = &p->marshal;
    struct marshal_value four[4];
    if (tuple->named && tuple->reference == MARSHAL_NONE) {
        *usable = false;
        return 0;
    }
    size_t back = tuple->named ? marshal_follow(m, tuple) : 0;
    int status = four_numbers(p, four, usable, err);
    if (tuple->named)
        marshal_return(m, back);
    if (!status && *usable)
        build_edge_values(p->build, caller, callee, p->time, edge_values(p, four));
    return status;
}

/* One caller's value: a tuple of four, or a number of calls. */
static int caller_value(struct pstats *p, uint32_t caller, uint32_t row, struct error *err)
{
    struct marshal_value value;
    bool usable = caller != MARSHAL_NONE;
    marshal_expect(&p->marshal, CALLER_SIZE);
    if (marshal_next(&p->marshal, &value, err))
        return -1;
    if (value.kind == MARSHAL_TUPLE && value.count == 4) {
        if (caller_tuple(p, &value, caller, p->rows.data[row].function, &usable, err))
            return -1;
    } else if (value.kind == MARSHAL_INT && usable) {
        *array_push(&p->counted) = (struct counted){caller, row, count_of(p, &value)};
    } else {
        usable = false;
        if (marshal_skip(&p->marshal, &value, err))
            return -1;
    }
    p->skipped += !usable;
    return 0;
}

static int caller_entries(struct pstats *p, uint32_t row, struct error *err)
{
    uint32_t caller;
    int more;
    while ((more = next_key(p, &caller, err)) > 0)
        if (caller_value(p, caller, row, err))
            return -1;
    return more;
}

static int read_callers(struct pstats *p, uint32_t row, struct error *err)
{
    struct marshal_value callers;
    if (marshal_next(&p->marshal, &callers, err))
        return -1;
    if (callers.kind != MARSHAL_DICT || (callers.named && callers.reference == MARSHAL_NONE)) {
        p->skipped++;
        return marshal_skip(&p->marshal, &callers, err);
    }
    size_t back = callers.named ? marshal_follow(&p->marshal, &callers) : 0;
    int status = caller_entries(p, row, err);
    if (callers.named)
        marshal_return(&p->marshal, back);
    return status;
}

/* ---- functions ---- */

static int read_function(struct pstats *p, uint32_t function, struct error *err)
{
    struct marshal_value four[4];
    bool usable = true;
    if (four_numbers(p, four, &usable, err))
        return -1;
    struct row row = {.function = function};
    if (usable)
        row.values = (struct values){.calls = count_of(p, &four[1]),
                                     .primitive = count_of(p, &four[0]),
                                     .self = self_of(p, &four[2]),
                                     .total = time_of(p, &four[3])};
    p->skipped += !usable;
    p->swapped |= row.values.primitive > row.values.calls;
    *array_push(&p->rows) = row;
    return read_callers(p, p->rows.count - 1, err);
}

static int read_entry(struct pstats *p, uint32_t function, struct error *err)
{
    struct marshal_value value;
    if (marshal_next(&p->marshal, &value, err))
        return -1;
    if (function != MARSHAL_NONE && value.kind == MARSHAL_TUPLE && value.count == 5 && !value.named)
        return read_function(p, function, err);
    /* The marker's value is True. */
    p->skipped += value.kind != MARSHAL_INT;
    return marshal_skip(&p->marshal, &value, err);
}

static int read_entries(struct pstats *p, struct error *err)
{
    struct marshal_value value;
    uint32_t function;
    int more;
    if (marshal_next(&p->marshal, &value, err))
        return -1;
    if (value.kind != MARSHAL_DICT || value.named)
        return error_at_offset(err, 0, "is no pstats file: it does not hold a dictionary");
    while ((more = next_key(p, &function, err)) > 0)
        if (read_entry(p, function, err))
            return -1;
    return more;
}

static int read_pstats(struct input *input, struct build *build, struct error *err)
{
    struct pstats p = {.build = build};
    const uint8_t *data;
    size_t size;
    int cut = input_all(input, &data, &size, err);
    if (cut < 0)
        return -1;
    if (cut)
        build_cut(build, err);
    p.tilde = build_text(build, "~", 1);
    p.time = build_metric(build, "time", "s", METRIC_TIME, 1e-9);
    marshal_init(&p.marshal, data, size);
    build_expect(build, (uint32_t)(size / 128 < UINT32_MAX ? size / 128 : 0), 0);
    int status = read_entries(&p, err);
    if (status)
        status = pstats_accept_truncated(&p, err);
    if (!status)
        pstats_state(&p);
    marshal_free(&p.marshal);
    array_free(&p.rows);
    array_free(&p.counted);
    return status;
}

/* "{" and the beginning of a key, a tuple of three or of one; or "{0", the empty dictionary. */
static int probe_pstats(const uint8_t *head, size_t size)
{
    if (size < 2 || (head[0] & 0x7f) != '{')
        return 0;
    if (head[1] == '0')
        return size == 2 ? 60 : 0;
    uint8_t type = head[1] & 0x7f;
    if (type == ')')
        return size > 2 && (head[2] == 3 || head[2] == 1) ? 90 : 0;
    return type == '(' && size > 5 && (head[2] == 3 || head[2] == 1) && !head[3] && !head[4] &&
                   !head[5]
               ? 90
               : 0;
}

const struct reader pstats_reader = {
    .name = "pstats",
    .description = "Python cProfile, profile, pstats",
    .suffixes = "prof pstat pstats prof2 prof3 cprof profile",
    .probe = probe_pstats,
    .read = read_pstats,
};
