/* A process with children of every kind; each exits with a status of its own. */
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

static char self[4096];

__attribute__((noinline)) static int fib(int n)
{
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

static void spawn(const char *name, const char *what, const char *size, const char *status)
{
    pid_t pid;
    char *words[] = {(char *)name, (char *)what, (char *)size, (char *)status, NULL};
    if (posix_spawn(&pid, self, NULL, NULL, words, environ) == 0)
        waitpid(pid, NULL, 0);
}

static void forks(void)
{
    pid_t pid;
    if ((pid = fork()) == 0) {
        fib(10);
        _exit(41);
    }
    waitpid(pid, NULL, 0);
    if ((pid = fork()) == 0)
        _exit(42);
    waitpid(pid, NULL, 0);
    if ((pid = fork()) == 0) {
        fib(9);
        execl(self, "execd", "leaf", "9", "43", (char *)0);
        _exit(99);
    }
    waitpid(pid, NULL, 0);
    if ((pid = fork()) == 0) {
        execl(self, "at-once", "leaf", "8", "44", (char *)0);
        _exit(99);
    }
    waitpid(pid, NULL, 0);
}

static void vforks(void)
{
    pid_t pid;
    if ((pid = vfork()) == 0)
        execl(self, "vforked", "leaf", "7", "45", (char *)0);
    waitpid(pid, NULL, 0);
    if ((pid = vfork()) == 0)
        _exit(46);
    waitpid(pid, NULL, 0);
}

static void through_a_shell(void)
{
    char command[8192];
    snprintf(command, sizeof command, "sh -c '%s leaf 5 48; true'", self);
    if (system(command) != 0)
        exit(1);
    snprintf(command, sizeof command, "%s leaf 4 49 'two words'", self);
    FILE *pipe = popen(command, "r");
    pclose(pipe);
}

static void daemonise(void)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (fork() == 0) {
            setsid();
            execl(self, "lasting", "daemon", (char *)0);
        }
        _exit(0);
    }
    waitpid(pid, NULL, 0);
    usleep(300000);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    self[readlink("/proc/self/exe", self, sizeof self - 1)] = '\0';
    if (!strcmp(what, "leaf")) {
        fib(atoi(argv[2]));
        return atoi(argv[3]);
    }
    if (!strcmp(what, "killed")) {
        fib(8);
        raise(SIGKILL);
    }
    if (!strcmp(what, "daemon")) {
        for (int i = 0; i < 200; i++) {
            fib(3);
            usleep(50000);
        }
        return 0;
    }
    if (!strcmp(what, "many")) {
        for (int i = 0; i < atoi(argv[2]); i++)
            spawn("small", "leaf", "3", "5");
        return 0;
    }
    forks();
    vforks();
    spawn("spawned", "leaf", "6", "47");
    through_a_shell();
    spawn("doomed", "killed", NULL, NULL);
    daemonise();
    fib(12);
    return 7;
}
