/*
 * A program whose true times are known: every function spins so many iterations of a loop of known
 * length, counts them, and does nothing else. Calls take 50 ns to 1 ms, on stacks 1 to 50 deep.
 *
 * On standard error, at the end: "T ns" of all the work, "W" how much longer than on a processor,
 * "P ns" of a million iterations measured between the calls while it ran (what the machine's pace
 * was), "I name iterations calls" a function: iterations of a long loop, as a short one ends with a
 * branch that the processor guesses wrong, or right; how many of a long one take as long is
 * measured at the end.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PLAIN   __attribute__((no_instrument_function, always_inline)) static inline
#define OUTSIDE __attribute__((no_instrument_function, noinline)) static

struct count {
    uint64_t iterations, calls; /* iterations: of the last call */
};

#define NAMES(X)                                                                                   \
    X(leaf_50ns)                                                                                   \
    X(leaf_100ns) X(leaf_250ns) X(leaf_1us) X(leaf_10us) X(leaf_100us) X(leaf_1ms) X(fan_tiny)     \
        X(fan) X(ping) X(pong) X(descend) X(work)

#define ENUM(name) N_##name,
enum { NAMES(ENUM) N_COUNT };
#define TEXT(name) #name,
static const char *const names[] = {NAMES(TEXT)};
static struct count counts[N_COUNT];

/*
 * An iteration takes one cycle, and the branch depends on all before it: no processor can run ahead
 * of the loop, into the next function, as it would with longer instructions.
 */
PLAIN void spin(uint64_t iterations)
{
#if defined(__x86_64__)
    __asm__ volatile(".p2align 5\n1:\n\tdec %0\n\tjnz 1b" : "+r"(iterations) : : "cc");
#else
    while (--iterations)
        __asm__ volatile("" : "+r"(iterations));
#endif
}

PLAIN void work_of(int name, uint64_t iterations)
{
    counts[name].iterations = iterations;
    counts[name].calls++;
    spin(iterations);
}

OUTSIDE uint64_t read_clock(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (uint64_t)t.tv_sec * UINT64_C(1000000000) + (uint64_t)t.tv_nsec;
}

OUTSIDE uint64_t now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

#define LEAF(name, iterations)                                                                     \
    __attribute__((noinline)) static void name(void)                                               \
    {                                                                                              \
        work_of(N_##name, iterations);                                                             \
    }
LEAF(leaf_50ns, 140)
LEAF(leaf_100ns, 280)
LEAF(leaf_250ns, 700)
LEAF(leaf_1us, 2800)
LEAF(leaf_10us, 28000)
LEAF(leaf_100us, 280000)
LEAF(leaf_1ms, 2800000)
LEAF(fan_tiny, 140)

/* Little of its own and many calls: what the hooks cost its callees' caller is all there is. */
__attribute__((noinline)) static void fan(void)
{
    work_of(N_fan, 400);
    for (int i = 0; i < 8; i++)
        fan_tiny();
}

__attribute__((noinline)) static void pong(int depth);

__attribute__((noinline)) static void ping(int depth)
{
    work_of(N_ping, 200);
    if (depth > 1)
        pong(depth - 1);
}

__attribute__((noinline)) static void pong(int depth)
{
    work_of(N_pong, 400);
    if (depth > 1)
        ping(depth - 1);
}

__attribute__((noinline)) static void descend(int depth)
{
    work_of(N_descend, 160);
    if (depth > 1)
        descend(depth - 1);
}

static uint64_t pace_ns, pace_iterations;

/* Between the calls, and part of nobody's time: it is taken off T. */
OUTSIDE void measure_pace(void)
{
    uint64_t before = now();
    spin(20000);
    uint64_t took = now() - before;
    pace_ns += took;
    pace_iterations += 20000;
}

OUTSIDE void spin_apart(uint64_t iterations)
{
    spin(iterations);
}

/* How many iterations of a long loop take as long as a loop of so many. */
OUTSIDE double iterations_of(uint64_t iterations)
{
    enum { TRIES = 15 };
    double least = 1e300, least_long = 1e300;
    uint64_t times = 400000 / iterations + 1;
    for (int try = 0; try < TRIES; try++) {
        uint64_t start = now();
        for (uint64_t i = 0; i < times; i++)
            spin_apart(iterations);
        uint64_t middle = now();
        spin_apart(times * iterations);
        double took = (double)(middle - start), took_long = (double)(now() - middle);
        least = took < least ? took : least;
        least_long = took_long < least_long ? took_long : least_long;
    }
    return (double)iterations * least / least_long;
}

PLAIN void repeat(void (*function)(void), unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        function();
}

__attribute__((noinline)) static void work(unsigned round)
{
    work_of(N_work, 60000);
    repeat(leaf_50ns, 400);
    repeat(leaf_100ns, 200);
    repeat(leaf_250ns, 80);
    repeat(leaf_1us, 20);
    repeat(leaf_10us, 2);
    repeat(leaf_100us, round % 5 == 0);
    repeat(leaf_1ms, round % 50 == 0);
    repeat(fan, 33);
    for (int depth = 1; depth <= 50; depth += 7)
        ping(depth);
    descend(50);
    for (int depth = 2; depth <= 50; depth += 8)
        descend(depth);
}

__attribute__((no_instrument_function)) int main(int argc, char **argv)
{
    unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 500;
    uint64_t start = now(), cpu = read_clock(CLOCK_THREAD_CPUTIME_ID), outside = 0;
    for (unsigned i = 0; i < rounds; i++) {
        work(i);
        uint64_t before = now();
        measure_pace();
        outside += now() - before;
    }
    uint64_t all = now() - start, took = all - outside;
    cpu = read_clock(CLOCK_THREAD_CPUTIME_ID) - cpu;
    fprintf(stderr, "T %llu\nW %.3f\nP %.0f\n", (unsigned long long)took, (double)all / (double)cpu,
            (double)pace_ns * 1e6 / (double)pace_iterations);
    for (int i = 0; i < N_COUNT; i++)
        fprintf(stderr, "I %s %.0f %llu\n", names[i],
                iterations_of(counts[i].iterations) * (double)counts[i].calls,
                (unsigned long long)counts[i].calls);
    return 0;
}
