/* ncprof_stop() and ncprof_start(): what runs in between is not recorded. */
#include "capture/ncprof.h"
#include "tally.h"

#define NOINLINE __attribute__((noinline, noclone))

static volatile long sink;

NOINLINE static long seen(long n)
{
    TALLY();
    return n ? seen(n - 1) + 1 : 0;
}

/* Not tallied itself: its calls are made while nothing is recorded. */
NOINLINE static long hidden(long n)
{
    sink++;
    return n ? hidden(n - 1) + 1 : 0;
}

NOINLINE static void stops_inside(void)
{
    TALLY();
    ncprof_stop();
    sink += hidden(3);
    sink++;
}

NOINLINE static void starts_inside(void)
{
    sink += hidden(2);
    ncprof_start();
    sink += seen(1);
}

int main(void)
{
    TALLY();
    for (int i = 0; i < 100; i++) {
        sink += seen(4);
        ncprof_stop();
        sink += hidden(5);
        ncprof_start();
        sink += seen(1);
        stops_inside();
        starts_inside();
    }
    ncprof_stop();
    return 0;
}
