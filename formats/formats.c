/* The tables of formats, and what is done with them: recognise, load, save. */
#include "formats/format.h"

#include "formats/profile/memory.h"

#include <string.h>
#include <strings.h>

/* One row a format; of readers that are equally sure the first wins. */
#define READERS(ROW)                                                                               \
    ROW(trace_reader)                                                                              \
    ROW(pstats_reader)                                                                             \
    ROW(yappi_reader)                                                                              \
    ROW(chrome_reader)                                                                             \
    ROW(cpuprofile_reader)                                                                         \
    ROW(perf_script_reader)                                                                        \
    ROW(austin_reader)                                                                             \
    ROW(mojo_reader)                                                                               \
    ROW(pyinstrument_reader)                                                                       \
    ROW(stackprof_reader)                                                                          \
    ROW(lprof_reader)                                                                              \
    ROW(tracemalloc_reader)                                                                        \
    ROW(ystat_reader)                                                                              \
    ROW(mprofile_reader)                                                                           \
    ROW(speedscope_reader)                                                                         \
    ROW(hprof_reader)                                                                              \
    ROW(dhat_reader)                                                                               \
    ROW(safari_reader)                                                                             \
    ROW(gprof2dot_json_reader)                                                                     \
    ROW(pprof_json_reader)                                                                         \
    ROW(pprof_raw_reader)                                                                          \
    ROW(vsprof_reader)                                                                             \
    ROW(sleepy_reader)                                                                             \
    ROW(pprof_legacy_reader)                                                                       \
    ROW(pprof_reader)                                                                              \
    ROW(callgrind_reader)                                                                          \
    ROW(uftrace_reader)                                                                            \
    ROW(gecko_reader)                                                                              \
    ROW(perf_data_reader)                                                                          \
    ROW(sample_reader)                                                                             \
    ROW(instruments_reader)                                                                        \
    ROW(dtrace_reader)                                                                             \
    ROW(ghcprof_reader)                                                                            \
    ROW(ghc_json_reader)                                                                           \
    ROW(vtune_reader)                                                                              \
    ROW(pmcstat_reader)                                                                            \
    ROW(papyrus_reader)                                                                            \
    ROW(gprof_reader)                                                                              \
    ROW(folded_reader)

#define WRITERS(ROW)                                                                               \
    ROW(pstats_writer)                                                                             \
    ROW(pprof_writer)                                                                              \
    ROW(callgrind_writer)                                                                          \
    ROW(folded_writer)                                                                             \
    ROW(speedscope_writer)                                                                         \
    ROW(chrome_writer)                                                                             \
    ROW(svg_writer)                                                                                \
    ROW(json_writer)                                                                               \
    ROW(csv_writer)

#define DECLARE_READER(row) extern const struct reader row;
#define DECLARE_WRITER(row) extern const struct writer row;
#define LIST(row)           &row,

READERS(DECLARE_READER)
WRITERS(DECLARE_WRITER)

const struct reader *const readers[] = {READERS(LIST) NULL};
const struct writer *const writers[] = {WRITERS(LIST) NULL};

#define SURE_ENOUGH 20

const struct reader *reader_by_name(const char *name)
{
    for (size_t i = 0; readers[i]; i++)
        if (!strcasecmp(readers[i]->name, name))
            return readers[i];
    return NULL;
}

const struct writer *writer_by_name(const char *name)
{
    for (size_t i = 0; writers[i]; i++)
        if (!strcasecmp(writers[i]->name, name))
            return writers[i];
    return NULL;
}

/* Whether the suffix of `path`, ".gz" and ".zst" left aside, is one of a blank-separated list. */
static bool has_suffix(const char *path, const char *suffixes)
{
    size_t length = strlen(path);
    static const char *const packed[] = {".gz", ".zst"};
    for (size_t i = 0; i < 2; i++) {
        size_t size = strlen(packed[i]);
        if (length > size && !strncasecmp(path + length - size, packed[i], size))
            length -= size;
    }
    for (const char *word = suffixes; *word; word += strspn(word, " ")) {
        size_t size = strcspn(word, " ");
        if (length > size && path[length - size - 1] == '.' &&
            !strncasecmp(path + length - size, word, size))
            return true;
        word += size;
    }
    return false;
}

const struct writer *writer_for_path(const char *path)
{
    for (size_t i = 0; writers[i]; i++)
        if (has_suffix(path, writers[i]->suffixes))
            return writers[i];
    return NULL;
}

/* "pstats, yappi, folded" */
static void list_readers(char *buffer, size_t size)
{
    size_t used = 0;
    buffer[0] = '\0';
    for (size_t i = 0; readers[i] && used < size; i++) {
        int length = snprintf(buffer + used, size - used, "%s%s", i ? ", " : "", readers[i]->name);
        used += (size_t)length;
    }
}

