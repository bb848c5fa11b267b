/*
 * Recording is stopped and started: by the program (ncprof.h, Python's module ncprof), by a signal
 * to `ncprof record`, by its options. One switch for all programs of a session; the last one holds.
 *
 * The switch is the session's page of shared memory, mapped over a page of the program's data, so
 * hooks read a variable. Before that, and where it cannot be mapped, the page is the program's own.
 */
#ifndef NCPROF_CAPTURE_CHANNEL_CONTROL_H
#define NCPROF_CAPTURE_CHANNEL_CONTROL_H

#include "capture/channel/layout.h"

#include <stdbool.h>
#include <time.h>

/* Throws it and keeps the time. Fit for signal handlers; it changes no errno. */
static inline void control_set(struct channel_control *control, bool stop)
{
    struct timespec now;
    if (atomic_exchange(&control->stopped, stop) == stop)
        return;
    uint32_t number = atomic_fetch_add(&control->switches, 1);
    if (number >= CHANNEL_SWITCHES)
        return;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    uint64_t time = (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
    atomic_store(&control->log[number], time << 1 | stop);
}

#pragma GCC visibility push(hidden)

/* Of this program; hooks look at its `stopped` only. */
extern struct channel_control recording_control;

/* What the program asks for. Fit for signal handlers. */
void control_switch(bool stop);

/*
 * From here on the session's switch holds. What the program switched before is taken over. After
 * target_attach(), once a process; measuring the hooks' cost comes before it.
 */
void control_obey(void);

#pragma GCC visibility pop

#endif
