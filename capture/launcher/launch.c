#include "capture/launcher/launch.h"
#include "capture/channel/control.h"
#include "capture/launcher/words.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* ---- the recorder's files ---- */

static char *beside_program(void)
{
    char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    if (length <= 0)
        return NULL;
    path[length] = '\0';
    for (int parts = 0; parts < 2; parts++) {
        char *slash = strrchr(path, '/');
        if (!slash)
            return NULL;
        *slash = '\0';
    }
    return memory_printf("%s/lib/ncprof", path);
}

char *launch_library_folder(struct error *err)
{
    const char *given = getenv("NCPROF_LIBDIR");
    char *folder = given && *given ? realpath(given, NULL) : beside_program();
    if (!folder)
        return error_set(err, ERROR_IO, "the recorder's folder lib/ncprof is not found"), NULL;
    static const char *const files[] = {"libncprof.so", "python/_ncprof.abi3.so"};
    const char *missing = NULL;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        char *file = memory_printf("%s/%s", folder, files[i]);
        if (!missing && access(file, R_OK) != 0)
            missing = files[i];
        free(file);
    }
    if (missing)
        error_set(err, ERROR_IO, "%s/%s is not there: install ncprof again", folder, missing);
    else if (strpbrk(folder, ": \t"))
        error_set(err, ERROR_UNSUPPORTED,
                  "%s: LD_PRELOAD takes no path with a blank or a colon in it", folder);
    else
        return folder;
    free(folder);
    return NULL;
}

/* ---- the environment ---- */

/* NAME=ADDED:OLD, or NAME=ADDED when there is none. */
static void add_before(struct words *words, const char *name, const char *added)
{
    const char *old = getenv(name);
    char *entry = memory_printf("%s=%s%s%s", name, added, old && *old ? ":" : "", old ? old : "");
    words_add(words, entry);
    free(entry);
}

static bool is_ours(const char *entry)
{
    static const char *const names[] = {"LD_PRELOAD=", "PYTHONPATH=", CHANNEL_ENVIRONMENT "="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(entry, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

char **launch_environment(const char *library_folder, const char *session)
{
    struct words words = {0};
    for (char **entry = environ; *entry; entry++)
        if (!is_ours(*entry))
            words_add(&words, *entry);
    char *library = memory_printf("%s/libncprof.so", library_folder);
    char *python = memory_printf("%s/python", library_folder);
    char *channel = memory_printf("%s=%s", CHANNEL_ENVIRONMENT, session);
    add_before(&words, "LD_PRELOAD", library);
    add_before(&words, "PYTHONPATH", python);
    words_add(&words, channel);
    free(library);
    free(python);
    free(channel);
    return words_finish(&words);
}

/* ---- signals ---- */

/* Signal handlers have no other way to know it. */
static volatile sig_atomic_t target_pid;

static struct {
    int number;
    struct channel_control *control; /* NULL: no signal does it */
} switching;

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2};
#define PASSED_ON (sizeof passed_on / sizeof *passed_on)

/*
 * What the terminal sends (si_code SI_KERNEL) goes to the whole group: the target has it already.
 * Only that it has hung up is said to its session's leader alone.
 */
static bool has_it(int number, const siginfo_t *info)
{
    return info->si_code > 0 && !(number == SIGHUP && getsid(0) == getpid());
}

static void pass_on(int number, siginfo_t *info, void *context)
{
    (void)context;
    int saved = errno;
    if (target_pid > 0 && !has_it(number, info))
        kill((pid_t)target_pid, number);
    errno = saved;
}

static void switch_recording(int number)
{
    int saved = errno;
    (void)number;
    control_set(switching.control, !atomic_load(&switching.control->stopped));
    errno = saved;
}

void launch_switch(int number, struct channel_control *control)
{
    switching.number = number;
    switching.control = control;
}

/* The target's end only has to wake the recorder. */
static void note_child(int number)
{
    (void)number;
}

/* What these two meant before, for the target: the recorder's own meaning is not inherited. */
static struct sigaction child_before, limit_before;

void launch_ignore_file_limit(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGXFSZ, &ignore, &limit_before);
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_flags = SA_SIGINFO | SA_RESTART};
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = pass_on;
    for (size_t i = 0; i < PASSED_ON; i++) {
        struct sigaction old;
        sigaction(passed_on[i], NULL, &old);
        if (old.sa_handler != SIG_IGN) /* as under nohup: ignored by the target, too */
            sigaction(passed_on[i], &action, NULL);
    }
    if (switching.control) {
        struct sigaction toggle = {.sa_flags = SA_RESTART};
        sigemptyset(&toggle.sa_mask);
        toggle.sa_handler = switch_recording;
        sigaction(switching.number, &toggle, NULL);
    }
    struct sigaction child = {.sa_flags = SA_NOCLDSTOP};
    sigemptyset(&child.sa_mask);
    child.sa_handler = note_child;
    sigaction(SIGCHLD, &child, &child_before);
}

static void release_signals(void)
{
    for (size_t i = 0; i < PASSED_ON; i++) {
        struct sigaction old;
        sigaction(passed_on[i], NULL, &old);
        if (old.sa_handler != SIG_IGN)
            signal(passed_on[i], SIG_DFL);
    }
    sigaction(SIGCHLD, &child_before, NULL);
}

void launch_end(void)
{
    target_pid = 0;
    release_signals();
    switching.control = NULL;
}

/* ---- start and end ---- */

static _Noreturn void become(const char *path, char *const *arguments, char *const *environment,
                             const sigset_t *mask, int report)
{
    release_signals();
    sigaction(SIGXFSZ, &limit_before, NULL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    execve(path, arguments, environment);
    int why = errno;
    ssize_t sent = write(report, &why, sizeof why);
    _exit(sent == sizeof why ? 127 : 126);
}

/* A file without "#!" is a script of the shell, as for execvp(). */
static char **shell_words(const char *path, char *const *arguments)
{
    struct words words = {0};
    words_add(&words, "/bin/sh");
    words_add(&words, path);
    words_add_all(&words, arguments + 1);
    return words_finish(&words);
}

/* Forks with all signals blocked: none is lost between here and the new program. 0 or an errno. */
static int try_start(pid_t *child, const char *path, char *const *arguments,
                     char *const *environment)
{
    int report[2], why = 0;
    sigset_t all, old;
    if (pipe2(report, O_CLOEXEC) != 0)
        return errno;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, &old);
    pid_t pid = fork();
    if (pid == 0)
        become(path, arguments, environment, &old, report[1]);
    if (pid < 0)
        why = errno;
    else
        target_pid = pid;
    close(report[1]);
    if (!why && read(report[0], &why, sizeof why) == sizeof why) {
        target_pid = 0;
        waitpid(pid, NULL, 0);
    }
    close(report[0]);
    sigprocmask(SIG_SETMASK, &old, NULL);
    *child = pid;
    return why;
}

int launch_start(pid_t *child, const char *path, char *const *arguments, char *const *environment,
                 int *status, struct error *err)
{
    catch_signals();
    int why = try_start(child, path, arguments, environment);
    if (why == ENOEXEC) {
        char **words = shell_words(path, arguments);
        why = try_start(child, words[0], words, environment);
        words_free(words);
    }
    if (!why)
        return 0;
    launch_end();
    *status = why == ENOENT ? 127 : 126;
    errno = why;
    return error_errno(err, "%s: cannot be started", arguments[0]);
}

bool launch_ended(pid_t child, int *result)
{
    *result = 0;
    pid_t ended;
    do
        ended = waitpid(child, result, WNOHANG);
    while (ended < 0 && errno == EINTR);
    return ended != 0;
}
