/* A timer's handler that calls functions, on the ordinary stack and on one of its own. */
#include "tally.h"

#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#define NOINLINE __attribute__((noinline, noclone))

static volatile long sink;
static volatile int jumping;
static sigjmp_buf back;

NOINLINE static int handler_leaf(int n)
{
    TALLY();
    sink += n;
    return n;
}

NOINLINE static int handler_work(int n)
{
    TALLY();
    return n ? handler_work(n - 1) + handler_leaf(n) : handler_leaf(0);
}

static void on_alarm(int number)
{
    TALLY();
    handler_work(number % 5);
    if (jumping)
        siglongjmp(back, 1);
}

NOINLINE static unsigned fib(unsigned n)
{
    TALLY();
    return n < 2 ? n : fib(n - 1) + fib(n - 2);
}

/* Not tallied: it may be left between its entry and its tally. */
NOINLINE static unsigned spin(unsigned n)
{
    return n < 2 ? n : spin(n - 1) + spin(n - 2);
}

static UNSEEN void set_handler(int flags)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART | flags;
    sigaction(SIGALRM, &action, NULL);
}

static UNSEEN void set_timer(int microseconds)
{
    struct itimerval timer = {{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, NULL);
}

int main(void)
{
    TALLY();
    unsigned long sum = 0;
    set_handler(0);
    set_timer(40);
    for (int i = 0; i < 20; i++)
        sum += fib(20);
    set_timer(0);

    stack_t stack = {.ss_sp = malloc(65536), .ss_size = 65536};
    sigaltstack(&stack, NULL);
    set_handler(SA_ONSTACK);
    set_timer(40);
    for (int i = 0; i < 20; i++)
        sum += fib(20);
    set_timer(0);

    set_handler(0);
    jumping = 1;
    for (volatile int i = 0; i < 300; i++) {
        if (sigsetjmp(back, 1) == 0) {
            set_timer(97 + i % 50);
            for (;;)
                sum += spin(12);
        }
    }
    jumping = 0;
    set_timer(0);
    fprintf(stderr, "sum %lu\n", sum);
    return 0;
}
