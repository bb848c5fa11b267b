/*
 * Python's pstats, marshal version 3 or later: Python 3.4 and newer load it. The
 * layout is in formats/readers/pstats.c. A function's key is written once and
 * referred to afterwards, which keeps the file as small as cProfile's own.
 *
 * The first metric becomes the time. A function without a file is written as
 * built-in functions are: ('~', 0, name), with its module in front when it has one.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/text.h"
#include "formats/writers/tree.h"

#include <stdlib.h>
#include <string.h>

#define FLAG_REF 0x80

struct pstats_out {
    const struct profile *profile;
    FILE *file;
    uint32_t *reference; /* by function: its number, or PROFILE_NONE */
    uint32_t references;
};

static void put_bytes(struct pstats_out *o, uint64_t value, int count)
{
    for (; count > 0; count--, value >>= 8)
        fputc((int)(value & 0xff), o->file);
}

static void put_int(struct pstats_out *o, uint64_t value)
{
    if (value <= INT32_MAX) {
        fputc('i', o->file);
        put_bytes(o, value, 4);
        return;
    }
    int digits = 0;
    for (uint64_t rest = value; rest; rest >>= 15)
        digits++;
    fputc('l', o->file);
    put_bytes(o, (uint64_t)digits, 4);
    for (; digits > 0; digits--, value >>= 15)
        put_bytes(o, value & 0x7fff, 2);
}

static void put_float(struct pstats_out *o, int64_t value)
{
    double real = number_in_unit(value, &o->profile->metrics[0]);
    uint64_t bits;
    memcpy(&bits, &real, sizeof bits);
    fputc('g', o->file);
    put_bytes(o, bits, 8);
}

static void put_text(struct pstats_out *o, const char *text)
{
    size_t size = strlen(text);
    char *valid = memory_alloc(4 * size + 1);
    size_t length = text_make_valid(text, size, true, valid);
    fputc('u', o->file);
    put_bytes(o, length, 4);
    fwrite(valid, 1, length, o->file);
    free(valid);
}

static void put_key(struct pstats_out *o, uint32_t f)
{
    const struct function *function = &o->profile->functions[f];
    if (o->reference[f] != PROFILE_NONE) {
        fputc('r', o->file);
        put_bytes(o, o->reference[f], 4);
        return;
    }
    o->reference[f] = o->references++;
    fputc(')' | FLAG_REF, o->file);
    fputc(3, o->file);
    put_text(o, function->file[0] ? function->file : "~");
    put_int(o, function->line);
    if (function->file[0] || !function->module[0]) {
        put_text(o, function->name);
        return;
    }
    char *name = memory_printf("%s.%s", function->module, function->name);
    put_text(o, name);
    free(name);
}

/* A function's own pair begins with the primitive calls, a caller's with all calls. */
static void put_values(struct pstats_out *o, struct values values, bool own)
{
    fputc(')', o->file);
    fputc(own ? 5 : 4, o->file);
    put_int(o, own ? values.primitive : values.calls);
    put_int(o, own ? values.calls : values.primitive);
    put_float(o, values.self);
    put_float(o, values.total);
}

static void put_function(struct pstats_out *o, uint32_t f)
{
    const struct profile *profile = o->profile;
    uint32_t first = 0, end = 0;
    put_key(o, f);
    put_values(o, profile_function(profile, f, 0), true);
    fputc('{', o->file);
    if (profile->flags & PROFILE_HAS_EDGES)
        profile_callers(profile, f, &first, &end);
    for (; first < end; first++) {
        uint32_t edge = profile->edges_by_callee[first];
        put_key(o, profile->edges[edge].caller);
        put_values(o, profile_edge(profile, edge, 0), false);
    }
    fputc('0', o->file);
}

static int write_pstats(const struct profile *profile, FILE *out, struct error *err)
{
    struct pstats_out o = {.profile = profile, .file = out};
    o.reference = memory_alloc(profile->function_count * sizeof *o.reference);
    memset(o.reference, 0xff, profile->function_count * sizeof *o.reference);
    fputc('{', out);
    for (uint32_t f = 0; f < profile->function_count && !ferror(out); f++)
        put_function(&o, f);
    fputc('0', out);
    free(o.reference);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    if (profile->metrics[0].kind != METRIC_TIME)
        return "values that are no times are written as seconds";
    if (tree_has_more_metrics(profile))
        return "only the first metric is kept, without call tree and threads";
    if (profile->flags & PROFILE_HAS_TREE)
        return "call tree and threads are not kept";
    if (!(profile->flags & PROFILE_HAS_PRIMITIVE))
        return "what is not known of calls is written as 0, or as if none were recursive";
    if (tree_has_modules(profile))
        return "modules are not kept, or become parts of names";
    return NULL;
}

const struct writer pstats_writer = {
    .name = "pstats",
    .description = "Python pstats",
    .suffixes = "prof pstat pstats",
    .loses = loses,
    .write = write_pstats,
};
