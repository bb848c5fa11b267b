/* Calls in the last place of a function: jumps at -O2, in chains short and long. */
#include "tally.h"

#define NOINLINE __attribute__((noinline, noclone))

static volatile long sink;
long odd(long n), even(long n);

NOINLINE long leaf(long n)
{
    TALLY();
    sink += n;
    return n;
}

NOINLINE long hop_twice(long n)
{
    TALLY();
    sink++;
    return leaf(n + 1);
}

NOINLINE long hop_thrice(long n)
{
    TALLY();
    leaf(n);
    return hop_twice(n + 1);
}

NOINLINE long even(long n)
{
    TALLY();
    if (n == 0)
        return leaf(1);
    return odd(n - 1);
}

NOINLINE long odd(long n)
{
    TALLY();
    if (n % 100 == 0)
        leaf(n);
    return even(n - 1);
}

NOINLINE long mixed(long n)
{
    TALLY();
    long a = hop_thrice(n);
    long b = hop_thrice(a);
    return a + b;
}

int main(void)
{
    TALLY();
    long sum = 0;
    for (int i = 0; i < 2000; i++)
        sum += mixed(i);
    sum += even(20000);
    for (int i = 0; i < 100; i++)
        sum += even(2 * i);
    printf("sum %ld\n", sum);
    return 0;
}
