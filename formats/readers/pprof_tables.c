#include "formats/readers/pprof_tables.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- messages ---- */

static int malformed(const struct protobuf *cursor, const uint8_t *data, const char *what,
                     struct error *err)
{
    return error_at_offset(err, (uint64_t)(cursor->at - data), "is no pprof profile: %s", what);
}

/* Up to `count` numbers out of a message, the one of field i at numbers[i - 1]. */
static bool take_numbers(struct protobuf body, uint64_t *numbers, uint32_t count)
{
    struct protobuf_field field;
    int more;
    while ((more = protobuf_next(&body, &field)) > 0) {
        if (field.number > count)
            continue;
        if (field.wire == PROTOBUF_BYTES)
            return false;
        numbers[field.number - 1] = field.value;
    }
    return more == 0;
}

static bool take_type(struct pprof_tables *t, struct protobuf body)
{
    uint64_t numbers[2] = {0};
    if (!take_numbers(body, numbers, 2))
        return false;
    *array_push(&t->types) = (struct pprof_type){numbers[0], numbers[1]};
    return true;
}

static bool take_mapping(struct pprof_tables *t, struct protobuf body)
{
    uint64_t numbers[5] = {0};
    if (!take_numbers(body, numbers, 5))
        return false;
    numbered_put(&t->mapping_ids, numbers[0], t->mapping_files.count);
    *array_push(&t->mapping_files) = numbers[4];
    return true;
}

static bool take_function(struct pprof_tables *t, struct protobuf body)
{
    uint64_t numbers[5] = {0};
    if (!take_numbers(body, numbers, 5))
        return false;
    uint32_t at = t->functions.count;
    if (numbers[0] || numbered_get(&t->function_ids, 0) == NUMBERED_NONE)
        numbered_put(&t->function_ids, numbers[0], at);
    /* Without numbers, as one .NET profiler writes them, lines count functions from 1. */
    if (!numbers[0] && numbered_get(&t->function_ids, at + 1) == NUMBERED_NONE)
        numbered_put(&t->function_ids, at + 1, at);
    *array_push(&t->functions) =
        (struct pprof_function){numbers[1], numbers[2], numbers[3], numbers[4]};
    return true;
}

static bool take_location(struct pprof_tables *t, struct protobuf body)
{
    struct pprof_location location = {.first_line = t->lines.count};
    struct protobuf_field field;
    uint64_t number = 0, line[1] = {0};
    int more;
    while ((more = protobuf_next(&body, &field)) > 0) {
        if (field.number == 4 && field.wire == PROTOBUF_BYTES) {
            line[0] = 0;
            if (!take_numbers(field.body, line, 1))
                return false;
            *array_push(&t->lines) = line[0];
        } else if (field.wire != PROTOBUF_BYTES && field.number == 1) {
            number = field.value;
        } else if (field.wire != PROTOBUF_BYTES && field.number == 2) {
            location.mapping = field.value;
        } else if (field.wire != PROTOBUF_BYTES && field.number == 3) {
            location.address = field.value;
        }
    }
    if (!t->lines.count || t->lines.count == location.first_line)
        *array_push(&t->lines) = 0; /* its address is its frame */
    location.lines = t->lines.count - location.first_line;
    numbered_put(&t->location_ids, number, t->locations.count);
    *array_push(&t->locations) = location;
    return more == 0;
}

static bool take_message(struct pprof_tables *t, const struct protobuf_field *field)
{
    switch (field->number) {
    case PPROF_SAMPLE_TYPE:
        return take_type(t, field->body);
    case PPROF_SAMPLE:
        t->samples++;
        return true;
    case PPROF_MAPPING:
        return take_mapping(t, field->body);
    case PPROF_LOCATION:
        return take_location(t, field->body);
    case PPROF_FUNCTION:
        return take_function(t, field->body);
    case PPROF_STRING:
        *array_push(&t->strings) = (struct slice){(const char *)field->body.at,
                                                  (size_t)(field->body.end - field->body.at)};
        return true;
    default:
        return true;
    }
}

static void take_value(struct pprof_tables *t, const struct protobuf_field *field)
{
    switch (field->number) {
    case PPROF_TIME:
        t->time = (int64_t)field->value;
        break;
    case PPROF_DURATION:
        t->duration = (int64_t)field->value;
        break;
    case PPROF_DEFAULT_TYPE:
        t->default_type = field->value;
        break;
    default:
        break;
    }
}

static void take_comments(struct pprof_tables *t, struct protobuf_field field)
{
    uint64_t number;
    while (t->comments.count < 64 && protobuf_number(&field, &number))
        *array_push(&t->comments) = number;
}

/* An entry of a map in the place of a type of samples: a number and a message or text. */
static bool is_map(const struct protobuf_field *field)
{
    struct protobuf body = field->body;
    struct protobuf_field key, value, more;
    return field->number == PPROF_SAMPLE_TYPE && protobuf_next(&body, &key) > 0 &&
           key.number == 1 && key.wire == PROTOBUF_VARINT && protobuf_next(&body, &value) > 0 &&
           value.number == 2 && value.wire == PROTOBUF_BYTES && protobuf_next(&body, &more) == 0;
}

