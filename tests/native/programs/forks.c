/* Children by fork, of children, with threads, by vfork and exec; ended by exit, _exit and abort.
 */
#include "tally.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))

static volatile long sink;

NOINLINE static long work(long n)
{
    TALLY();
    return n ? work(n - 1) + 1 : 0;
}

static void *thread_body(void *data)
{
    TALLY();
    (void)data;
    sink += work(5);
    return NULL;
}

NOINLINE static void child(int kind)
{
    TALLY();
    work(10 + kind);
    if (kind == 1) {
        pthread_t thread;
        pthread_create(&thread, NULL, thread_body, NULL);
        pthread_join(thread, NULL);
    }
    if (kind == 2) {
        pid_t grandchild = fork();
        if (grandchild == 0) {
            tally_reset();
            work(3);
            exit(0);
        }
        waitpid(grandchild, NULL, 0);
    }
    tally_print();
    if (kind == 3)
        abort();
    if (kind == 4)
        kill(getpid(), SIGKILL);
    _exit(0);
}

NOINLINE static pid_t spawn(int kind)
{
    TALLY();
    pid_t pid = fork();
    if (pid == 0) {
        tally_reset();
        work(1);
        child(kind);
    }
    return pid;
}

NOINLINE static void run_other(void)
{
    TALLY();
    pid_t pid = vfork();
    if (pid == 0) {
        execl("/bin/true", "true", (char *)NULL);
        _exit(127);
    }
    waitpid(pid, NULL, 0);
}

int main(void)
{
    TALLY();
    pthread_t thread;
    pthread_create(&thread, NULL, thread_body, NULL);
    pthread_join(thread, NULL);
    for (int kind = 0; kind < 5; kind++)
        waitpid(spawn(kind), NULL, 0);
    run_other();
    sink += work(7);
    return 0;
}
