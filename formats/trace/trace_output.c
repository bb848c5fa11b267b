#include "formats/trace/trace_output.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct trace_output {
    int fd;
    char *path;    /* as the user named it, for messages */
    char *written; /* where the bytes go */
    char *target;  /* to be replaced by it at the end; NULL: nothing */
    uint64_t size;
    bool regular;
    bool failed;
    struct error failure;
};

static int open_new(struct trace_output *output, int flags)
{
    output->fd = open(output->written, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
    return output->fd < 0 ? -1 : 0;
}

/* Something of that name exists. Only regular files are replaced; a device or a pipe is written to.
 */
static int open_over(struct trace_output *output)
{
    struct stat status;
    char *resolved = realpath(output->path, NULL);
    if (!resolved || stat(resolved, &status) < 0) {
        free(resolved);
        return -1;
    }
    output->regular = S_ISREG(status.st_mode);
    if (!output->regular) {
        free(resolved);
        output->fd = open(output->written, O_WRONLY | O_CLOEXEC);
        return output->fd < 0 ? -1 : 0;
    }
    free(output->written);
    output->target = resolved;
    output->written = memory_printf("%s.%ld.part", resolved, (long)getpid());
    return open_new(output, O_TRUNC);
}

static void release(struct trace_output *output)
{
    free(output->path);
    free(output->written);
    free(output->target);
    free(output);
}

int trace_output_open(struct trace_output **out, const char *path, bool force, struct error *err)
{
    struct trace_output *output = memory_zeroed(1, sizeof *output);
    output->path = memory_string(path);
    output->written = memory_string(path);
    output->regular = true;
    int result = open_new(output, O_EXCL);
    if (result < 0 && errno == EEXIST && force)
        result = open_over(output);
    if (result < 0) {
        if (errno == EEXIST)
            error_set(err, ERROR_IO, "exists already and is not overwritten without --force");
        else
            error_errno(err, "cannot create");
        error_in_file(err, path);
        release(output);
        return -1;
    }
    *out = output;
    return 0;
}

int trace_output_resume(struct trace_output **out, const char *path, const char *target,
                        uint64_t size, struct error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0 || ftruncate(fd, (off_t)size) < 0 || lseek(fd, 0, SEEK_END) < 0) {
        error_errno(err, "cannot write");
        if (fd >= 0)
            close(fd);
        return error_in_file(err, path);
    }
    struct trace_output *output = memory_zeroed(1, sizeof *output);
    output->fd = fd;
    output->path = memory_string(target ? target : path);
    output->written = memory_string(path);
    output->target = target ? memory_string(target) : NULL;
    output->size = size;
    output->regular = true;
    *out = output;
    return 0;
}

static int write_all(int fd, const char *data, size_t size)
{
    while (size > 0) {
        ssize_t taken = write(fd, data, size);
        if (taken < 0 && errno == EINTR)
            continue;
        if (taken <= 0) {
            errno = taken < 0 ? errno : ENOSPC;
            return -1;
        }
        data += taken;
        size -= (size_t)taken;
    }
    return 0;
}

int trace_output_append(struct trace_output *output, const void *data, size_t size,
                        struct error *err)
{
    if (output->failed)
        return 0;
    if (write_all(output->fd, data, size) == 0) {
        output->size += size;
        return 0;
    }
    output->failed = true;
    error_errno(&output->failure, "cannot write; the recording ends after %llu bytes",
                (unsigned long long)output->size);
    error_in_file(&output->failure, output->path);
    /* Should this fail too, readers cope with a chunk that is cut. */
    if (output->regular && ftruncate(output->fd, (off_t)output->size) < 0)
        output->regular = false;
    *err = output->failure;
    return -1;
}

bool trace_output_failed(const struct trace_output *output)
{
    return output->failed;
}

struct trace_place trace_output_place(const struct trace_output *output)
{
    return (struct trace_place){output->regular ? output->written : NULL, output->target};
}

uint64_t trace_output_size(const struct trace_output *output)
{
    return output->size;
}

static int finish(struct trace_output *output, struct error *err)
{
    bool lost = close(output->fd) < 0 && errno != EINTR;
    if (lost && !output->failed) {
        output->failed = true;
        error_errno(&output->failure, "cannot write");
    }
    if (!output->failed && output->target && rename(output->written, output->target) < 0) {
        output->failed = true;
        error_errno(&output->failure, "cannot replace");
    }
    if (!output->failed)
        return 0;
    *err = output->failure;
    if (output->target) {
        size_t used = strlen(err->text);
        snprintf(err->text + used, sizeof err->text - used, "; what was recorded is in %s",
                 output->written);
    }
    return error_in_file(err, output->path);
}

int trace_output_close(struct trace_output *output, struct error *err)
{
    int result = finish(output, err);
    release(output);
    return result;
}

void trace_output_discard(struct trace_output *output)
{
    close(output->fd);
    if (output->regular)
        unlink(output->written);
    release(output);
}
