/* Ends in the middle: the frames open at abort() are known. */
#include "tally.h"

#include <stdlib.h>

__attribute__((noinline)) static int down(int n)
{
    TALLY();
    if (n == 0) {
        tally_print();
        abort();
    }
    return down(n - 1) + 1;
}

int main(void)
{
    TALLY();
    return down(1000);
}
