#include "formats/readers/yappi_columns.h"

#include "formats/readers/decimal.h"

#include <string.h>
#include <strings.h>

#define TIME_MAX (INT64_C(1) << 60)
#define ABSENT   UINT32_MAX

/* The first name is YAPPI's; then pstats' and those of ncprof's own CSV. */
static const char *const titles[YAPPI_COLUMNS] = {
    [YAPPI_NAME] = "name function",
    [YAPPI_FULL_NAME] = "full_name fullname",
    [YAPPI_NCALL] = "ncall ncalls calls",
    [YAPPI_PRIMITIVE] = "nactualcall primitive_calls primitive primcalls",
    [YAPPI_TSUB] = "tsub tottime self",
    [YAPPI_TTOT] = "ttot cumtime cumulative",
    [YAPPI_TAVG] = "tavg percall",
    [YAPPI_MODULE] = "module",
    [YAPPI_FILE] = "file filename",
    [YAPPI_LINE] = "lineno line",
    [YAPPI_BUILTIN] = "builtin",
    [YAPPI_THREAD_ID] = "id ctx_id",
    [YAPPI_SYSTEM_ID] = "tid",
    [YAPPI_SCHEDULED] = "scnt sched_count",
};

static bool is_one_of(struct slice word, const char *words)
{
    while (*words) {
        size_t length = strcspn(words, " ");
        if (word.length == length && !strncasecmp(word.text, words, length))
            return true;
        words += length;
        words += strspn(words, " ");
    }
    return false;
}

static enum yappi_column column_of(struct slice title)
{
    enum yappi_column column = 0;
    while (column < YAPPI_COLUMNS && !is_one_of(title, titles[column]))
        column++;
    return column;
}

const char *yappi_title(enum yappi_column column)
{
    static const char *const firsts[YAPPI_COLUMNS] = {[YAPPI_NAME] = "name",
                                                      [YAPPI_NCALL] = "ncall",
                                                      [YAPPI_TSUB] = "tsub",
                                                      [YAPPI_TTOT] = "ttot"};
    return firsts[column] ? firsts[column] : titles[column];
}

bool yappi_has(const struct yappi_table *table, enum yappi_column column)
{
    return table->place[column] != ABSENT;
}

bool yappi_is_threads(const struct yappi_table *table)
{
    return yappi_has(table, YAPPI_SCHEDULED) ||
           (yappi_has(table, YAPPI_SYSTEM_ID) && !yappi_has(table, YAPPI_NCALL));
}

/* ---- rows ---- */

/* Breaks a printed line into words, as csv_next() does with cells. */
static void split_words(struct csv *csv, struct slice line)
{
    csv->bytes.count = csv->fields.count = 0;
    array_reserve(&csv->bytes, line.length + 1);
    if (line.length)
        memcpy(csv->bytes.data, line.text, line.length);
    csv->bytes.count = (uint32_t)line.length;
    for (size_t i = 0; i < line.length; i++) {
        if (is_blank(line.text[i]))
            continue;
        if (!i || is_blank(line.text[i - 1]))
            *array_push(&csv->fields) = (struct csv_field){(uint32_t)i, 0};
        csv->fields.data[csv->fields.count - 1].length++;
    }
}

static void split_cells(struct csv *csv, struct slice line)
{
    struct input *one = input_from_memory(line.text, line.length, "");
    struct error ignored; /* a header with an open quote has the columns before it */
    (void)csv_next(csv, one, &ignored);
    input_close(one);
}

uint32_t yappi_read_header(struct yappi_table *table, struct slice line)
{
    uint32_t known = 0;
    table->csv.separator = csv_separator(line.text, line.length);
    table->printed = !memchr(line.text, table->csv.separator, line.length);
    table->point = table->printed || table->csv.separator == ',' ? '.' : 0;
    for (size_t i = 0; i < YAPPI_COLUMNS; i++)
        table->place[i] = ABSENT;
    if (table->printed)
        split_words(&table->csv, line);
    else
        split_cells(&table->csv, line);
    for (uint32_t i = 0; i < table->csv.fields.count; i++) {
        enum yappi_column column = column_of(csv_cell(&table->csv, i));
        if (column < YAPPI_COLUMNS && !yappi_has(table, column)) {
            table->place[column] = i;
            known++;
        }
    }
    return known;
}

bool yappi_split_row(struct yappi_table *table, struct slice line, uint32_t width)
{
    struct csv *csv = &table->csv;
    if (line.length > CSV_RECORD_MAX)
        return false;
    split_words(csv, line);
    if (!width || csv->fields.count < width)
        return false;
    uint32_t extra = csv->fields.count - width;
    struct csv_field *fields = csv->fields.data;
    fields[0].length = fields[extra].offset + fields[extra].length - fields[0].offset;
    memmove(fields + 1, fields + 1 + extra, (width - 1) * sizeof *fields);
    csv->fields.count = width;
    return true;
}

/* ---- cells ---- */

struct slice yappi_cell(const struct yappi_table *table, enum yappi_column column)
{
    return csv_cell(&table->csv, table->place[column]);
}

static bool scaled(const struct yappi_table *table, struct slice text, int places, int64_t *out)
{
    struct decimal number;
    return decimal_parse(text.text, text.length, table->point, &number) &&
           decimal_scaled(&number, places, out);
}

bool yappi_time(const struct yappi_table *table, enum yappi_column column, int64_t *ns)
{
    return scaled(table, yappi_cell(table, column), 9, ns) && *ns<TIME_MAX && * ns> - TIME_MAX;
}

uint64_t yappi_count(const struct yappi_table *table, enum yappi_column column)
{
    uint64_t value = 0;
    struct slice text = yappi_cell(table, column);
    return decimal_count(text.text, text.length, &value) ? value : 0;
}

/* "4876/4" or "4876", also "4876.0" as spreadsheets like it. */
bool yappi_calls(const struct yappi_table *table, struct values *values)
{
    struct slice all = yappi_cell(table, YAPPI_NCALL);
    struct slice primitive = yappi_cell(table, YAPPI_PRIMITIVE);
    const char *slash = memchr(all.text, '/', all.length);
    if (slash) {
        primitive = (struct slice){slash + 1, (size_t)(all.text + all.length - slash - 1)};
        all.length = (size_t)(slash - all.text);
    }
    int64_t calls, outermost;
    if (!scaled(table, all, 0, &calls) || calls < 0)
        return false;
    outermost = calls;
    if (primitive.length && !scaled(table, primitive, 0, &outermost))
        return false;
    values->calls = (uint64_t)calls;
    values->primitive = (uint64_t)outermost;
    return outermost >= 0 && outermost <= calls;
}

bool yappi_is_true(struct slice cell)
{
    return is_one_of(cell, "true 1 yes");
}
