/*
 * What the legacy forms of pprof's profiles (pprof_legacy.c) have in common: samples of stacks of
 * addresses, innermost first. What the addresses are called stands behind the samples, so these
 * are kept until the file has been read.
 */
#ifndef NCPROF_FORMATS_READERS_PPROF_LEGACY_H
#define NCPROF_FORMATS_READERS_PPROF_LEGACY_H

#include "formats/input.h"
#include "formats/readers/addresses.h"

#define LEGACY_VALUES_MAX 4u

/* A metric: what is stored with a sample, times a factor. */
struct legacy_type {
    uint32_t stored; /* which of the values */
    int64_t factor;
    uint32_t metric;
};

/* Which addresses are of the instruction behind a call: pprof looks up the byte before them. */
enum legacy_adjust { LEGACY_ADJUST_NONE, LEGACY_ADJUST_CALLERS, LEGACY_ADJUST_ALL };

struct legacy_sample {
    uint32_t first, count; /* of the addresses */
    uint32_t root;         /* context of its thread */
};

struct legacy {
    struct input *input;
    struct build *build;
    struct addresses addresses;
    struct legacy_type types[LEGACY_VALUES_MAX];
    uint32_t type_count, stored; /* values stored with each sample */
    enum legacy_adjust adjust;
    uint32_t process, root;
    ARRAY(uint64_t) stacks;
    ARRAY(struct legacy_sample) samples;
    ARRAY(int64_t) values;
    uint64_t odd, first_odd; /* lines that are not understood */
};

/* The default type first. */
void legacy_type(struct legacy *legacy, const char *name, struct slice unit, uint32_t stored,
                 int64_t factor);
/* The addresses pushed to `stacks` since the last sample are its stack. */
void legacy_sample(struct legacy *legacy, const int64_t *values);
/* Pushes the addresses that a text holds, "0x..." each. False when it holds anything else. */
bool legacy_take_stack(struct legacy *legacy, struct slice text);
/* Where the signal's handler got into the stacks it is taken out, as pprof does it. */
void legacy_drop_handler(struct legacy *legacy);
void legacy_drop_doubles(struct legacy *legacy);

/* "--- Memory map: ---" and "MAPPED_LIBRARIES:" */
bool legacy_is_map(struct slice line);
void legacy_odd_line(struct legacy *legacy);

/* A binary profile: words of 4 or 8 bytes in either order. */
bool legacy_cpu_probe(const uint8_t *head, size_t size);
int legacy_cpu_read(struct legacy *legacy, struct error *err);

/* Heaps, growth, contention, counts. */
bool legacy_text_probe(struct slice line);
int legacy_text_read(struct legacy *legacy, struct error *err);
/* " 0x0000001f com.example.work (work.java:12)"; false when a line is none. */
bool legacy_java_location(struct legacy *legacy, struct slice line);

/* Stacks of threads. */
bool legacy_threads_probe(struct slice line);
int legacy_threads_read(struct legacy *legacy, struct error *err);

#endif
