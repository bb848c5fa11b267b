/*
 * Programs that this one starts: the recorder is told what a process goes on with by exec, and what
 * is started without the session. All of this may run in a child of vfork().
 */
#include "capture/channel/lineage.h"
#include "capture/runtime/missed.h"

#include <alloca.h>
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

VISIBLE int execve(const char *path, words arguments, words environment);
VISIBLE int execv(const char *path, words arguments);
VISIBLE int execvp(const char *file, words arguments);
VISIBLE int execvpe(const char *file, words arguments, words environment);
VISIBLE int fexecve(int descriptor, words arguments, words environment);
VISIBLE int execl(const char *path, const char *argument, ...);
VISIBLE int execlp(const char *file, const char *argument, ...);
VISIBLE int execle(const char *path, const char *argument, ...);
VISIBLE int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attributes, words arguments, words environment);
VISIBLE int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                         const posix_spawnattr_t *attributes, words arguments, words environment);

typedef int exec_by_name(const char *name, words arguments, words environment);
typedef int exec_by_descriptor(int descriptor, words arguments, words environment);
typedef int spawn(pid_t *pid, const char *name, const posix_spawn_file_actions_t *actions,
                  const posix_spawnattr_t *attributes, words arguments, words environment);

static struct {
    exec_by_name *path, *file;
    exec_by_descriptor *descriptor;
    spawn *spawn_path, *spawn_file;
    _Atomic(void (*)(const char *)) told[TOLD_MOST];
} execs;

/* Now: looking symbols up may hang in a child of fork(). */
__attribute__((constructor)) static void find_next(void)
{
    execs.path = (exec_by_name *)dlsym(RTLD_NEXT, "execve");
    execs.file = (exec_by_name *)dlsym(RTLD_NEXT, "execvpe");
    execs.descriptor = (exec_by_descriptor *)dlsym(RTLD_NEXT, "fexecve");
    execs.spawn_path = (spawn *)dlsym(RTLD_NEXT, "posix_spawn");
    execs.spawn_file = (spawn *)dlsym(RTLD_NEXT, "posix_spawnp");
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

static int begin(const char *program, words environment)
{
    tell(program);
    return missed_by(environment) ? missed_add(getpid(), program) : -1;
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

static int go_on(exec_by_name *next, const char *name, words arguments, words environment)
{
    if (!next)
        return refuse();
    int number = begin(name, environment);
    next(name, arguments, environment);
    return end(number);
}

int execve(const char *path, words arguments, words environment)
{
    return go_on(execs.path, path, arguments, environment);
}

int execv(const char *path, words arguments)
{
    return go_on(execs.path, path, arguments, environ);
}

int execvp(const char *file, words arguments)
{
    return go_on(execs.file, file, arguments, environ);
}

int execvpe(const char *file, words arguments, words environment)
{
    return go_on(execs.file, file, arguments, environment);
}

int fexecve(int descriptor, words arguments, words environment)
{
    char link[40], name[PATH_MAX] = "";
    int saved = errno;
    if (!execs.descriptor)
        return refuse();
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t size = readlink(link, name, sizeof name - 1);
    name[size > 0 ? size : 0] = '\0';
    errno = saved;
    int number = begin(name, environment);
    execs.descriptor(descriptor, arguments, environment);
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
static void collect(const char **arguments, const char *first, va_list list)
{
    *arguments = first;
    while (*arguments)
        *++arguments = va_arg(list, const char *);
}

#define ROOM(first, list) alloca(((first) ? count(list) + 2 : 1) * sizeof(const char *))

int execl(const char *path, const char *argument, ...)
{
    va_list list;
    va_start(list, argument);
    const char **arguments = ROOM(argument, list);
    collect(arguments, argument, list);
    va_end(list);
    return execv(path, (char **)(uintptr_t)arguments);
}

int execlp(const char *file, const char *argument, ...)
{
    va_list list;
    va_start(list, argument);
    const char **arguments = ROOM(argument, list);
    collect(arguments, argument, list);
    va_end(list);
    return execvp(file, (char **)(uintptr_t)arguments);
}

int execle(const char *path, const char *argument, ...)
{
    va_list list;
    va_start(list, argument);
    const char **arguments = ROOM(argument, list);
    collect(arguments, argument, list);
    char *const *environment = va_arg(list, char *const *);
    va_end(list);
    return execve(path, (char **)(uintptr_t)arguments, environment);
}

/* ---- posix_spawn ---- */

static int start(spawn *next, pid_t *pid, const char *name,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 words arguments, words environment)
{
    pid_t child = 0;
    if (!next)
        return ENOSYS;
    int result = next(&child, name, actions, attributes, arguments, environment);
    if (result == 0 && missed_by(environment))
        missed_add(child, name);
    if (result == 0 && pid)
        *pid = child;
    return result;
}

int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *attributes, words arguments, words environment)
{
    return start(execs.spawn_path, pid, path, actions, attributes, arguments, environment);
}

int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *attributes, words arguments, words environment)
{
    return start(execs.spawn_file, pid, file, actions, attributes, arguments, environment);
}
