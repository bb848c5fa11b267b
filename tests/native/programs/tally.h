/*
 * A program's own count of its calls, to compare a recording with: TALLY() first
 * in a function, "tally NAME COUNT" lines on standard output at the end.
 */
#ifndef TALLY_H
#define TALLY_H

#include <stdio.h>
#include <unistd.h>

#ifdef __cplusplus
#define TALLY_API extern "C" __attribute__((no_instrument_function))
#else
#define TALLY_API __attribute__((no_instrument_function))
#endif
#define UNSEEN __attribute__((no_instrument_function))

struct tally {
    const char *name;
    unsigned long count;
    struct tally *next;
};

TALLY_API void tally_count(struct tally *tally);
TALLY_API void tally_print(void); /* also runs at exit */
TALLY_API void tally_reset(void);

#define TALLY()                                                                                    \
    do {                                                                                           \
        static struct tally tally_here = {__func__, 0, 0};                                         \
        tally_count(&tally_here);                                                                  \
    } while (0)

#endif
