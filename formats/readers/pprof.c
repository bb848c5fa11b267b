/*
 * pprof's protocol buffer, plain or packed by gzip: samples whose stacks are locations, each of
 * one or several frames, innermost first.
 *
 *     sample    location numbers, leaf first; a value for each type of sample; labels
 *     location  mapping, address, lines: the function, and those it is inlined in
 *     function  name, system name, file, first line
 *
 * Decisions:
 *
 *   - The default type comes first, as `pprof` shows it: default_sample_type, else the last.
 *   - A location without functions is named by its address, in its mapping.
 *   - string_table[0] is "" whatever it holds; a function may have the number 0. `pprof` refuses
 * both.
 *   - Samples of a saved difference (-diff_base) are negative and stay so.
 *   - Labels that tell a thread make threads (pprof_threads.h); others are counted and left out.
 *   - The type "calls" of a profile that ncprof wrote becomes ncalls.
 *
 * The wire is decoded here, not by protobuf-c: that builds every message as structures of its
 * own before the first can be looked at, and the stacks' tree needs the memory.
 *
 * Source: proto/profile.proto of github.com/google/pprof, its field numbers.
 */
#include "formats/format.h"
#include "formats/readers/pprof_samples.h"
#include "formats/readers/pprof_tables.h"
#include "formats/readers/units.h"

#include <inttypes.h>
#include <string.h>

#define NAME_SIZE 256

struct pprof {
    struct build *build;
    struct pprof_tables tables;
    struct pprof_samples samples;
};

/* ---- types ---- */

static bool is_text(struct slice s, const char *text)
{
    return s.length == strlen(text) && !memcmp(s.text, text, s.length);
}

static bool is_ours(struct pprof *p)
{
    for (uint32_t i = 0; i < p->tables.comments.count; i++)
        if (is_text(pprof_string(&p->tables, p->tables.comments.data[i]), "ncprof"))
            return true;
    return false;
}

static uint32_t default_type(struct pprof *p)
{
    struct pprof_tables *t = &p->tables;
    struct slice wanted = pprof_string(t, t->default_type);
    for (uint32_t i = 0; wanted.length && i < p->samples.type_count; i++) {
        struct slice name = pprof_string(t, t->types.data[i].name);
        if (name.length == wanted.length && !memcmp(name.text, wanted.text, name.length))
            return i;
    }
    return p->samples.type_count - 1;
}

static void state_type(struct pprof *p, uint32_t i)
{
    char name[NAME_SIZE];
    struct slice text = pprof_string(&p->tables, p->tables.types.data[i].name);
    struct slice unit_text = pprof_string(&p->tables, p->tables.types.data[i].unit);
    const struct unit *unit = unit_find(unit_text);
    enum metric_kind kind = unit ? unit->kind : METRIC_COUNT;
    if (is_text(text, "samples") || is_text(text, "sample"))
        kind = unit ? kind : METRIC_SAMPLES;
    size_t length = text.length < sizeof name ? text.length : sizeof name - 1;
    memcpy(name, text.text, length);
    name[length] = '\0';
    p->samples.types[i] = (struct pprof_metric){.factor = unit ? unit->factor : 1};
    p->samples.types[i].metric =
        build_metric(p->build, *name ? name : "value", unit_name(kind), kind, unit_scale(kind));
}

static void state_types(struct pprof *p)
{
    bool ours = is_ours(p);
    p->samples.type_count =
        p->tables.types.count < PPROF_TYPES_MAX ? p->tables.types.count : PPROF_TYPES_MAX;
    uint32_t first = default_type(p);
    state_type(p, first);
    for (uint32_t i = 0; i < p->samples.type_count; i++) {
        struct slice name = pprof_string(&p->tables, p->tables.types.data[i].name);
        if (i != first && ours && is_text(name, "calls"))
            p->samples.types[i] = (struct pprof_metric){.metric = PPROF_CALLS, .factor = 1};
        else if (i != first)
            state_type(p, i);
    }
}

/* ---- the whole ---- */

