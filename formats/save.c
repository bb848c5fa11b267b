/* profile_save(): a file is there as a whole or not at all. */
#include "formats/format.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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
static int write_all(const struct profile *profile, const struct writer *writer, FILE *file,
                     struct error *err)
{
    int status = writer->write(profile, file, err);
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

static int write_beside(const struct profile *profile, const char *path,
                        const struct writer *writer, bool force, struct error *err)
{
    char *temporary = memory_printf("%s.%ld.tmp", path, (long)getpid());
    int descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    int status = file ? 0 : error_errno(err, "cannot create");
    if (!status)
        status = write_all(profile, writer, file, err);
    if (!status)
        status = move(temporary, path, force, err);
    if (status && descriptor >= 0)
        unlink(temporary);
    free(temporary);
    return status;
}

/* A device or a pipe is written to; it must not be replaced by a file. */
static int write_through(const struct profile *profile, const char *path,
                         const struct writer *writer, struct error *err)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return error_errno(err, "cannot open for writing");
    return write_all(profile, writer, file, err);
}

static int save_to(const struct profile *profile, const char *path, const struct writer *writer,
                   bool force, struct error *err)
{
    struct stat status;
    if (stat(path, &status))
        return write_beside(profile, path, writer, force, err);
    if (S_ISDIR(status.st_mode))
        return error_set(err, ERROR_IO, "is a directory");
    if (!S_ISREG(status.st_mode))
        return write_through(profile, path, writer, err);
    if (!force)
        return error_set(err, ERROR_IO, "exists already (--force overwrites it)");
    /* Behind a symbolic link the file is replaced, not the link. */
    char *real = realpath(path, NULL);
    int result = write_beside(profile, real ? real : path, writer, force, err);
    free(real);
    return result;
}

int profile_save(const struct profile *profile, const char *path, const struct writer *writer,
                 bool force, struct error *err)
{
    if (check_needs(profile, writer, err))
        return -1;
    int status = strcmp(path, "-") != 0 ? save_to(profile, path, writer, force, err)
                                        : write_all(profile, writer, stdout, err);
    if (!status)
        return 0;
    return error_in_file(err, strcmp(path, "-") != 0 ? path : "standard output");
}
