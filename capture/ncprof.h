/*
 * ncprof.h: what a program may say to the recorder. Needs no library: without
 * `ncprof record` around the program the calls do nothing.
 *
 *     ncprof_stop();   calls made from here on are not recorded, in any thread
 *     ncprof_start();  they are again
 *
 * A call that was being recorded when ncprof_stop() came is recorded to its end;
 * what it calls meanwhile counts as its own time. Both may be called from any
 * thread and from signal handlers; the last one called holds.
 */
#ifndef NCPROF_H
#define NCPROF_H

#ifdef __cplusplus
extern "C" {
#endif

/* Without noplt GCC takes the functions for absent in executables that are not
 * position-independent. */
#if defined(__clang__)
#define NCPROF_OPTIONAL __attribute__((weak))
#else
#define NCPROF_OPTIONAL __attribute__((weak, noplt))
#endif

NCPROF_OPTIONAL extern void ncprof_recorder_start(void);
NCPROF_OPTIONAL extern void ncprof_recorder_stop(void);

__attribute__((no_instrument_function)) static inline void ncprof_start(void)
{
    if (ncprof_recorder_start)
        ncprof_recorder_start();
}

__attribute__((no_instrument_function)) static inline void ncprof_stop(void)
{
    if (ncprof_recorder_stop)
        ncprof_recorder_stop();
}

#ifdef __cplusplus
}
#endif

#endif
