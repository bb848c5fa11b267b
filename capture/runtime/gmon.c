/*
 * -pg programs start gprof's bookkeeping by themselves: a profiling timer whose
 * signals disturb the program, and gmon.out in its working directory at the
 * end. Under the recorder neither is wanted. Without a session they work as ever.
 */
#include "capture/channel/layout.h"

#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>

#define VISIBLE __attribute__((visibility("default")))
#define HIDDEN  __attribute__((visibility("hidden")))

VISIBLE void __monstartup(unsigned long low, unsigned long high);
VISIBLE void monstartup(unsigned long low, unsigned long high);
VISIBLE void _mcleanup(void);

/* mcount.S: where hooks go on when there is no session; NULL: into the recorder. */
extern void *mcount_next, *fentry_next;
HIDDEN void *mcount_next, *fentry_next;

static int recording(void)
{
    const char *session = getenv(CHANNEL_ENVIRONMENT);
    return session && *session;
}

__attribute__((constructor)) static void pass_on(void)
{
    if (recording())
        return;
    mcount_next = dlsym(RTLD_NEXT, "mcount");
    fentry_next = dlsym(RTLD_NEXT, "__fentry__");
}

static void start(const char *name, unsigned long low, unsigned long high)
{
    void (*next)(unsigned long, unsigned long) =
        (void (*)(unsigned long, unsigned long))dlsym(RTLD_NEXT, name);
    if (next && !recording())
        next(low, high);
}

void __monstartup(unsigned long low, unsigned long high)
{
    start("__monstartup", low, high);
}

void monstartup(unsigned long low, unsigned long high)
{
    start("monstartup", low, high);
}

void _mcleanup(void)
{
    void (*next)(void) = (void (*)(void))dlsym(RTLD_NEXT, "_mcleanup");
    if (next && !recording())
        next();
}
