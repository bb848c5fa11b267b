/* The session's clock as the recorder sees it: which one, what it says now, how fine it is. */
#ifndef NCPROF_CAPTURE_LAUNCHER_CLOCK_H
#define NCPROF_CAPTURE_LAUNCHER_CLOCK_H

#include "capture/channel/layout.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * The time stamp counter where the processor says that it is constant and nonstop and the kernel
 * has not given it up as its own clock (unsynchronised cores); else CLOCK_MONOTONIC.
 */
enum channel_clock clock_choose(void);
/* Whether it has not, by the name of its own clock: hpet, acpi_pm and refined-jiffies are what it
 * takes when it found the counters unreliable. */
bool clock_leaves_counter_trusted(const char *kernel_clock);
const char *clock_name(enum channel_clock clock); /* "tsc", "monotonic", "cpu" */

/* The clock's ticks and CLOCK_MONOTONIC_RAW in nanoseconds, as close together as can be. */
struct clock_pair {
    uint64_t ticks;
    int64_t nanoseconds;
};
/* Every thread has its own CPU clock, which runs in nanoseconds: of that the two are the same. */
struct clock_pair clock_read(enum channel_clock clock);

/* Ticks a second, measured between two pairs; 0 when they are too close to tell. */
double clock_rate(const struct clock_pair *first, const struct clock_pair *second);
/* Nanoseconds that a reading takes. */
double clock_cost(enum channel_clock clock);
/* What the clock goes on by, in ticks: all its readings are multiples of it apart. At least 1. */
uint64_t clock_step(enum channel_clock clock);
/* The ticks that a trace's times are kept in: whole steps, together at most `resolution_ns`, but
 * never less than one step. */
uint64_t clock_unit(uint64_t step, double rate, double resolution_ns);

#endif
