/* Threads by the thousand: ended by return, pthread_exit and cancellation. */
#include "tally.h"

#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <unistd.h>

#define NOINLINE __attribute__((noinline, noclone))
#define AT_ONCE  20
#define ROUNDS   100

static volatile long sink;
static pthread_key_t key;

NOINLINE static long work(long n)
{
    TALLY();
    return n ? work(n - 1) + 1 : 0;
}

NOINLINE static void leave_thread(long n)
{
    TALLY();
    work(n % 7);
    pthread_exit((void *)(intptr_t)n);
}

NOINLINE static void wait_for_end(void)
{
    TALLY();
    work(2);
    for (;;)
        pause();
}

static void clean_up(void *data)
{
    TALLY();
    sink += work((long)(intptr_t)data);
}

static void destroy_value(void *value)
{
    TALLY();
    sink += work((long)(intptr_t)value % 5);
}

static void *body(void *data)
{
    TALLY();
    long n = (long)(intptr_t)data;
    pthread_setspecific(key, (void *)(intptr_t)(n + 1));
    work(n % 11);
    if (n % 3 == 1)
        leave_thread(n);
    if (n % 3 == 2) {
        pthread_cleanup_push(clean_up, (void *)(intptr_t)(n % 4));
        wait_for_end();
        pthread_cleanup_pop(0);
    }
    return NULL;
}

int main(void)
{
    TALLY();
    pthread_key_create(&key, destroy_value);
    for (int round = 0; round < ROUNDS; round++) {
        pthread_t threads[AT_ONCE];
        for (long i = 0; i < AT_ONCE; i++)
            pthread_create(&threads[i], NULL, body, (void *)(intptr_t)(round * AT_ONCE + i));
        for (long i = 0; i < AT_ONCE; i++) {
            if ((round * AT_ONCE + i) % 3 == 2) {
                usleep(50);
                pthread_cancel(threads[i]);
            }
            pthread_join(threads[i], NULL);
        }
    }
    printf("done\n");
    return 0;
}
