/*
 * The tables of a pprof message: what samples refer to. They may stand behind the samples, so all
 * of them are read first.
 */
#ifndef NCPROF_FORMATS_READERS_PPROF_TABLES_H
#define NCPROF_FORMATS_READERS_PPROF_TABLES_H

#include "formats/profile/build.h"
#include "formats/profile/error.h"
#include "formats/readers/numbered.h"
#include "formats/readers/protobuf.h"
#include "formats/readers/slice.h"

/* Fields of the message Profile. */
enum pprof_field {
    PPROF_SAMPLE_TYPE = 1,
    PPROF_SAMPLE = 2,
    PPROF_MAPPING = 3,
    PPROF_LOCATION = 4,
    PPROF_FUNCTION = 5,
    PPROF_STRING = 6,
    PPROF_DROP_FRAMES = 7,
    PPROF_KEEP_FRAMES = 8,
    PPROF_TIME = 9,
    PPROF_DURATION = 10,
    PPROF_PERIOD_TYPE = 11,
    PPROF_PERIOD = 12,
    PPROF_COMMENT = 13,
    PPROF_DEFAULT_TYPE = 14,
};

/* Indices of strings. */
struct pprof_type {
    uint64_t name, unit;
};

struct pprof_function {
    uint64_t name, system_name, file, line;
};

struct pprof_location {
    uint64_t mapping, address;
    uint32_t first_line, lines; /* the innermost inlined call first */
};

/* The frames of a location: the one, or where they begin in `frames`, the innermost first. */
struct pprof_span {
    uint32_t at, count; /* count 0: not asked for yet */
};

struct pprof_tables {
    struct build *build;
    ARRAY(struct pprof_type) types;
    ARRAY(struct slice) strings;
    ARRAY(struct pprof_function) functions;
    ARRAY(uint64_t) lines; /* numbers of functions, 0 for none */
    ARRAY(struct pprof_location) locations;
    ARRAY(struct pprof_span) spans; /* by location */
    ARRAY(uint32_t) frames;         /* the builder's functions */
    ARRAY(uint64_t) mapping_files;  /* indices of strings */
    ARRAY(uint64_t) comments;
    struct numbered function_ids, location_ids, mapping_ids;
    uint64_t default_type;
    int64_t time, duration;
    uint64_t samples;
    uint64_t unknown; /* references to what is not there */
};

/* Every field of the message but samples, which are counted. */
int pprof_tables_read(struct pprof_tables *tables, const uint8_t *data, size_t size,
                      struct error *err);
/* "" and counted when there is no such string; number 0 is always "". */
struct slice pprof_string(struct pprof_tables *tables, uint64_t number);
struct pprof_span pprof_resolve(struct pprof_tables *tables, uint32_t location);

/* The location that has this number in the file; NUMBERED_NONE: there is no such. */
static inline uint32_t pprof_location(const struct pprof_tables *tables, uint64_t number)
{
    uint32_t location = numbered_get(&tables->location_ids, number);
    if (location < tables->spans.count)
        __builtin_prefetch(&tables->spans.data[location]);
    return location;
}

/* None when there is no such location. */
static inline struct pprof_span pprof_frames(struct pprof_tables *tables, uint32_t location)
{
    if (location >= tables->spans.count || !tables->spans.data[location].count)
        return pprof_resolve(tables, location);
    return tables->spans.data[location];
}

/* A function for samples that have no frames, so that shares add up. */
uint32_t pprof_no_frame(struct pprof_tables *tables);

void pprof_tables_free(struct pprof_tables *tables);

#endif