int pprof_tables_read(struct pprof_tables *t, const uint8_t *data, size_t size, struct error *err)
{
    struct protobuf cursor = {data, data + size};
    struct protobuf_field field;
    int more;
    while ((more = protobuf_next(&cursor, &field)) > 0) {
        if (field.number == PPROF_COMMENT)
            take_comments(t, field);
        else if (field.wire != PROTOBUF_BYTES)
            take_value(t, &field);
        else if (!take_message(t, &field))
            return malformed(&field.body, data,
                             is_map(&field)
                                 ? "it is another message, of a map, as Pyroscope writes "
                                   "the labels of JFR recordings"
                                 : "a message in it is malformed",
                             err);
    }
    if (more < 0 && t->types.count && t->samples) { /* what came before counts */
        error_at_offset(err, (uint64_t)(cursor.at - data), "the message ends within a field");
        err->code = ERROR_TRUNCATED;
        return -1;
    }
    if (more < 0)
        return malformed(&cursor, data, "these bytes are no field", err);
    if (!t->types.count)
        return malformed(&cursor, data, "it has no types of samples", err);
    return 0;
}

/* ---- frames ---- */

struct slice pprof_string(struct pprof_tables *t, uint64_t number)
{
    if (number && number < t->strings.count)
        return t->strings.data[number];
    t->unknown += number != 0;
    return (struct slice){"", 0};
}

static uint32_t text_of(struct pprof_tables *t, uint64_t number)
{
    struct slice text = pprof_string(t, number);
    return build_text(t->build, text.text, text.length);
}

static uint32_t mapping_text(struct pprof_tables *t, uint64_t number)
{
    uint32_t at = number ? numbered_get(&t->mapping_ids, number) : NUMBERED_NONE;
    return at == NUMBERED_NONE ? 0 : text_of(t, t->mapping_files.data[at]);
}

/* What is not symbolised has its address for a name. */
static uint32_t address_function(struct pprof_tables *t, const struct pprof_location *location)
{
    char name[32];
    int length = snprintf(name, sizeof name, "0x%" PRIx64, location->address);
    return build_function_of(t->build, build_text(t->build, name, (size_t)length),
                             mapping_text(t, location->mapping), 0, 0, FUNCTION_NATIVE);
}

static uint32_t named_function(struct pprof_tables *t, const struct pprof_function *function,
                               const struct pprof_location *location)
{
    uint32_t name = text_of(t, function->name ? function->name : function->system_name);
    uint32_t file = text_of(t, function->file);
    uint32_t line = function->line <= INT32_MAX ? (uint32_t)function->line : 0;
    /* The file says enough; a function may be in several mappings. */
    uint32_t module = file ? 0 : mapping_text(t, location->mapping);
    return build_function_of(t->build, name, module, file, line, FUNCTION_UNKNOWN);
}

static uint32_t function_of(struct pprof_tables *t, uint64_t number,
                            const struct pprof_location *location)
{
    uint32_t at = numbered_get(&t->function_ids, number);
    t->unknown += at == NUMBERED_NONE && number;
    return at == NUMBERED_NONE ? address_function(t, location)
                               : named_function(t, &t->functions.data[at], location);
}

static void make_spans(struct pprof_tables *t)
{
    uint32_t count = t->locations.count;
    array_reserve(&t->spans, count);
    memset(t->spans.data, 0, count * sizeof *t->spans.data);
    t->spans.count = count;
}

struct pprof_span pprof_resolve(struct pprof_tables *t, uint32_t location)
{
    if (location == NUMBERED_NONE) {
        t->unknown++;
        return (struct pprof_span){0};
    }
    if (!t->spans.count)
        make_spans(t);
    const struct pprof_location *of = &t->locations.data[location];
    struct pprof_span span = {t->frames.count, of->lines};
    build_lock(t->build); /* samples are added to the trees meanwhile */
    for (uint32_t i = 0; i < of->lines; i++) {
        uint32_t function = function_of(t, t->lines.data[of->first_line + i], of);
        if (of->lines == 1)
            span.at = function;
        else
            *array_push(&t->frames) = function;
    }
    build_unlock(t->build);
    return t->spans.data[location] = span;
}

uint32_t pprof_no_frame(struct pprof_tables *t)
{
    build_lock(t->build);
    uint32_t function = build_function(t->build, "[no frame]", "", "", 0, FUNCTION_UNKNOWN);
    build_unlock(t->build);
    return function;
}

void pprof_tables_free(struct pprof_tables *t)
{
    array_free(&t->types);
    array_free(&t->strings);
    array_free(&t->functions);
    array_free(&t->lines);
    array_free(&t->spans);
    array_free(&t->frames);
    array_free(&t->locations);
    array_free(&t->mapping_files);
    array_free(&t->comments);
    numbered_free(&t->function_ids);
    numbered_free(&t->location_ids);
    numbered_free(&t->mapping_ids);
}
