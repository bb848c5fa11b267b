#include "formats/readers/gecko_tables.h"

#include "formats/readers/names.h"

#include <stdlib.h>

#define UNIT 1000000

static const char *const titles[GECKO_COLUMNS] = {
    [GECKO_STACK] = "stack",
    [GECKO_TIME] = "time",
    [GECKO_TIME_DELTAS] = "timeDeltas",
    [GECKO_WEIGHT] = "weight",
    [GECKO_PREFIX] = "prefix",
    [GECKO_FRAME] = "frame",
    [GECKO_FUNC] = "func",
    [GECKO_LOCATION] = "location",
    [GECKO_LINE] = "line",
    [GECKO_NAME] = "name",
    [GECKO_FILE_NAME] = "fileName",
    [GECKO_SOURCE] = "source",
    [GECKO_LINE_NUMBER] = "lineNumber",
    [GECKO_RESOURCE] = "resource",
};

static int column_of(struct slice key)
{
    for (int column = 0; column < GECKO_COLUMNS; column++)
        if (slice_is(key, titles[column]))
            return column;
    return slice_is(key, "filename") ? GECKO_FILE_NAME : -1; /* of sources */
}

/* Null, or what is no number, is GECKO_NULL. */
static int64_t take_value(struct scan *scan)
{
    int64_t value;
    if (scan_type(scan) == SCAN_NUMBER && scan_scaled(scan, 6, &value))
        return value;
    if (scan_type(scan) != SCAN_NUMBER)
        scan_skip(scan);
    return GECKO_NULL;
}

static void read_column(struct gecko_table *table, struct gecko_values *values, struct scan *scan)
{
    if (!scan_array(scan))
        return;
    while (scan_item(scan))
        *array_push(values) = take_value(scan);
    if (values->count > table->rows)
        table->rows = values->count;
}

static void put_place(struct gecko_table *table, uint32_t place, int64_t value)
{
    struct gecko_values *values = &table->places[place];
    if (value == GECKO_NULL)
        return;
    while (values->count < table->rows)
        *array_push(values) = GECKO_NULL;
    *array_push(values) = value;
}

static void read_rows(struct gecko_table *table, struct scan *scan)
{
    if (!scan_array(scan))
        return;
    while (scan_item(scan)) {
        uint32_t place = 0;
        if (!scan_array(scan))
            continue;
        for (; scan_item(scan); place++)
            if (place < GECKO_PLACE)
                put_place(table, place, take_value(scan));
            else
                scan_skip(scan);
        table->rows++;
    }
}

static void read_schema(struct gecko_table *table, struct scan *scan)
{
    struct slice key;
    int64_t place;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        int column = column_of(key);
        if (column < 0)
            scan_skip(scan);
        else if (scan_scaled(scan, 0, &place) && place >= 0 && place < GECKO_PLACE)
            table->place[column] = (uint8_t)(place + 1);
    }
}

void gecko_table_read(struct gecko_table *table, struct scan *scan)
{
    struct slice key, text;
    if (!scan_object(scan))
        return;
    while (scan_key(scan, &key)) {
        int column = column_of(key);
        if (column >= 0)
            read_column(table, &table->columns[column], scan);
        else if (slice_is(key, "data"))
            read_rows(table, scan);
        else if (slice_is(key, "schema"))
            read_schema(table, scan);
        else if (!slice_is(key, "weightType"))
            scan_skip(scan);
        else if (scan_string(scan, &text) && text.length)
            table->weight_type = *text.text;
    }
}

bool gecko_has(const struct gecko_table *table, enum gecko_column column)
{
    return table->columns[column].count ||
           (table->place[column] && table->places[table->place[column] - 1].count);
}

int64_t gecko_value(const struct gecko_table *table, enum gecko_column column, uint32_t row)
{
    const struct gecko_values *values = &table->columns[column];
    if (!values->count && table->place[column])
        values = &table->places[table->place[column] - 1];
    return row < values->count ? values->data[row] : GECKO_NULL;
}

uint32_t gecko_index(const struct gecko_table *table, enum gecko_column column, uint32_t row)
{
    int64_t value = gecko_value(table, column, row);
    return value < 0 || value / UNIT >= PROFILE_NONE ? PROFILE_NONE : (uint32_t)(value / UNIT);
}

void gecko_table_free(struct gecko_table *table)
{
    for (int i = 0; i < GECKO_COLUMNS; i++)
        array_free(&table->columns[i]);
    for (int i = 0; i < GECKO_PLACE; i++)
        array_free(&table->places[i]);
}

/* "name (file:12)", or "name (file:12:3)" with a column. */
static bool locate(struct slice s, struct slice *name, struct slice *file, uint32_t *line)
{
    uint64_t number = 0;
    if (!name_locate(s, name, file, line))
        return false;
    const char *colon = memrchr(file->text, ':', file->length);
    size_t before = colon ? (size_t)(colon - file->text) : 0;
    if (before && decimal_count(colon + 1, file->length - before - 1, &number) &&
        number <= INT32_MAX) {
        file->length = before;
        *line = (uint32_t)number;
    }
    return true;
}

void gecko_strings_read(struct gecko_strings *strings, struct scan *scan, struct build *build)
{
    struct slice text, name, file;
    if (!scan_array(scan))
        return;
    while (scan_item(scan)) {
        struct gecko_string string = {0};
        if (scan_string(scan, &text)) {
            string.whole = string.name = build_text(build, text.text, text.length);
            if (locate(text, &name, &file, &string.line)) {
                string.name = build_text(build, name.text, name.length);
                string.file = build_text(build, file.text, file.length);
            }
        }
        *array_push(strings) = string;
    }
}
