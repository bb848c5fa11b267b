#include "capture/launcher/clock.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>

static bool counter_is_invariant(void)
{
    unsigned a, b, c, d;
    return __get_cpuid(0x80000007, &a, &b, &c, &d) && (d & 1u << 8);
}

static bool kernel_trusts_counter(void)
{
    static const char path[] = "/sys/devices/system/clocksource/clocksource0/current_clocksource";
    char name[64] = "";
    FILE *file = fopen(path, "re");
    if (!file)
        return true;
    if (!fgets(name, sizeof name, file))
        name[0] = '\0';
    fclose(file);
    return clock_leaves_counter_trusted(name);
}
#endif

bool clock_leaves_counter_trusted(const char *kernel_clock)
{
    return strncmp(kernel_clock, "hpet", 4) != 0 && strncmp(kernel_clock, "acpi_pm", 7) != 0 &&
           strncmp(kernel_clock, "refined-jiffies", 15) != 0;
}

static uint64_t time_of(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

static uint64_t now(enum channel_clock clock)
{
#if defined(__x86_64__)
    if (clock == CHANNEL_CLOCK_TSC)
        return __rdtsc();
#endif
    return time_of(clock == CHANNEL_CLOCK_CPU ? CLOCK_THREAD_CPUTIME_ID : CLOCK_MONOTONIC);
}

enum channel_clock clock_choose(void)
{
#if defined(__x86_64__)
    if (counter_is_invariant() && kernel_trusts_counter())
        return CHANNEL_CLOCK_TSC;
#endif
    return CHANNEL_CLOCK_MONOTONIC;
}

const char *clock_name(enum channel_clock clock)
{
    static const char *const names[] = {"tsc", "monotonic", "cpu"};
    return names[clock];
}

/* The tightest of a few tries: an interrupt between the readings would skew the pair. */
struct clock_pair clock_read(enum channel_clock clock)
{
    if (clock == CHANNEL_CLOCK_CPU) {
        uint64_t raw = time_of(CLOCK_MONOTONIC_RAW);
        return (struct clock_pair){raw, (int64_t)raw};
    }
    struct clock_pair best = {0, 0};
    uint64_t tightest = UINT64_MAX;
    for (int i = 0; i < 5; i++) {
        uint64_t before = now(clock);
        int64_t nanoseconds = (int64_t)time_of(CLOCK_MONOTONIC_RAW);
        uint64_t width = now(clock) - before;
        if (width < tightest) {
            tightest = width;
            best = (struct clock_pair){before + width / 2, nanoseconds};
        }
    }
    return best;
}

/* The least of several rounds: others want the processor, too. */
double clock_cost(enum channel_clock clock)
{
    enum { ROUNDS = 10, READINGS = 100 };
    uint64_t least = UINT64_MAX;
    for (int round = 0; round < ROUNDS; round++) {
        uint64_t start = time_of(CLOCK_MONOTONIC_RAW);
        for (int i = 0; i < READINGS; i++) {
            uint64_t read = now(clock);
            __asm__ volatile("" : : "r"(read));
        }
        uint64_t took = time_of(CLOCK_MONOTONIC_RAW) - start;
        least = took < least ? took : least;
    }
    return (double)least / READINGS;
}

double clock_rate(const struct clock_pair *first, const struct clock_pair *second)
{
    int64_t elapsed = second->nanoseconds - first->nanoseconds;
    if (elapsed <= 0 || second->ticks <= first->ticks)
        return 0;
    return (double)(second->ticks - first->ticks) * 1e9 / (double)elapsed;
}

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

uint64_t clock_step(enum channel_clock clock)
{
    uint64_t step = 0;
    uint64_t before = now(clock);
    for (int i = 0; i < 1000; i++) {
        uint64_t after = now(clock);
        if (after > before)
            step = common_divisor(after - before, step);
        before = after;
    }
    return step ? step : 1;
}

uint64_t clock_unit(uint64_t step, double rate, double resolution_ns)
{
    double ticks = rate * 1e-9 * resolution_ns;
    uint64_t steps = (uint64_t)(ticks / (double)step);
    return steps > 1 ? steps * step : step;
}
