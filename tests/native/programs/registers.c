/* Arguments and results in every register there is must survive the hooks. */
#include "tally.h"

#include <complex.h>
#include <string.h>

#define NOINLINE __attribute__((noinline, noclone))

typedef double wide __attribute__((vector_size(32)));
typedef struct {
    long a, b;
} two;
typedef struct {
    double x;
    long y;
} both;
typedef struct {
    long values[5];
} large;

NOINLINE static long six(long a, long b, long c, long d, long e, long f, long g)
{
    TALLY();
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g;
}

NOINLINE static double eight(double a, double b, double c, double d, double e, double f, double g,
                             double h)
{
    TALLY();
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}

NOINLINE static long double extended(long double x)
{
    TALLY();
    return x * 2;
}

NOINLINE static double complex rotated(double complex z)
{
    TALLY();
    return z * I;
}

NOINLINE static long double complex rotated_extended(long double complex z)
{
    TALLY();
    return z * I;
}

NOINLINE static two pair(long a)
{
    TALLY();
    return (two){a, ~a};
}

NOINLINE static both mixed(double x, long y)
{
    TALLY();
    return (both){x / 2, y * 2};
}

NOINLINE static __int128 product(long a, long b)
{
    TALLY();
    return (__int128)a * b;
}

NOINLINE static large spread(long a)
{
    TALLY();
    return (large){{a, a + 1, a + 2, a + 3, a + 4}};
}

NOINLINE static wide lanes(wide a, wide b)
{
    TALLY();
    return a + b;
}

NOINLINE static int variadic(int count, ...)
{
    TALLY();
    __builtin_va_list list;
    double sum = 0;
    __builtin_va_start(list, count);
    for (int i = 0; i < count; i++)
        sum += __builtin_va_arg(list, double);
    __builtin_va_end(list);
    return (int)sum;
}

/* A nested function finds its frame through the static chain register. */
NOINLINE static long chained(long n)
{
    TALLY();
    long seen = n;
    NOINLINE long nested(long k)
    {
        return seen += k;
    }
    return nested(n) + nested(1);
}

static UNSEEN int check(long i)
{
    double d = (double)i;
    wide a = {d, d + 1, d + 2, d + 3}, b = {1, 2, 3, 4}, c = lanes(a, b);
    two t = pair(i);
    both m = mixed(d, i);
    large l = spread(i);
    long double complex z = rotated_extended((long double)i + 2.0L * I);
    return six(i, 1, 2, 3, 4, 5, 6) == i + 2 + 6 + 12 + 20 + 30 + 42 &&
           eight(d, 1, 2, 3, 4, 5, 6, 7) == d + 2 + 6 + 12 + 20 + 30 + 42 + 56 &&
           extended((long double)i) == 2.0L * (long double)i && cimag(rotated(d)) == d &&
           creall(z) == -2 && cimagl(z) == (long double)i && t.a == i && t.b == ~i &&
           m.x == d / 2 && m.y == 2 * i && product(i, i) == (__int128)i * i &&
           l.values[4] == i + 4 && c[0] == d + 1 && c[3] == d + 7 &&
           variadic(4, d, 1.0, 2.0, 3.0) == (int)(d + 6) && chained(i) == 4 * i + 1;
}

int main(void)
{
    TALLY();
    for (long i = 0; i < 40000; i++) {
        if (!check(i)) {
            printf("wrong at %ld\n", i);
            return 1;
        }
    }
    printf("right\n");
    return 0;
}
