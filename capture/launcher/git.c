#include "capture/launcher/git.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Without a .git above there is no need to start git and wait for it. */
static bool in_work_tree(void)
{
    char path[PATH_MAX + 8];
    if (!getcwd(path, PATH_MAX))
        return false;
    for (size_t length = strlen(path);;) {
        memcpy(path + length, "/.git", sizeof "/.git");
        if (access(path, F_OK) == 0)
            return true;
        if (length == 0)
            return false;
        path[length] = '\0';
        char *slash = strrchr(path, '/');
        length = slash ? (size_t)(slash - path) : 0;
    }
}

static _Noreturn void run_git(int output)
{
    char *const words[] = {"git", "status", "--porcelain=v2", "--branch", "--untracked-files=no",
                           NULL};
    int nothing = open("/dev/null", O_RDWR);
    if (nothing >= 0) {
        dup2(nothing, STDIN_FILENO);
        dup2(nothing, STDERR_FILENO);
    }
    dup2(output, STDOUT_FILENO);
    setenv("GIT_OPTIONAL_LOCKS", "0", 1); /* asking changes nothing */
    setenv("LC_ALL", "C", 1);
    execvp(words[0], words);
    _exit(127);
}

static int64_t milliseconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The output's beginning: the branch headers and whether a change follows. False: no time left. */
static bool read_output(int fd, char *text, size_t size, int timeout_ms)
{
    int64_t end = milliseconds() + timeout_ms;
    size_t used = 0;
    for (;;) {
        int64_t left = end - milliseconds();
        struct pollfd poll_for = {.fd = fd, .events = POLLIN};
        if (left <= 0 || poll(&poll_for, 1, (int)left) <= 0)
            return false;
        ssize_t got = read(fd, text + used, size - 1 - used);
        if (got > 0)
            used += (size_t)got;
        text[used] = '\0';
        if (got <= 0 || used == size - 1)
            return got >= 0;
    }
}

static struct git_state understand(const char *text)
{
    static const char oid[] = "# branch.oid ";
    struct git_state state = {0};
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        if (strncmp(line, oid, sizeof oid - 1) == 0)
            snprintf(state.revision, sizeof state.revision, "%.*s",
                     (int)strspn(line + sizeof oid - 1, "0123456789abcdef"), line + sizeof oid - 1);
        else if (*line != '#')
            state.dirty = true;
    }
    return state;
}

struct git_state git_state(int timeout_ms)
{
    struct git_state state = {0};
    char text[4096] = "";
    int output[2];
    if (!in_work_tree() || pipe2(output, O_CLOEXEC) != 0)
        return state;
    pid_t pid = fork();
    if (pid == 0)
        run_git(output[1]);
    close(output[1]);
    if (pid > 0) {
        if (read_output(output[0], text, sizeof text, timeout_ms))
            state = understand(text);
        kill(pid, SIGKILL); /* it may still be writing, or looking */
        waitpid(pid, NULL, 0);
    }
    close(output[0]);
    return state;
}
