#include "formats/child.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static int spawn(pid_t *pid, const char *const words[], int output, int complaints)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t how;
    sigset_t usual;
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&how);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, complaints, STDERR_FILENO);
    /* Of all that this program may ignore, it must hear that nobody reads any more. */
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    posix_spawnattr_setsigdefault(&how, &usual);
    posix_spawnattr_setflags(&how, POSIX_SPAWN_SETSIGDEF);
    int failure =
        posix_spawnp(pid, words[0], &files, &how, (char *const *)(uintptr_t)words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&how);
    return failure;
}

int child_start(struct child *child, const char *const words[], struct error *err)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC))
        return error_errno(err, "cannot make a pipe to %s", words[0]);
    child->complaints = memfd_create("complaints", MFD_CLOEXEC);
    int failure =
        child->complaints < 0 ? errno : spawn(&child->pid, words, ends[1], child->complaints);
    close(ends[1]);
    if (!failure) {
        child->output = ends[0];
        return 0;
    }
    close(ends[0]);
    if (child->complaints >= 0)
        close(child->complaints);
    if (failure == ENOENT)
        return error_set(err, ERROR_UNSUPPORTED, "there is no program %s", words[0]);
    errno = failure;
    return error_errno(err, "cannot start %s", words[0]);
}

/* The first line, without what is not to be shown. */
static void first_line(int file, char *line, size_t size)
{
    ssize_t got = pread(file, line, size - 1, 0);
    line[got > 0 ? got : 0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

int child_end(struct child *child, const char *name, struct error *err)
{
    char line[256];
    int status = 0;
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    first_line(child->complaints, line, sizeof line);
    close(child->complaints);
    if (WIFEXITED(status) && !WEXITSTATUS(status))
        return 0;
    return error_set(err, ERROR_FORMAT, "%s cannot read it%s%s", name, *line ? ": " : "", line);
}
