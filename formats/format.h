/*
 * The formats: one table of readers, one of writers (formats.c).
 *
 * A new format is one file in readers/ or writers/ and one row in the table.
 */
#ifndef NCPROF_FORMATS_FORMAT_H
#define NCPROF_FORMATS_FORMAT_H

#include "formats/input.h"
#include "formats/profile/build.h"
#include "formats/profile/profile.h"

#include <stdio.h>

/* Of a recording, what is between two moments: nanoseconds since its start. */
struct profile_part {
    int64_t from, to;
};

struct timeline;
struct timeline_visitor;

struct reader {
    const char *name;        /* for --from: "pstats" */
    const char *description; /* "Python cProfile / pstats" */
    const char *suffixes;    /* "prof pstat pstats", blank-separated; only a hint */
    /*
     * How sure, from the first bytes (at most INPUT_HEAD_MAX): 0 no, 20 could
     * be, 60 the structure fits, 100 a magic number. No I/O, no state. The
     * registry adds 10 for a matching suffix; below 20 is "unknown format".
     */
    int (*probe)(const uint8_t *head, size_t size);
    /* States facts to the builder. On failure what was built is thrown away by the caller. */
    int (*read)(struct input *input, struct build *build, struct error *err);
    /* The same of a part. NULL: the format has no timeline. */
    int (*read_part)(struct input *input, const struct profile_part *part, struct build *build,
                     struct error *err);
    /* Tells each call of a part, NULL: of all (timeline.h). NULL: the format has no moments. */
    int (*replay)(struct input *input, const struct profile_part *part,
                  const struct timeline_visitor *visitor, void *payload, struct error *err);
};

struct writer {
    const char *name; /* for --to */
    const char *description;
    const char *suffixes;
    unsigned needs; /* profile flags without which nothing can be written */
    /* What the format cannot carry of this profile, one sentence, or NULL; static text. */
    const char *(*loses)(const struct profile *profile);
    int (*write)(const struct profile *profile, FILE *out, struct error *err);
    /* Each call with its moments. NULL: the format is written from sums only. */
    int (*write_timeline)(const struct timeline *timeline, FILE *out, struct error *err);
};

extern const struct reader *const readers[]; /* NULL at the end */
extern const struct writer *const writers[]; /* NULL at the end */

const struct reader *reader_by_name(const char *name);
const struct writer *writer_by_name(const char *name);
/* The one that knows the content by its first bytes, the path's suffix helping; NULL: none. */
const struct reader *reader_recognise(const char *path, const uint8_t *head, size_t size);
/* By the suffix of a path; NULL when none fits. */
const struct writer *writer_for_path(const char *path);

/* How a file is opened. Zeroed, or NULL in its place: as its content says, within the usual limit.
 */
struct opening {
    const char *from;        /* a reader's name */
    uint64_t max_unpacked;   /* bytes; see input_set_limit() */
    struct preview *preview; /* to be answered meanwhile; NULL: none */
};

/* The reader that is asked for, or that knows the content; NULL with an error. */
const struct reader *reader_choose(struct input *input, const struct opening *how,
                                   struct error *err);

/* Opens, recognises, reads and finishes. */
int profile_load(struct profile **out, const char *path, const struct opening *how,
                 struct error *err);
/* ERROR_UNSUPPORTED when the format has no timeline. NULL: all of it. */
int profile_load_part(struct profile **out, const char *path, const struct opening *how,
                      const struct profile_part *part, struct error *err);
/*
 * The same over an input that the caller has opened and closes. Meanwhile another
 * thread may ask input_progress(): the browser shows how far it is.
 */
int profile_load_input(struct profile **out, struct input *input, const struct opening *how,
                       const struct profile_part *part, struct error *err);
int profile_load_memory(struct profile **out, const void *data, size_t size, const char *path,
                        const char *from, struct error *err);
/* Writes to a temporary name beside `path` and renames; "-" is standard output. */
int profile_save(const struct profile *profile, const char *path, const struct writer *writer,
                 bool force, struct error *err);

#endif
