/*
 * Programs that this one starts: the recorder is told what a process goes on with by exec, and what
 * is started without the session. All of this may run in a child of vfork().
 */
#include "capture/channel/lineage.h"
#include "capture/runtime/missed.h"

#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

#define VISIBLE   __attribute__((visibility("default")))
#define TOLD_MOST 4

typedef char *const words[];

VISIBLE int execve(const char *path, words argv, words envp);
VISIBLE int execv(const char *path, words argv);
VISIBLE int execvp(const char *file, words argv);
VISIBLE int execvpe(const char *file, words argv, words envp);
VISIBLE int fexecve(int fd, words argv, words envp);
VISIBLE int execl(const char *path, const char *arg, ...);
VISIBLE int execlp(const char *file, const char *arg, ...);
VISIBLE int execle(const char *path, const char *arg, ...);
VISIBLE int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attrp, words argv, words envp);
VISIBLE int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attrp, words argv, words envp);

typedef int exec_by_name(const char *name, words argv, words envp);
typedef int exec_by_descriptor(int fd, words argv, words envp);
typedef int spawn(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attrp, words argv, words envp);

static struct {
    exec_by_name *path, *file;
    exec_by_descriptor *descriptor;
    spawn *spawn_path, *spawn_file;
    _Atomic(void (*)(const char *)) told[TOLD_MOST];
} execs;

/*
 * Early, as looking symbols up may hang in a child of fork(); or when a library that is
 * initialised before this one starts a program.
 */
__attribute__((constructor)) static void find_next(void)
{
    if (execs.path)
        return;
    execs.file = (exec_by_name *)dlsym(RTLD_NEXT, "execvpe");
    execs.descriptor = (exec_by_descriptor *)dlsym(RTLD_NEXT, "fexecve");
    execs.spawn_path = (spawn *)dlsym(RTLD_NEXT, "posix_spawn");
    execs.spawn_file = (spawn *)dlsym(RTLD_NEXT, "posix_spawnp");
    execs.path = (exec_by_name *)dlsym(RTLD_NEXT, "execve");
}

VISIBLE void ncprof_recorder_on_exec(void (*told)(const char *program))
{
    for (int i = 0; i < TOLD_MOST; i++) {
        void (*none)(const char *) = NULL;
        if (atomic_compare_exchange_strong(&execs.told[i], &none, told) || none == told)
            return;
    }
}

static void tell(const char *program)
{
    int saved = errno;
    for (int i = 0; i < TOLD_MOST; i++) {
        void (*told)(const char *) = atomic_load(&execs.told[i]);
        if (told)
            told(program);
    }
    errno = saved;
}

static int begin(const char *program, words envp)
{
    tell(program);
    return missed_by(envp) ? missed_add(getpid(), program) : -1;
}

/* It has failed: exec() does not return otherwise. */
static int end(int number)
{
    tell(NULL);
    missed_failed(number);
    return -1;
}

static int refuse(void)
{
    errno = ENOSYS;
    return -1;
}

static int go_on(exec_by_name *next, const char *name, words argv, words envp)
{
    if (!next)
        return refuse();
    int number = begin(name, envp);
    next(name, argv, envp);
    return end(number);
}

int execve(const char *path, words argv, words envp)
{
    find_next();
    return go_on(execs.path, path, argv, envp);
}

int execv(const char *path, words argv)
{
    find_next();
    return go_on(execs.path, path, argv, environ);
}

int execvp(const char *file, words argv)
{
    find_next();
    return go_on(execs.file, file, argv, environ);
}

int execvpe(const char *file, words argv, words envp)
{
    find_next();
    return go_on(execs.file, file, argv, envp);
}

int fexecve(int fd, words argv, words envp)
{
    char link[40], name[PATH_MAX] = "";
    int saved = errno;
    find_next();
    if (!execs.descriptor)
        return refuse();
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t size = readlink(link, name, sizeof name - 1);
    name[size > 0 ? size : 0] = '\0';
    errno = saved;
    int number = begin(name, envp);
    execs.descriptor(fd, argv, envp);
    return end(number);
}

/* ---- with the arguments one by one ---- */

static size_t count(va_list list)
{
    va_list copy;
    size_t more = 0;
    va_copy(copy, list);
    while (va_arg(copy, const char *))
        more++;
    va_end(copy);
    return more;
}

/* The arguments up to the NULL behind them, which is taken too. */
static void collect(const char **argv, const char *first, va_list list)
{
    *argv = first;
    while (*argv)
        *++argv = va_arg(list, const char *);
}

#define ROOM(list) __builtin_alloca((count(list) + 2) * sizeof(const char *))

int execl(const char *path, const char *arg, ...)
{
    va_list list;
    va_start(list, arg);
    const char **argv = ROOM(list);
    collect(argv, arg, list);
    va_end(list);
    return execv(path, (char **)(uintptr_t)argv);
}

int execlp(const char *file, const char *arg, ...)
{
    va_list list;
    va_start(list, arg);
    const char **argv = ROOM(list);
    collect(argv, arg, list);
    va_end(list);
    return execvp(file, (char **)(uintptr_t)argv);
}

int execle(const char *path, const char *arg, ...)
{
    va_list list;
    va_start(list, arg);
    const char **argv = ROOM(list);
    collect(argv, arg, list);
    char *const *envp = va_arg(list, char *const *);
    va_end(list);
    return execve(path, (char **)(uintptr_t)argv, envp);
}

/* ---- posix_spawn ---- */

static int start(spawn *next, pid_t *pid, const char *name,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attrp,
                 words argv, words envp)
{
    pid_t child = 0;
    if (!next)
        return ENOSYS;
    int result = next(&child, name, actions, attrp, argv, envp);
    if (result == 0 && missed_by(envp))
        missed_add(child, name);
    if (result == 0 && pid)
        *pid = child;
    return result;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attrp, words argv, words envp)
{
    find_next();
    return start(execs.spawn_path, pid, path, actions, attrp, argv, envp);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attrp, words argv, words envp)
{
    find_next();
    return start(execs.spawn_file, pid, file, actions, attrp, argv, envp);
}