static void state_notes(struct pprof *p)
{
    if (p->tables.types.count > PPROF_TYPES_MAX)
        build_note(p->build, "holds %" PRIu32 " types of samples, of which the first %u are kept",
                   p->tables.types.count, PPROF_TYPES_MAX);
    if (p->tables.unknown)
        build_note(p->build, "%" PRIu64 " references are to what is not there", p->tables.unknown);
    if (p->samples.labelled)
        build_note(p->build, "labels of %" PRIu64 " samples are left out", p->samples.labelled);
    if (p->samples.unlike)
        build_note(p->build,
                   "%" PRIu64 " samples have another number of values than there are "
                   "types",
                   p->samples.unlike);
    if (p->samples.out_of_range)
        build_note(p->build, "%" PRIu64 " values are too large and are left out",
                   p->samples.out_of_range);
    if (!p->samples.count)
        build_note(p->build, "holds no samples");
}

static int read_message(struct pprof *p, const uint8_t *data, size_t size, struct error *err)
{
    if (pprof_tables_read(&p->tables, data, size, err)) {
        if (err->code != ERROR_TRUNCATED)
            return -1;
        build_cut(p->build, err);
    }
    state_types(p);
    build_bound(p->build, size);
    if (pprof_samples_read(&p->samples, &p->tables, data, size, err))
        return -1;
    if (p->tables.time > 0)
        build_times(p->build, p->tables.time, p->tables.duration > 0 ? p->tables.duration : 0);
    state_notes(p);
    return 0;
}

static int read_pprof(struct input *input, struct build *build, struct error *err)
{
    struct pprof p = {.build = build, .tables = {.build = build}};
    const uint8_t *data;
    size_t size;
    int cut = input_all(input, &data, &size, err);
    if (cut < 0)
        return -1;
    if (cut)
        build_cut(build, err);
    int status = read_message(&p, data, size, err);
    pprof_tables_free(&p.tables);
    return status;
}

/* ---- the probe ---- */

/* Whether a field of the message Profile is of the wire type it should be. */
static bool is_field(const struct protobuf_field *field)
{
    if (field->number > PPROF_DEFAULT_TYPE)
        return false;
    bool message = field->number <= PPROF_STRING || field->number == PPROF_PERIOD_TYPE;
    bool either = field->number == PPROF_COMMENT;
    return either || field->wire == (message ? PROTOBUF_BYTES : PROTOBUF_VARINT);
}

/* Whether a field begins here that goes on behind the head. */
static bool may_go_on(struct protobuf rest)
{
    struct protobuf_field field = {0};
    uint64_t key;
    if (!protobuf_varint(&rest, &key))
        return rest.end - rest.at < 10;
    field.number = key >> 3 > PPROF_DEFAULT_TYPE ? 0 : (uint32_t)(key >> 3);
    field.wire = (enum protobuf_wire)(key & 7);
    return field.number && is_field(&field) &&
           (field.wire == PROTOBUF_BYTES || rest.end - rest.at < 10);
}

static bool is_message(struct protobuf body, uint32_t last_field)
{
    struct protobuf_field field;
    int more;
    while ((more = protobuf_next(&body, &field)) > 0)
        if (field.number > last_field)
            return false;
    return more == 0;
}

static bool is_plausible(const struct protobuf_field *field)
{
    static const uint32_t last_fields[] = {
        [PPROF_SAMPLE_TYPE] = 2, [PPROF_SAMPLE] = 3,   [PPROF_MAPPING] = 10,
        [PPROF_LOCATION] = 5,    [PPROF_FUNCTION] = 5, [PPROF_PERIOD_TYPE] = 2};
    uint32_t count = sizeof last_fields / sizeof *last_fields;
    uint32_t last = field->number < count ? last_fields[field->number] : 0;
    return is_field(field) && (!last || is_message(field->body, last));
}

/* Every field that fits into the head is one of Profile; the last one may be cut. */
static int probe_pprof(const uint8_t *head, size_t size)
{
    struct protobuf cursor = {head, head + size};
    struct protobuf_field field;
    bool any = false, typed = false;
    int more;
    while ((more = protobuf_next(&cursor, &field)) > 0) {
        if (!is_plausible(&field))
            return 0;
        any = true;
        typed |= field.number == PPROF_SAMPLE_TYPE;
    }
    if (more < 0 && size < INPUT_HEAD_MAX)
        return typed ? 30 : 0;
    if (more < 0 && !may_go_on(cursor))
        return 0;
    return typed ? 70 : any ? 40 : 0;
}

const struct reader pprof_reader = {
    .name = "pprof",
    .description = "pprof protocol buffers, as Go, Pyroscope, Parca and others write them",
    .suffixes = "pb pprof prof cpu",
    .probe = probe_pprof,
    .read = read_pprof,
};
