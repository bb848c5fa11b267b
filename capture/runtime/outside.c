/*
 * Leaving a hook for ordinary code: signals blocked, vector registers saved,
 * thread cancellation and errno held, on a stack of the recorder's own.
 */
#include "capture/runtime/outside.h"
#include "capture/runtime/thread.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

#define KERNEL_SIGSET 8

struct job {
    uintptr_t (*work)(struct thread *thread, const void *a);
    const void *a;
    bool asynchronous; /* the thread may be cancelled anywhere: by and by, but not in here */
};

/* Not through libc: its sigprocmask() spares the signal that cancels threads. */
static void set_signals(uint64_t *new, uint64_t *old)
{
#if defined(__x86_64__)
    register uint64_t *old_set __asm__("rdx") = old;
    register long size __asm__("r10") = KERNEL_SIGSET;
    long result = SYS_rt_sigprocmask;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(SIG_SETMASK), "S"(new), "r"(old_set), "r"(size)
                     : "rcx", "r11", "memory");
#else
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, new, old, KERNEL_SIGSET);
#endif
}

static uintptr_t run(struct thread *thread, const void *data)
{
    struct job *job = (struct job *)(uintptr_t)data;
    int saved = errno, cancel, type;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel);
    uintptr_t result = job->work(thread, job->a);
    pthread_setcanceltype(PTHREAD_CANCEL_DEFERRED, &type);
    pthread_setcancelstate(cancel, NULL);
    job->asynchronous = type == PTHREAD_CANCEL_ASYNCHRONOUS;
    errno = saved;
    return result;
}

/*
 * A thread that has been cancelled meanwhile ends in here: on its own stack, which is walked. Hooks
 * do not align it as libc expects it.
 */
#if defined(__x86_64__)
__attribute__((noinline, force_align_arg_pointer))
#endif
static void
let_cancel(void)
{
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
}

uintptr_t outside(struct thread *thread, uintptr_t (*work)(struct thread *, const void *),
                  const void *a)
{
    uint64_t all = UINT64_MAX, old = 0;
    struct job job = {work, a, false};
    set_signals(&all, &old);
#if defined(__x86_64__)
    uintptr_t result =
        outside_switch(thread, &job, run, thread->own_stack + OWN_STACK, thread->vector_state);
#else
    uintptr_t result = run(thread, &job);
#endif
    set_signals(&old, NULL);
    if (job.asynchronous)
        let_cancel();
    return result;
}
