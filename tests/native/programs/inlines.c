/* Functions that are inlined into others: their hooks are called from the same place on the stack.
 */
#include "tally.h"

#include <setjmp.h>

#define INLINED  __attribute__((always_inline)) static inline
#define NOINLINE __attribute__((noinline, noclone))

static volatile long sink;
static jmp_buf back;

INLINED long same(long n)
{
    TALLY();
    sink += n;
    return n & 1;
}

INLINED long both(long n)
{
    TALLY();
    return same(n) + same(n + 1);
}

/* Leaves the function that it was inlined into, and itself, by the back door. */
INLINED void jump_out(long n)
{
    TALLY();
    if (n % 7 == 0)
        longjmp(back, 1);
    sink++;
}

NOINLINE long find(long n)
{
    TALLY();
    long found = 0;
    for (long i = 0; i < n; i++)
        found += same(i) ? both(i) : same(i);
    return found;
}

NOINLINE long maybe_jump(long n)
{
    TALLY();
    jump_out(n);
    return both(n);
}

INLINED long descend_once(long n, long (*further)(long))
{
    TALLY();
    return n ? further(n - 1) : same(n);
}

NOINLINE long descend(long n)
{
    TALLY();
    return descend_once(n, descend) + same(n);
}

int main(void)
{
    TALLY();
    long sum = find(2000);
    for (volatile long i = 0; i < 500; i++)
        if (!setjmp(back))
            sum += maybe_jump(i);
    for (int i = 0; i < 100; i++)
        sum += descend(i);
    printf("sum %ld\n", sum);
    return 0;
}
