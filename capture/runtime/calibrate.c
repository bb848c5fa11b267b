#include "capture/runtime/calibrate.h"
#include "capture/channel/target.h"
#include "capture/runtime/slow.h"

#include <string.h>
#include <sys/mman.h>

#define ROUNDS 9
#define PAIRS  200u
#define SPIN   300u  /* cycles: so many that their end is not foreseen, as most of a program */
#define BYTES  4096u /* 12 a pair */

void __cyg_profile_func_enter(void *function, void *call_site);
void __cyg_profile_func_exit(void *function, void *call_site);
__attribute__((visibility("hidden"))) void calibrate_mcount(void (*body)(void));

struct scratch {
    struct thread thread;
    struct frame frames[4];
    char events[BYTES];
};

struct cost {
    uint64_t inside, outside; /* ticks of all pairs of a round */
};

/*
 * Hooks one after the other would overlap: here as in a program something is done in the functions
 * and between them, a loop that no processor can run ahead of.
 */
__attribute__((noinline)) static void spin(void)
{
    uint64_t cycles = SPIN;
#if defined(__x86_64__)
    __asm__ volatile(".p2align 5\n1:\n\tdec %0\n\tjnz 1b" : "+r"(cycles) : : "cc");
#else
    while (--cycles)
        __asm__ volatile("" : "+r"(cycles));
#endif
}

static void call_hooks(enum hook_kind kind)
{
#if defined(__x86_64__)
    for (unsigned i = 0; kind == HOOK_RETURNS && i < PAIRS; i++) {
        spin();
        calibrate_mcount(spin);
    }
    if (kind == HOOK_RETURNS)
        return;
#endif
    (void)kind;
    char *function = (char *)__cyg_profile_func_enter;
    for (unsigned i = 0; i < PAIRS; i++) {
        spin();
        __cyg_profile_func_enter(function, NULL);
        spin();
        __cyg_profile_func_exit(function, NULL);
    }
}

/* Ticks of what call_hooks() does besides, in each half of a pair. */
static uint64_t measure_spins(void)
{
    uint64_t start = stream_now();
    for (unsigned i = 0; i < PAIRS; i++) {
        spin();
        spin();
    }
    return (stream_now() - start) / 2;
}

/* Events without time before the first: the recorder's own addresses need no module. */
static void prepare(struct scratch *scratch)
{
    struct context *on = &scratch->thread.on;
    memset(&scratch->thread.on, 0, sizeof scratch->thread.on);
    scratch->frames[0] = (struct frame){.place = UINTPTR_MAX, .function = UINTPTR_MAX};
    on->frames = on->top = scratch->frames;
    on->last = on->end = scratch->frames + 3;
    on->size = UINTPTR_MAX;
    scratch->thread.module_size = UINTPTR_MAX;
    on->stream.cursor = scratch->events;
    on->stream.limit = scratch->events + BYTES;
    on->stream.high = (uint32_t)((uintptr_t)__cyg_profile_func_enter >> 32);
    on->stream.ticks = stream_now();
}

static struct cost add_up(const struct scratch *scratch)
{
    struct cost cost = {0, 0};
    const char *at = scratch->events;
    while (at < scratch->thread.on.stream.cursor) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        if ((word & 3) == CHANNEL_ENTER)
            cost.outside += word >> 2;
        else
            cost.inside += word >> 2;
        at += (word & 3) == CHANNEL_LEAVE ? 4 : 8;
    }
    return cost;
}

static int64_t median(int64_t *values)
{
    for (int i = 1; i < ROUNDS; i++)
        for (int k = i; k > 0 && values[k] < values[k - 1]; k--) {
            int64_t larger = values[k - 1];
            values[k - 1] = values[k];
            values[k] = larger;
        }
    return values[ROUNDS / 2];
}

/*
 * The program will find the machine as it is, not at its best: medians, not the least of all. What
 * is taken off is measured at the same time.
 */
static struct cost measure(struct scratch *scratch, enum hook_kind kind)
{
    int64_t inside[ROUNDS], outside[ROUNDS];
    struct thread *self = thread_self;
    thread_self = &scratch->thread;
    for (int i = 0; i < ROUNDS; i++) {
        prepare(scratch);
        call_hooks(kind);
        struct cost cost = add_up(scratch);
        int64_t spins = (int64_t)measure_spins();
        inside[i] = (int64_t)cost.inside - spins;
        outside[i] = (int64_t)cost.outside - spins;
    }
    thread_self = self;
    int64_t in = median(inside), out = median(outside);
    if (in <= 0 && out <= 0) { /* the machine was faster in the hooks: it has changed its pace */
        in = inside[ROUNDS - 1];
        out = outside[ROUNDS - 1];
    }
    return (struct cost){in > 0 ? (uint64_t)in : 0, out > 0 ? (uint64_t)out : 0};
}

void calibrate(enum hook_kind kind)
{
    struct scratch *scratch =
        mmap(NULL, sizeof *scratch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (scratch == MAP_FAILED)
        return;
    struct cost cost = measure(scratch, kind);
    munmap(scratch, sizeof *scratch);
    define_cost(kind == HOOK_RETURNS ? CHANNEL_HOOK_RETURN : CHANNEL_HOOK_INSTRUMENT, cost.inside,
                cost.outside, PAIRS);
}
