#include "capture/plan/output.h"

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

static void set_names(struct output *output, char *base)
{
    free(output->base);
    free(output->trace);
    free(output->log);
    output->base = base;
    output->trace = memory_printf("%s.ncp", base);
    output->log = memory_printf("%s.log", base);
}

static void free_names(struct output *output)
{
    free(output->base);
    free(output->trace);
    free(output->log);
    *output = (struct output){.log_fd = -1};
}

int output_reserve(struct output *output, const char *folder, const char *id, struct error *err)
{
    *output = (struct output){.log_fd = -1};
    if (make_folders(folder, err))
        return -1;
    for (int version = 1; version < VERSIONS_MAX; version++) {
        set_names(output, base_name(folder, id, version));
        if (access(output->trace, F_OK) == 0)
            continue;
        output->log_fd =
            open(output->log, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0666);
        if (output->log_fd >= 0)
            return 0;
        if (errno != EEXIST) {
            error_errno(err, "%s cannot be made", output->log);
            free_names(output);
            return -1;
        }
    }
    free_names(output);
    return error_set(err, ERROR_LIMIT, "there are %d results of \"%s\" of today", VERSIONS_MAX, id);
}

bool output_has_log(const struct output *output)
{
    struct stat status;
    return fstat(output->log_fd, &status) != 0 || status.st_size > 0;
}

void output_close(struct output *output)
{
    if (output->log_fd < 0)
        return;
    if (!output_has_log(output))
        unlink(output->log);
    close(output->log_fd);
    free_names(output);
}
