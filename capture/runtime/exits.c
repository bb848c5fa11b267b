/*
 * Exits that no handler hears of. Whoever records in this process, a Python recorder
 * too, is told the status first. Without a session nobody is.
 */
#include "capture/channel/lineage.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#define VISIBLE   __attribute__((visibility("default")))
#define TOLD_MOST 4

VISIBLE _Noreturn void _exit(int status);
VISIBLE _Noreturn void _Exit(int status);
VISIBLE _Noreturn void quick_exit(int status);

static struct {
    _Atomic(void (*)(int)) told[TOLD_MOST];
    void (*next)(int), (*next_quick)(int);
} exits;

/* Now: looking symbols up may hang in a child of fork(). */
__attribute__((constructor)) static void find_next(void)
{
    exits.next = (void (*)(int))dlsym(RTLD_NEXT, "_exit");
    exits.next_quick = (void (*)(int))dlsym(RTLD_NEXT, "quick_exit");
}

VISIBLE void ncprof_recorder_on_exit(void (*told)(int status))
{
    for (int i = 0; i < TOLD_MOST; i++) {
        void (*none)(int) = NULL;
        if (atomic_compare_exchange_strong(&exits.told[i], &none, told) || none == told)
            return;
    }
}

static void tell(int status)
{
    for (int i = 0; i < TOLD_MOST; i++) {
        void (*told)(int) = atomic_load(&exits.told[i]);
        if (told)
            told(status);
    }
}

static _Noreturn void end(void (*next)(int), int status)
{
    tell(status);
    if (next)
        next(status);
    for (;;)
        syscall(SYS_exit_group, status);
}

void _exit(int status)
{
    end(exits.next, status);
}

void _Exit(int status)
{
    end(exits.next, status);
}

void quick_exit(int status)
{
    end(exits.next_quick, status);
}
