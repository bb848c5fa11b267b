/*
 * A thread's first event. Runs where the program's vector registers are in use,
 * possibly before libc is ready (hooks in the dynamic linker's resolvers), on a
 * stack that may be short: so only system calls, until outside() can be called.
 */
#include "capture/runtime/slow.h"
#include "capture/runtime/threads.h"

#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static long system_call(long number, long a, long b, long c, long d)
{
#if defined(__x86_64__)
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = -1;
    register long sixth __asm__("r9") = 0;
    long result = number;
    __asm__ volatile("syscall"
                     : "+a"(result)
                     : "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth), "r"(sixth)
                     : "rcx", "r11", "memory");
    return result;
#else
    return syscall(number, a, b, c, d, -1L, 0L);
#endif
}

static bool is_address(long result)
{
    return result > 0 || result < -4095;
}

static bool has_session(void)
{
    static const char name[] = CHANNEL_ENVIRONMENT "=";
    for (char **entry = environ; entry && *entry; entry++) {
        const char *at = *entry;
        size_t i = 0;
        while (name[i] && at[i] == name[i])
            i++;
        if (!name[i])
            return at[i] != '\0';
    }
    return false;
}

struct thread *thread_begin(enum hook_kind kind)
{
    if (!environ)
        return &thread_off; /* libc is not up: not thread_self, it will be asked again */
    struct thread *thread = NULL;
    if (has_session()) {
        long memory = system_call(SYS_mmap, 0, sizeof *thread, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS);
        if (is_address(memory))
            thread = (struct thread *)memory;
    }
    thread_self = &thread_off;
    struct beginning beginning = {(uintptr_t)__builtin_frame_address(0), kind};
    if (thread && !outside(thread, thread_set_up, &beginning)) {
        system_call(SYS_munmap, (long)thread, sizeof *thread, 0, 0);
        thread = NULL;
    }
    return thread_self;
}
