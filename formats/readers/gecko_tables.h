/*
 * The tables of a Firefox profile. A processed one has a column an array, a raw one of Gecko's
 * rows and a schema, which may stand behind them:
 *
 *     "stackTable": {"length": 2, "prefix": [null, 0], "frame": [0, 1]}
 *     "stackTable": {"schema": {"prefix": 0, "frame": 1}, "data": [[null, 0], [0, 1]]}
 */
#ifndef NCPROF_FORMATS_READERS_GECKO_TABLES_H
#define NCPROF_FORMATS_READERS_GECKO_TABLES_H

#include "formats/profile/build.h"
#include "formats/profile/memory.h"
#include "formats/readers/scan.h"

enum gecko_column {
    GECKO_STACK, /* of samples */
    GECKO_TIME,
    GECKO_TIME_DELTAS,
    GECKO_WEIGHT,
    GECKO_PREFIX, /* of stacks */
    GECKO_FRAME,
    GECKO_FUNC, /* of frames */
    GECKO_LOCATION,
    GECKO_LINE,
    GECKO_NAME, /* of functions and of resources */
    GECKO_FILE_NAME,
    GECKO_SOURCE,
    GECKO_LINE_NUMBER,
    GECKO_RESOURCE,
    GECKO_COLUMNS
};

#define GECKO_NULL  INT64_MIN
#define GECKO_PLACE 12 /* of a row; what stands further behind is none of these columns */

/* Values times 10^6: nanoseconds of the milliseconds that Firefox counts in. */
struct gecko_values {
    int64_t *data;
    uint32_t count, capacity;
};

/* A zeroed struct is an empty table. */
struct gecko_table {
    struct gecko_values columns[GECKO_COLUMNS], places[GECKO_PLACE];
    uint8_t place[GECKO_COLUMNS]; /* in the schema, + 1 */
    uint32_t rows;
    char weight_type; /* of samples, its first letter: 's'amples, 't'racing-ms, 'b'ytes; 0 */
};

void gecko_table_read(struct gecko_table *table, struct scan *scan);
int64_t gecko_value(const struct gecko_table *table, enum gecko_column column, uint32_t row);
/* A number of another table's row; PROFILE_NONE when it is none. */
uint32_t gecko_index(const struct gecko_table *table, enum gecko_column column, uint32_t row);
bool gecko_has(const struct gecko_table *table, enum gecko_column column);
void gecko_table_free(struct gecko_table *table);

/* A text, and where it is "name (file:12)" or "name (file:12:3)" its parts; texts of the build. */
struct gecko_string {
    uint32_t whole, name, file, line;
};

struct gecko_strings {
    struct gecko_string *data;
    uint32_t count, capacity;
};

void gecko_strings_read(struct gecko_strings *strings, struct scan *scan, struct build *build);

#endif
