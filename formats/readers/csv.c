#include "formats/readers/csv.h"

#include <string.h>

char csv_separator(const char *line, size_t length)
{
    static const char candidates[] = {',', ';', '\t'};
    size_t counts[3] = {0};
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        quoted ^= line[i] == '"';
        for (size_t c = 0; c < 3; c++)
            counts[c] += !quoted && line[i] == candidates[c];
    }
    size_t best = 0;
    for (size_t c = 1; c < 3; c++)
        best = counts[c] > counts[best] ? c : best;
    return candidates[best];
}

static void begin_field(struct csv *csv)
{
    *array_push(&csv->fields) = (struct csv_field){csv->bytes.count, 0};
    csv->blank = true;
}

static void add_byte(struct csv *csv, char byte)
{
    *array_push(&csv->bytes) = byte;
    csv->blank &= byte == ' ';
    csv->fields.data[csv->fields.count - 1].length++;
}

/* Takes one line into the record; returns whether a quote is still open. */
static bool add_line(struct csv *csv, const char *line, size_t length, bool quoted)
{
    for (size_t i = 0; i < length; i++) {
        char c = line[i];
        if (quoted && c == '"' && i + 1 < length && line[i + 1] == '"') {
            add_byte(csv, line[++i]);
        } else if (c == '"' && (quoted || csv->blank)) {
            quoted = !quoted;
            csv->blank = false;
        } else if (!quoted && c == csv->separator) {
            begin_field(csv);
        } else {
            add_byte(csv, c);
        }
    }
    return quoted;
}

static bool is_blank_line(const char *line, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (line[i] != ' ' && line[i] != '\t')
            return false;
    return true;
}

/* The lines that follow inside quotes. */
static int finish_record(struct csv *csv, struct input *input, struct error *err)
{
    const char *line;
    size_t length;
    for (bool quoted = true; quoted;) {
        int more = input_line(input, &line, &length, err);
        if (more < 0)
            return -1;
        if (!more || csv->bytes.count + length > CSV_RECORD_MAX) {
            error_at_line(err, csv->line, "a quote is opened and not closed");
            err->code = more ? ERROR_FORMAT : ERROR_TRUNCATED;
            return -1;
        }
        add_byte(csv, '\n');
        quoted = add_line(csv, line, length, true);
    }
    return 1;
}

int csv_next(struct csv *csv, struct input *input, struct error *err)
{
    const char *line;
    size_t length;
    int more;
    while ((more = input_line(input, &line, &length, err)) > 0 && is_blank_line(line, length))
        ;
    if (more <= 0)
        return more;
    csv->line = input_line_number(input);
    csv->bytes.count = csv->fields.count = 0;
    if (length > CSV_RECORD_MAX)
        return error_at_line(err, csv->line, "the line is longer than %u bytes", CSV_RECORD_MAX);
    begin_field(csv);
    return add_line(csv, line, length, false) ? finish_record(csv, input, err) : 1;
}

struct slice csv_cell(const struct csv *csv, uint32_t column)
{
    struct slice cell = {"", 0};
    if (column >= csv->fields.count)
        return cell;
    const struct csv_field *field = &csv->fields.data[column];
    if (!field->length)
        return cell;
    return slice_trim((struct slice){csv->bytes.data + field->offset, field->length});
}

void csv_free(struct csv *csv)
{
    array_free(&csv->bytes);
    array_free(&csv->fields);
}
