/* profile_save(), timeline_save(): a file is there as a whole or not at all. */
#include "formats/format.h"

#include "formats/profile/memory.h"
#include "formats/timeline.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What is written: one of the two. */
struct content {
    const struct writer *writer;
    const struct profile *profile;
    const struct timeline *timeline;
};

static int check_needs(const struct profile *profile, const struct writer *writer,
                       struct error *err)
{
    static const struct {
        unsigned flag;
        const char *what;
    } needs[] = {{PROFILE_HAS_TREE, "a call tree"},
                 {PROFILE_HAS_EDGES, "callers and callees"},
                 {PROFILE_HAS_CALLS, "call counts"},
                 {PROFILE_HAS_TIMELINE, "a timeline"}};
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++)
        if (writer->needs & needs[i].flag && !(profile->flags & needs[i].flag))
            return error_set(err, ERROR_UNSUPPORTED, "%s needs %s, which %s does not hold",
                             writer->name, needs[i].what,
                             profile->path[0] ? profile->path : "the profile");
    return 0;
}

/* Writes and closes `file`, which may be standard output. */
static int write_all(const struct content *content, FILE *file, struct error *err)
{
    int status = content->timeline ? content->writer->write_timeline(content->timeline, file, err)
                                   : content->writer->write(content->profile, file, err);
    if (!status && (fflush(file) || ferror(file)))
        status = error_errno(err, "cannot write");
    if (file != stdout && fclose(file) && !status)
        status = error_errno(err, "cannot write");
    return status;
}

/* Moves into place; without force never over a file that has appeared meanwhile. */
static int move(const char *from, const char *to, bool force, struct error *err)
{
    if (!force) {
        if (!renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE))
            return 0;
        if (errno == EEXIST)
            return error_set(err, ERROR_IO, "exists already (--force overwrites it)");
        if (errno != EINVAL && errno != ENOSYS)
            return error_errno(err, "cannot create");
    }
    return rename(from, to) ? error_errno(err, "cannot create") : 0;
}

static int write_beside(const struct content *content, const char *path, bool force,
                        struct error *err)
{
    char *temporary = memory_printf("%s.%ld.tmp", path, (long)getpid());
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    int status = file ? 0 : error_errno(err, "cannot create");
    if (!status)
        status = write_all(content, file, err);
    if (!status)
        status = move(temporary, path, force, err);
    if (status && descriptor >= 0)
        unlink(temporary);
    free(temporary);
    return status;
}

/* A device or a pipe is written to; it must not be replaced by a file. */
static int write_through(const struct content *content, const char *path, struct error *err)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return error_errno(err, "cannot open for writing");
    return write_all(content, file, err);
}

static int save_to(const struct content *content, const char *path, bool force, struct error *err)
{
    struct stat status;
    if (stat(path, &status))
        return write_beside(content, path, force, err);
    if (S_ISDIR(status.st_mode))
        return error_set(err, ERROR_IO, "is a directory");
    if (!S_ISREG(status.st_mode))
        return write_through(content, path, err);
    if (!force)
        return error_set(err, ERROR_IO, "exists already (--force overwrites it)");
    /* Behind a symbolic link the file is replaced, not the link. */
    char *real = realpath(path, NULL);
    int result = write_beside(content, real ? real : path, force, err);
    free(real);
    return result;
}

static int save(const struct content *content, const char *path, bool force, struct error *err)
{
    int status = strcmp(path, "-") != 0 ? save_to(content, path, force, err)
                                        : write_all(content, stdout, err);
    if (!status)
        return 0;
    return error_in_file(err, strcmp(path, "-") != 0 ? path : "standard output");
}

int profile_save(const struct profile *profile, const char *path, const struct writer *writer,
                 bool force, struct error *err)
{
    if (check_needs(profile, writer, err))
        return -1;
    return save(&(struct content){.writer = writer, .profile = profile}, path, force, err);
}

static int save_timeline(struct input *input, const struct opening *how,
                         const struct profile_part *part, const char *out,
                         const struct writer *writer, bool force, struct error *err)
{
    const struct reader *reader = reader_choose(input, how, err);
    if (reader && !reader->replay)
        error_set(err, ERROR_UNSUPPORTED, "is %s: the moments of single calls are not known of it",
                  reader->description);
    if (!reader || !reader->replay)
        return error_in_file(err, input_path(input));
    struct timeline timeline = {input, reader, part};
    return save(&(struct content){.writer = writer, .timeline = &timeline}, out, force, err);
}

int timeline_save(const char *in, const struct opening *how, const struct profile_part *part,
                  const char *out, const struct writer *writer, bool force, struct error *err)
{
    struct input *input;
    if (!writer->write_timeline)
        return error_set(err, ERROR_USAGE, "%s keeps no moments: --timeline is for chrome",
                         writer->name);
    if (input_open(&input, in, err))
        return -1;
    int status = save_timeline(input, how, part, out, writer, force, err);
    input_close(input);
    return status;
}

int timeline_walk(const struct timeline *timeline, const struct timeline_visitor *visitor,
                  void *payload, struct error *err)
{
    if (timeline->reader->replay(timeline->input, timeline->part, visitor, payload, err))
        return error_in_file(err, input_path(timeline->input));
    return 0;
}
