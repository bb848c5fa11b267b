/*
 * pprof's protocol buffer, packed by gzip: a sample for each context of the call tree that has
 * values of its own. The format is in formats/readers/pprof.c.
 *
 * Every metric is a type of samples, a time in nanoseconds; the first one is the default. Where
 * calls were counted they are one more type, "calls", which ncprof's reader takes back by the
 * comment "ncprof". Each function is one location. Samples carry their thread as a label where
 * there are several.
 */
#include "formats/documents/number.h"
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/profile/strings.h"
#include "formats/profile/text.h"
#include "formats/writers/tree.h"

#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#define FLUSH_SIZE 65536u
#define GZIP       (15 + 16) /* windowBits of zlib: the gzip format */

/* Wire format of a message in the making. */
struct message {
    ARRAY(uint8_t) bytes;
};

struct pprof_out {
    const struct profile *profile;
    FILE *file;
    z_stream stream;
    struct message whole, part, inner;
    struct strings strings;
    uint32_t *stack; /* of the context in hand, the leaf first */
    uint32_t depth, capacity;
};

/* ---- the wire ---- */

static void put_varint(struct message *m, uint64_t value)
{
    for (; value > 0x7f; value >>= 7)
        *array_push(&m->bytes) = (uint8_t)(value | 0x80);
    *array_push(&m->bytes) = (uint8_t)value;
}

static void put_number(struct message *m, uint32_t field, uint64_t value)
{
    if (!value)
        return;
    put_varint(m, field << 3);
    put_varint(m, value);
}

static void put_bytes(struct message *m, uint32_t field, const void *data, size_t size)
{
    put_varint(m, field << 3 | 2);
    put_varint(m, size);
    array_reserve(&m->bytes, size);
    if (size)
        memcpy(m->bytes.data + m->bytes.count, data, size);
    m->bytes.count += (uint32_t)size;
}

/* Appends `from` as a field and empties it. */
static void put_message(struct message *m, uint32_t field, struct message *from)
{
    put_bytes(m, field, from->bytes.data, from->bytes.count);
    from->bytes.count = 0;
}

/* Packs what is there and writes it; `end` finishes the stream. */
static void flush(struct pprof_out *o, bool end)
{
    uint8_t packed[FLUSH_SIZE];
    o->stream.next_in = o->whole.bytes.data;
    o->stream.avail_in = o->whole.bytes.count;
    do {
        o->stream.next_out = packed;
        o->stream.avail_out = sizeof packed;
        (void)deflate(&o->stream, end ? Z_FINISH : Z_NO_FLUSH);
        fwrite(packed, 1, sizeof packed - o->stream.avail_out, o->file);
    } while (!o->stream.avail_out);
    o->whole.bytes.count = 0;
}

static void put_part(struct pprof_out *o, uint32_t field)
{
    put_message(&o->whole, field, &o->part);
    if (o->whole.bytes.count >= FLUSH_SIZE)
        flush(o, false);
}

static uint32_t text(struct pprof_out *o, const char *text)
{
    return strings_intern_text(&o->strings, text);
}

/* ---- types ---- */

static const char *unit_of(const struct metric *metric)
{
    return metric->kind == METRIC_TIME    ? "nanoseconds"
           : metric->kind == METRIC_BYTES ? "bytes"
                                          : "count";
}

static void put_type(struct pprof_out *o, const char *name, const char *unit)
{
    put_number(&o->part, 1, text(o, name));
    put_number(&o->part, 2, text(o, unit));
    put_part(o, 1);
}

static bool has_calls(const struct profile *profile)
{
    return profile->flags & PROFILE_HAS_CALLS;
}

static void put_types(struct pprof_out *o)
{
    const struct profile *profile = o->profile;
    if (has_calls(profile))
        put_type(o, "calls", "count");
    for (uint32_t m = profile->metric_count; m-- > 0;)
        put_type(o, profile->metrics[m].name, unit_of(&profile->metrics[m]));
    put_number(&o->whole, 14, text(o, profile->metrics[0].name));
}

/* ---- samples ---- */

/* A leaf of the tree is written whatever it has, or its function would be gone. */
static bool is_empty(const struct profile *profile, uint32_t c)
{
    bool any = profile->contexts[c].end == c + 1 ||
               (has_calls(profile) && profile_context_calls(profile, c));
    for (uint32_t m = 0; m < profile->metric_count && !any; m++)
        any = profile_context_self(profile, c, m) != 0;
    return !any;
}

static void put_values(struct pprof_out *o, uint32_t c)
{
    const struct profile *profile = o->profile;
    if (has_calls(profile))
        put_varint(&o->inner, profile_context_calls(profile, c));
    for (uint32_t m = profile->metric_count; m-- > 0;) {
        int64_t self = profile_context_self(profile, c, m);
        put_varint(&o->inner, (uint64_t)number_whole(self, &profile->metrics[m]));
    }
    put_message(&o->part, 2, &o->inner);
}