const struct reader *reader_recognise(const char *path, const uint8_t *head, size_t size)
{
    const struct reader *best = NULL;
    int surest = 0;
    for (size_t i = 0; readers[i]; i++) {
        int sure = readers[i]->probe(head, size);
        if (sure > 0 && has_suffix(path, readers[i]->suffixes))
            sure += 10;
        if (sure > surest) {
            surest = sure;
            best = readers[i];
        }
    }
    return surest >= SURE_ENOUGH ? best : NULL;
}

/* What people have at hand and is no profile, or not yet: what to do instead. */
static const struct known {
    size_t at;
    const char *magic;
    size_t length;
    const char *hint;
} known[] = {
    {257, "ustar", 5, "is a tar archive: unpack it, and name the file or the folder in it"},
    {0, "PK\3\4", 4, "is a zip archive: unpack it, and name the file or the folder in it"},
    {0, "gmon", 4,
     "is gprof's own data: gprof PROGRAM gmon.out > FILE.txt prints what can be opened"},
    {0, "\177ELF", 4, "is a program or a library, no profile: ncprof record runs a program"},
    {0, "FLR\0", 4,
     "is a Java Flight Recording, which is not read: make folded stacks or pprof of it"},
    {0, "desc: ", 6, "is massif's data, which is not read: DHAT's and heap profiles are"},
    {0, "go 1.", 5,
     "is a Go execution trace, which is not read: go tool trace -pprof=sync makes pprof of it"},
    {0, "SQLite format 3", 15, "is a database, no profile"},
};

static void refuse_unknown(const uint8_t *head, size_t size, struct error *err)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (size >= known[i].at + known[i].length &&
            !memcmp(head + known[i].at, known[i].magic, known[i].length)) {
            error_set(err, ERROR_UNSUPPORTED, "%s", known[i].hint);
            return;
        }
    error_set(err, ERROR_UNSUPPORTED, "is in no format that is known (--from ? lists them)");
}

const struct reader *reader_choose(struct input *input, const struct opening *how,
                                   struct error *err)
{
    const char *from = how ? how->from : NULL;
    char names[512];
    const uint8_t *head;
    size_t size;
    const struct reader *reader = from ? reader_by_name(from) : NULL;
    if (how && how->max_unpacked)
        input_set_limit(input, how->max_unpacked);
    list_readers(names, sizeof names);
    if (from && !reader) {
        error_set(err, ERROR_USAGE, "there is no format '%s'; known are %s", from, names);
        return NULL;
    }
    if (input_head(input, &head, &size, err))
        return NULL;
    if (!size) {
        error_set(err, ERROR_TRUNCATED, "is empty");
        return NULL;
    }
    if (!reader)
        reader = reader_recognise(input_path(input), head, size);
    if (!reader)
        refuse_unknown(head, size, err);
    return reader;
}

static int read_part(const struct reader *reader, struct input *input,
                     const struct profile_part *part, struct build *build, struct error *err)
{
    if (!part)
        return reader->read(input, build, err);
    if (!reader->read_part)
        return error_set(err, ERROR_UNSUPPORTED,
                         "is %s, which has no timeline: no part of it can be shown alone",
                         reader->description);
    return reader->read_part(input, part, build, err);
}

static int load(struct profile **out, struct input *input, const struct opening *how,
                const struct profile_part *part, struct error *err)
{
    const struct reader *reader = reader_choose(input, how, err);
    if (!reader)
        return -1;
    struct build *build = build_new();
    build_preview(build, how ? how->preview : NULL);
    if (read_part(reader, input, part, build, err)) {
        build_free(build);
        return -1;
    }
    if (input_ends_within_line(input))
        build_note(build, "the last line has no end: if it was cut there, more may be missing");
    build_bound(build, input_offset(input));
    input_release(input); /* the profile takes as much again while it is finished */
    if (build_finish(build, out, err))
        return -1;
    const char *path = input_path(input);
    (*out)->path = arena_string((*out)->arena, path, strlen(path));
    (*out)->format = reader->name;
    return 0;
}

int profile_load_input(struct profile **out, struct input *input, const struct opening *how,
                       const struct profile_part *part, struct error *err)
{
    if (load(out, input, how, part, err))
        return error_in_file(err, input_path(input));
    return 0;
}

int profile_load_part(struct profile **out, const char *path, const struct opening *how,
                      const struct profile_part *part, struct error *err)
{
    struct input *input;
    if (input_open(&input, path, err))
        return -1;
    int status = load(out, input, how, part, err);
    if (status)
        error_in_file(err, input_path(input));
    input_close(input);
    return status;
}

int profile_load(struct profile **out, const char *path, const struct opening *how,
                 struct error *err)
{
    return profile_load_part(out, path, how, NULL, err);
}

int profile_load_memory(struct profile **out, const void *data, size_t size, const char *path,
                        const char *from, struct error *err)
{
    struct input *input = input_from_memory(data, size, path);
    struct opening how = {.from = from};
    int status = profile_load_input(out, input, &how, NULL, err);
    input_close(input);
    return status;
}
