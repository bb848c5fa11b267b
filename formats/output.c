#include "formats/output.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_folders(const char *path, struct error *err)
{
    char *folder = memory_string(path);
    int status = 0;
    for (char *slash = strchr(folder + 1, '/'); slash && !status; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0777) && errno != EEXIST)
            status = error_errno(err, "cannot create the folder %.300s", folder);
        *slash = '/';
    }
    free(folder);
    return status;
}

static int open_beside(struct output *output, const char *path, struct error *err)
{
    char *real = realpath(path, NULL);
    output->path = real ? real : memory_string(path);
    output->temporary = memory_printf("%s.%ld.tmp", output->path, (long)getpid());
    int descriptor = open(output->temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    output->file = descriptor < 0 ? NULL : fdopen(descriptor, "wb");
    if (output->file)
        return 0;
    error_errno(err, "cannot create");
    if (descriptor >= 0) {
        close(descriptor);
        unlink(output->temporary);
    }
    return -1;
}

static void release(struct output *output)
{
    free(output->path);
    free(output->temporary);
    *output = (struct output){0};
}

static int begin(struct output *output, const char *path, struct error *err)
{
    struct stat status;
    bool there = !stat(path, &status);
    if (there && S_ISDIR(status.st_mode))
        return error_set(err, ERROR_IO, "is a directory");
    if (there && !S_ISREG(status.st_mode)) {
        output->path = memory_string(path);
        output->file = fopen(path, "wb");
        return output->file ? 0 : error_errno(err, "cannot open for writing");
    }
    return make_folders(path, err) || open_beside(output, path, err) ? -1 : 0;
}

int output_begin(struct output *output, const char *path, struct error *err)
{
    *output = (struct output){0};
    if (!strcmp(path, "-")) {
        output->file = stdout;
        return 0;
    }
    if (!begin(output, path, err))
        return 0;
    release(output);
    return error_in_file(err, path);
}

int output_end(struct output *output, struct error *err)
{
    int status = 0;
    if (fflush(output->file) || ferror(output->file))
        status = error_errno(err, "cannot write");
    if (!status && output->temporary && fsync(fileno(output->file)))
        status = error_errno(err, "cannot write");
    if (output->file != stdout && fclose(output->file) && !status)
        status = error_errno(err, "cannot write");
    if (!status && output->temporary && rename(output->temporary, output->path))
        status = error_errno(err, "cannot create");
    if (status && output->temporary)
        unlink(output->temporary);
    if (status)
        error_in_file(err, output->path ? output->path : "standard output");
    release(output);
    return status;
}

void output_cancel(struct output *output)
{
    if (output->file && output->file != stdout)
        fclose(output->file);
    if (output->temporary)
        unlink(output->temporary);
    release(output);
}
