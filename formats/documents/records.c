#include "formats/documents/records.h"

#include "formats/profile/memory.h"
#include "formats/readers/slice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FIELDS      3
#define NUMBER_MAX  64 /* characters of a score */
#define MESSAGE_MAX 64

static char *copy(struct slice s)
{
    char *text = memory_alloc(s.length + 1);
    memcpy(text, s.text, s.length);
    text[s.length] = '\0';
    return text;
}

/* How many fields there are; the first three are kept. */
static uint32_t split(struct slice line, struct slice *fields)
{
    uint32_t count = 0;
    for (;;) {
        const char *comma = line.length ? memchr(line.text, ',', line.length) : NULL;
        size_t length = comma ? (size_t)(comma - line.text) : line.length;
        if (count < FIELDS)
            fields[count] = slice_trim((struct slice){line.text, length});
        count++;
        if (!comma)
            return count;
        line = (struct slice){comma + 1, line.length - length - 1};
    }
}

/* Decimal digits, as 7, 7.5 or 1e1: no hexadecimal ones, no infinity. */
static bool parse_score(struct slice field, double *score)
{
    char text[NUMBER_MAX], *end;
    if (!field.length || field.length >= sizeof text)
        return false;
    memcpy(text, field.text, field.length);
    text[field.length] = '\0';
    if (strspn(text, "+-.0123456789eE") != field.length)
        return false;
    *score = strtod(text, &end);
    return !*end && isfinite(*score);
}

static int read_record(struct score_records *records, struct slice line, uint64_t number,
                       struct error *err)
{
    struct slice fields[FIELDS] = {{"", 0}};
    double score;
    uint32_t count = split(line, fields);
    if (count != FIELDS)
        return error_at_line(err, number,
                             "has %u field%s instead of the three of name,score,severity", count,
                             count == 1 ? "" : "s");
    if (!parse_score(fields[1], &score))
        return error_at_line(err, number, "the score \"%.*s\" is no number",
                             fields[1].length < MESSAGE_MAX ? (int)fields[1].length : MESSAGE_MAX,
                             fields[1].text);
    *array_push(records) = (struct score_record){copy(fields[0]), copy(fields[2]), score};
    return 0;
}

static int read_lines(struct score_records *records, struct input *input, struct error *err)
{
    struct slice line;
    int status;
    while ((status = input_line(input, &line.text, &line.length, err)) > 0) {
        line = slice_trim(line);
        if (line.length && read_record(records, line, input_line_number(input), err))
            return -1;
    }
    if (!status && !records->count)
        return error_set(err, ERROR_TRUNCATED, "holds no record");
    return status;
}

int records_read(struct score_records *records, struct input *input, struct error *err)
{
    *records = (struct score_records){0};
    if (!read_lines(records, input, err))
        return 0;
    records_free(records);
    return error_in_file(err, input_path(input));
}

void records_free(struct score_records *records)
{
    for (uint32_t i = 0; i < records->count; i++) {
        free(records->data[i].name);
        free(records->data[i].severity);
    }
    array_free(records);
}

bool records_probe(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    if (!size || memchr(head, '\0', size))
        return false;
    while (text.length && strchr(" \t\r\n", *text.text)) {
        text.text++;
        text.length--;
    }
    const char *end = memchr(text.text, '\n', text.length);
    size_t length = end ? (size_t)(end - text.text) : text.length;
    return !text.length || memchr(text.text, ',', length);
}
