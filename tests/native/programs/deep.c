/* A million open frames, on a stack large enough; and once more after it. */
#include "tally.h"

#include <pthread.h>
#include <stdlib.h>

__attribute__((noinline, noclone)) static long down(long n)
{
    TALLY();
    volatile long here = n;
    return n ? down(n - 1) + (here & 1) : 0;
}

static void *body(void *data)
{
    TALLY();
    long *result = data;
    *result = down(999990);
    for (int i = 0; i < 100; i++)
        *result += down(1000);
    return NULL;
}

int main(void)
{
    TALLY();
    pthread_attr_t attributes;
    pthread_t thread;
    long result = 0;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, (size_t)512 << 20);
    if (pthread_create(&thread, &attributes, body, &result) != 0)
        return 1;
    pthread_join(thread, NULL);
    printf("result %ld\n", result);
    return 0;
}
