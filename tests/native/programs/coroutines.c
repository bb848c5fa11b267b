/* Two hundred coroutines on stacks of their own, switched in turn, finished in another order. */
#include "tally.h"

#include <stdlib.h>
#include <ucontext.h>

#define NOINLINE __attribute__((noinline, noclone))
#define COUNT    200
#define STACK    65536

static ucontext_t scheduler, contexts[COUNT];
static int current;
static volatile long sink;

NOINLINE static void yield(void)
{
    TALLY();
    int self = current;
    swapcontext(&contexts[self], &scheduler);
}

NOINLINE static long walk(int depth)
{
    TALLY();
    yield();
    long result = depth ? walk(depth - 1) + 1 : 0;
    yield();
    return result;
}

static void coroutine(void)
{
    TALLY();
    sink += walk(current % 5);
}

NOINLINE static long plain(int n)
{
    TALLY();
    return n ? plain(n - 1) + 1 : 0;
}

NOINLINE static void resume(int which)
{
    TALLY();
    current = which;
    swapcontext(&scheduler, &contexts[which]);
}

int main(void)
{
    TALLY();
    char *stacks = malloc((size_t)COUNT * STACK);
    for (int i = 0; i < COUNT; i++) {
        getcontext(&contexts[i]);
        contexts[i].uc_stack.ss_sp = stacks + (size_t)i * STACK;
        contexts[i].uc_stack.ss_size = STACK;
        contexts[i].uc_link = &scheduler;
        makecontext(&contexts[i], coroutine, 0);
    }
    for (int turn = 0; turn < 11; turn++) {
        for (int k = 0; k < COUNT; k++) {
            int i = turn % 2 ? COUNT - 1 - k : k;
            if (turn <= 2 * (i % 5 + 1))
                resume(i);
            sink += plain(k % 3);
        }
    }
    free(stacks);
    printf("sink %ld\n", sink);
    return 0;
}
