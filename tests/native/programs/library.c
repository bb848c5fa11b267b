/* Built twice, as two libraries that dlopen.c loads by turns. */
#include "tally.h"

#ifndef NAME
#define NAME(x) first_##x
#endif

__attribute__((noinline)) long NAME(inner)(long n);

__attribute__((noinline)) long NAME(inner)(long n)
{
    volatile long here = n;
    return n ? NAME(inner)(n - 1) + (here & 1) : 0;
}

__attribute__((constructor)) static void NAME(begin)(void)
{
    NAME(inner)(1);
}

__attribute__((destructor)) static void NAME(end)(void)
{
    NAME(inner)(0);
}

long entry(long n);
long entry(long n)
{
    return NAME(inner)(n) + NAME(inner)(n / 2);
}
