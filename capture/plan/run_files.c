#include "capture/plan/run_files.h"

#include "formats/profile/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define VERSIONS_MAX 100000

static int make_folders(const char *path, struct error *err)
{
    char *part = memory_string(path);
    int result = 0;
    for (char *slash = part; slash && result == 0;) {
        slash = strchr(slash + 1, '/');
        if (slash)
            *slash = '\0';
        if (mkdir(part, 0777) != 0 && errno != EEXIST && errno != EISDIR)
            result = error_errno(err, "%s cannot be made", part);
        if (slash)
            *slash = '/';
    }
    free(part);
    return result;
}

static char *base_name(const char *folder, const char *id, int version)
{
    char date[16], suffix[16] = "";
    struct tm parts;
    time_t now = time(NULL);
    gmtime_r(&now, &parts);
    strftime(date, sizeof date, "%Y-%m-%d", &parts);
    if (version > 1)
        snprintf(suffix, sizeof suffix, "_v%d", version);
    return memory_printf("%s/%s_%s%s", folder, date, id, suffix);
}

static void set_names(struct run_files *files, char *base)
{
    free(files->base);
    free(files->trace);
    free(files->log);
    files->base = base;
    files->trace = memory_printf("%s.ncp", base);
    files->log = memory_printf("%s.log", base);
}

static void free_names(struct run_files *files)
{
    free(files->base);
    free(files->trace);
    free(files->log);
    *files = (struct run_files){.log_fd = -1};
}

int run_files_reserve(struct run_files *files, const char *folder, const char *id,
                      struct error *err)
{
    *files = (struct run_files){.log_fd = -1};
    if (make_folders(folder, err))
        return -1;
    for (int version = 1; version < VERSIONS_MAX; version++) {
        set_names(files, base_name(folder, id, version));
        if (access(files->trace, F_OK) == 0)
            continue;
        files->log_fd = open(files->log, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
        if (files->log_fd >= 0)
            return 0;
        if (errno != EEXIST) {
            error_errno(err, "%s cannot be made", files->log);
            free_names(files);
            return -1;
        }
    }
    free_names(files);
    return error_set(err, ERROR_LIMIT, "there are %d results of \"%s\" of today", VERSIONS_MAX, id);
}

bool run_files_has_log(const struct run_files *files)
{
    struct stat status;
    return fstat(files->log_fd, &status) != 0 || status.st_size > 0;
}

void run_files_close(struct run_files *files)
{
    if (files->log_fd < 0)
        return;
    if (!run_files_has_log(files))
        unlink(files->log);
    close(files->log_fd);
    free_names(files);
}
