/*
 * The least that hooks can do which keep a time for every enter and leave: read the clock and store
 * it, twice a call. Preloaded into a program with hooks, in place of a recorder.
 */
#include <stdint.h>
#include <x86intrin.h>

#define SIZE 262144u

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);

static char events[SIZE];
static __thread char *cursor __attribute__((tls_model("initial-exec")));

static inline char *room(void)
{
    char *at = cursor;
    return __builtin_expect(!at || at > events + SIZE - 8, 0) ? events : at;
}

void __cyg_profile_func_enter(void *function, void *call_site)
{
    (void)function, (void)call_site;
    char *at = room();
    *(uint64_t *)(void *)at = __rdtsc();
    cursor = at + 8;
}

void __cyg_profile_func_exit(void *function, void *call_site)
{
    (void)function, (void)call_site;
    char *at = room();
    *(uint32_t *)(void *)at = (uint32_t)__rdtsc();
    cursor = at + 4;
}
