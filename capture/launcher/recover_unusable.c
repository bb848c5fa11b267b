/* Leftovers that `ncprof recover` finds and cannot use: other users', other versions'. */
#include "capture/launcher/recover.h"
#include "capture/launcher/session.h"
#include "formats/profile/memory.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "ncprof-"

/* Its recorder is named in it: ncprof-PID-XXXXXX. */
static bool is_of_dead_recorder(const char *name)
{
    char *end;
    if (strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return false;
    long pid = strtol(name + strlen(PREFIX), &end, 10);
    return *end == '-' && pid > 0 && pid <= INT_MAX && kill((pid_t)pid, 0) != 0 && errno == ESRCH;
}

/* Of the first words of a session, which all versions have; 0: it is none. */
static uint32_t version_of(const char *path)
{
    struct {
        uint64_t magic;
        uint32_t version;
    } first = {0, 0};
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    ssize_t size = fd < 0 ? 0 : read(fd, &first, sizeof first);
    if (fd >= 0)
        close(fd);
    return size == (ssize_t)sizeof first && first.magic == CHANNEL_MAGIC ? first.version : 0;
}

static char *describe(const char *path, const struct stat *status)
{
    const struct passwd *owner = getpwuid(status->st_uid);
    uint32_t version = version_of(path);
    if (status->st_uid != geteuid())
        return owner ? memory_printf("%s belongs to another user (%s)", path, owner->pw_name)
                     : memory_printf("%s belongs to another user (%u)", path, status->st_uid);
    if (version && version != CHANNEL_VERSION)
        return memory_printf("%s is of another version of ncprof (its %" PRIu32 ", this one's %u)",
                             path, version, CHANNEL_VERSION);
    return NULL;
}

static void look_at(const char *folder, const char *name, recover_visit_unusable *visit,
                    void *payload)
{
    struct stat status;
    char *path = memory_printf("%s/%s", folder, name);
    char *what =
        lstat(path, &status) == 0 && S_ISREG(status.st_mode) ? describe(path, &status) : NULL;
    if (what)
        visit(payload, what);
    free(what);
    free(path);
}

void recover_unusable(recover_visit_unusable *visit, void *payload)
{
    const char *folders[SESSION_FOLDERS];
    session_folders(folders);
    for (int i = 0; i < SESSION_FOLDERS; i++) {
        DIR *list = folders[i] ? opendir(folders[i]) : NULL;
        for (struct dirent *entry; list && (entry = readdir(list));)
            if (is_of_dead_recorder(entry->d_name))
                look_at(folders[i], entry->d_name, visit, payload);
        if (list)
            closedir(list);
    }
}
