/* longjmp out of frames of many depths, again and again from the same and from other places. */
#include "tally.h"

#include <setjmp.h>

#define NOINLINE __attribute__((noinline, noclone))

static jmp_buf outer, inner;
static volatile long sink;

NOINLINE static void leap(jmp_buf *to, int value)
{
    TALLY();
    sink++;
    longjmp(*to, value);
}

NOINLINE static void small(int value)
{
    TALLY();
    sink += value;
    leap(&outer, value);
    sink++;
}

NOINLINE static void large(int value)
{
    TALLY();
    volatile char room[3000];
    room[value] = (char)value;
    sink += room[value];
    leap(&outer, value);
    sink += room[0];
}

NOINLINE static int dig(int depth, int value)
{
    TALLY();
    volatile int keep = depth;
    if (depth == 0)
        small(value);
    return dig(depth - 1, value) + keep;
}

NOINLINE static int quiet(int value)
{
    TALLY();
    return value * 3 + (int)sink % 2;
}

/* Recursion left by a jump into the middle of itself. */
NOINLINE static int middle(int depth)
{
    TALLY();
    volatile int keep = depth;
    if (depth == 10) {
        if (setjmp(inner) == 0)
            return middle(depth - 1) + keep;
        return quiet(keep);
    }
    if (depth == 0)
        leap(&inner, 1);
    return middle(depth - 1) + keep;
}

static inline __attribute__((always_inline)) void inlined_jump(int value)
{
    sink += value;
    leap(&outer, value);
}

static inline int inlined_twice(int value)
{
    return quiet(value) + quiet(value + 1);
}

NOINLINE static void through_pointer(void (*function)(int), int value)
{
    TALLY();
    volatile int keep = value;
    function(keep);
    sink += keep;
}

NOINLINE static long one_round(int i)
{
    TALLY();
    volatile long sum = 0;
    if (setjmp(outer) == 0)
        small(i + 1);
    sum += quiet(i);
    if (setjmp(outer) == 0)
        large(i % 100 + 1);
    for (volatile int k = 0; k < 3; k++) {
        if (setjmp(outer) == 0)
            through_pointer(k % 2 ? small : large, k + 1);
    }
    if (setjmp(outer) == 0)
        dig(i % 30, 7);
    if (setjmp(outer) == 0)
        inlined_jump(i + 1);
    sum += inlined_twice(i);
    sum += middle(20);
    return sum;
}

int main(void)
{
    TALLY();
    long sum = 0;
    for (int i = 0; i < 1000; i++)
        sum += one_round(i);
    printf("sum %ld\n", sum);
    return 0;
}
