#include "formats/readers/archive.h"

#include "formats/input.h"
#include "formats/profile/memory.h"

#include <stdlib.h>
#include <zip.h>

#define PIECE (64u << 10)

struct archive {
    zip_t *zip;
    uint64_t limit, unpacked; /* bytes */
};

struct lines {
    zip_file_t *file;
    const char *name;
    char *buffer;
    size_t begin, end, capacity;
    bool ended;
    uint64_t number;
};

static int fill(struct archive *a, struct lines *l, struct error *err)
{
    if (l->begin) {
        memmove(l->buffer, l->buffer + l->begin, l->end - l->begin);
        l->end -= l->begin;
        l->begin = 0;
    }
    if (l->capacity - l->end < PIECE)
        l->buffer = memory_resize(l->buffer, l->capacity = l->capacity * 2 + PIECE, 1);
    zip_int64_t got = zip_fread(l->file, l->buffer + l->end, PIECE);
    if (got < 0)
        return error_set(err, ERROR_FORMAT, "%s in the archive is damaged", l->name);
    l->end += (size_t)got;
    l->ended = got == 0;
    a->unpacked += (uint64_t)got;
    if (a->unpacked <= a->limit && l->end <= INPUT_LINE_MAX)
        return 0;
    return error_set(err, ERROR_LIMIT, "%s in the archive %s", l->name,
                     l->end > INPUT_LINE_MAX
                         ? "has a line of more than 64 MiB"
                         : "unpacks to more than any profile does; see --max-unpacked");
}

/* 1 and the next line, 0 at the end, -1. */
static int next_line(struct archive *a, struct lines *l, struct slice *line, struct error *err)
{
    size_t searched = 0;
    for (;;) {
        size_t held = l->end - l->begin;
        const char *start = l->buffer + l->begin;
        const char *end = held ? memchr(start + searched, '\n', held - searched) : NULL;
        if (end || (l->ended && held)) {
            *line = slice_trim((struct slice){start, end ? (size_t)(end - start) : held});
            l->begin += end ? (size_t)(end + 1 - start) : held;
            l->number++;
            return 1;
        }
        if (l->ended)
            return 0;
        searched = held;
        if (fill(a, l, err))
            return -1;
    }
}

int archive_read(struct archive *a, const char *name,
                 void (*take)(void *context, struct slice line, uint64_t number), void *context,
                 struct error *err)
{
    struct lines l = {.name = name};
    struct slice line;
    zip_stat_t stat;
    zip_int64_t at = zip_name_locate(a->zip, name, ZIP_FL_NOCASE);
    int more;
    if (at < 0)
        return 1;
    if (!zip_stat_index(a->zip, (zip_uint64_t)at, 0, &stat) && (stat.valid & ZIP_STAT_SIZE) &&
        stat.size > a->limit)
        return error_set(
            err, ERROR_LIMIT,
            "%s in the archive unpacks to more than any profile does; see --max-unpacked", name);
    l.file = zip_fopen_index(a->zip, (zip_uint64_t)at, 0);
    if (!l.file)
        return error_set(err, ERROR_FORMAT, "%s in the archive cannot be unpacked: %s", name,
                         zip_strerror(a->zip));
    while ((more = next_line(a, &l, &line, err)) > 0)
        take(context, line, l.number);
    (void)zip_fclose(l.file);
    free(l.buffer);
    return more;
}

struct archive *archive_open(const uint8_t *data, size_t size, uint64_t limit, struct error *err)
{
    zip_error_t reason;
    zip_error_init(&reason);
    zip_source_t *source = zip_source_buffer_create(data, size, 0, &reason);
    zip_t *zip = source ? zip_open_from_source(source, ZIP_RDONLY, &reason) : NULL;
    if (!zip) {
        error_set(err, ERROR_FORMAT, "is no complete zip archive: %s", zip_error_strerror(&reason));
        zip_source_free(source);
    }
    zip_error_fini(&reason);
    if (!zip)
        return NULL;
    struct archive *archive = memory_alloc(sizeof *archive);
    *archive = (struct archive){.zip = zip, .limit = limit};
    return archive;
}

void archive_close(struct archive *archive)
{
    if (archive)
        zip_discard(archive->zip);
    free(archive);
}

uint64_t archive_unpacked(const struct archive *archive)
{
    return archive->unpacked;
}