static void put_thread(struct pprof_out *o, uint32_t thread)
{
    const char *name = o->profile->threads[thread].name;
    put_number(&o->inner, 1, text(o, "thread"));
    put_number(&o->inner, 2, text(o, name));
    put_number(&o->inner, 3, *name ? 0 : o->profile->threads[thread].id);
    put_message(&o->part, 3, &o->inner);
}

static void put_sample(struct pprof_out *o, uint32_t thread, uint32_t c)
{
    if (is_empty(o->profile, c))
        return;
    for (uint32_t i = o->depth; i-- > 0;)
        put_varint(&o->inner, (uint64_t)o->stack[i] + 1);
    put_message(&o->part, 1, &o->inner);
    put_values(o, c);
    if (o->profile->thread_count > 1)
        put_thread(o, thread);
    put_part(o, 2);
}

static void push(struct pprof_out *o, uint32_t function)
{
    if (o->depth == o->capacity) {
        o->capacity = o->capacity * 2 + 64;
        o->stack = memory_resize(o->stack, o->capacity, sizeof *o->stack);
    }
    o->stack[o->depth++] = function;
}

static void put_tree(struct pprof_out *o, uint32_t thread)
{
    uint32_t root = o->profile->threads[thread].root;
    const struct context *contexts = o->profile->contexts;
    uint32_t left, c = profile_next_context(contexts, root, root, &left);
    while (c != PROFILE_NONE && !ferror(o->file)) {
        push(o, contexts[c].function);
        put_sample(o, thread, c);
        c = profile_next_context(contexts, root, c, &left);
        o->depth -= left;
    }
}

/* ---- tables ---- */

static void put_function(struct pprof_out *o, uint32_t f)
{
    const struct function *function = &o->profile->functions[f];
    uint32_t name = text(o, function->name);
    put_number(&o->part, 1, (uint64_t)f + 1);
    put_number(&o->part, 2, name);
    put_number(&o->part, 3, name);
    put_number(&o->part, 4, text(o, function->file[0] ? function->file : function->module));
    put_number(&o->part, 5, function->line);
    put_part(o, 5);
    put_number(&o->part, 1, (uint64_t)f + 1);
    put_number(&o->inner, 1, (uint64_t)f + 1);
    put_number(&o->inner, 2, function->line);
    put_message(&o->part, 4, &o->inner);
    put_part(o, 4);
}

static void put_strings(struct pprof_out *o)
{
    for (uint32_t i = 0; i < o->strings.count; i++) {
        const char *from = strings_get(&o->strings, i);
        size_t length = strings_length(&o->strings, i);
        char *valid = memory_alloc(4 * length + 1); /* pprof refuses what is no UTF-8 */
        put_bytes(&o->whole, 6, valid, text_make_valid(from, length, true, valid));
        free(valid);
        if (o->whole.bytes.count >= FLUSH_SIZE)
            flush(o, false);
    }
}

static void put_all(struct pprof_out *o)
{
    const struct profile *profile = o->profile;
    strings_intern(&o->strings, "", 0);
    put_types(o);
    for (uint32_t t = 0; t < profile->thread_count; t++)
        if (profile->threads[t].root != PROFILE_NONE)
            put_tree(o, t);
    for (uint32_t f = 0; f < profile->function_count && !ferror(o->file); f++)
        put_function(o, f);
    put_number(&o->whole, 9, profile->start_ns > 0 ? (uint64_t)profile->start_ns : 0);
    put_number(&o->whole, 10, profile->wall_ns > 0 ? (uint64_t)profile->wall_ns : 0);
    put_number(&o->whole, 13, text(o, "ncprof"));
    put_strings(o);
    flush(o, true);
}

static int write_pprof(const struct profile *profile, FILE *out, struct error *err)
{
    struct pprof_out o = {.profile = profile, .file = out};
    if (deflateInit2(&o.stream, 6, Z_DEFLATED, GZIP, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return error_set(err, ERROR_IO, "zlib does not begin");
    put_all(&o);
    (void)deflateEnd(&o.stream);
    array_free(&o.whole.bytes);
    array_free(&o.part.bytes);
    array_free(&o.inner.bytes);
    strings_free(&o.strings);
    free(o.stack);
    return ferror(out) ? error_errno(err, "cannot write") : 0;
}

static const char *loses(const struct profile *profile)
{
    if (tree_has_fractions(profile))
        return "counts are rounded to whole ones";
    if (profile->flags & PROFILE_HAS_LATENCY)
        return "latencies are not kept";
    if (profile->process_count > 1)
        return "processes are not kept, only their threads";
    if (tree_lacks_function(profile))
        return "functions on no call path are not kept";
    return tree_has_modules(profile) ? "modules are kept only as files of functions without one"
                                     : NULL;
}

const struct writer pprof_writer = {
    .name = "pprof",
    .description = "pprof protocol buffer, for `go tool pprof`, Pyroscope, Parca",
    .suffixes = "pb pprof",
    .needs = PROFILE_HAS_TREE,
    .loses = loses,
    .write = write_pprof,
};
