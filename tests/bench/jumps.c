/*
 * What an interpreter's recorder meets, Lua's for one: small functions that call each other through
 * pointers, and errors that leave many of them at once by longjmp().
 */
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define QUIET __attribute__((no_instrument_function))

struct state {
    jmp_buf *handler;
    uint64_t sum;
    unsigned steps;
};

typedef void operation(struct state *state, unsigned value);

static operation add, rotate, call, pick;
static operation *const operations[] = {add, rotate, add, call, rotate, pick, add, call};

static void fail(struct state *state, unsigned value)
{
    state->sum ^= value;
    longjmp(*state->handler, 1);
}

static void step(struct state *state, unsigned value)
{
    if (++state->steps % 1024 == 0)
        fail(state, value);
    operations[(state->sum >> 7 ^ value) % 8](state, value);
}

static void add(struct state *state, unsigned value)
{
    state->sum += value;
}

static void rotate(struct state *state, unsigned value)
{
    state->sum = (state->sum << 5 | state->sum >> 59) + value;
}

static void call(struct state *state, unsigned value)
{
    for (unsigned i = 0; i < value % 4; i++)
        step(state, value / 2 + i);
}

static void pick(struct state *state, unsigned value)
{
    if (value % 2)
        rotate(state, value);
    else
        step(state, value / 2 + 1);
}

/* Where errors end: none lets the caller notice. */
static void guarded(struct state *state, unsigned value)
{
    jmp_buf here, *before = state->handler;
    state->handler = &here;
    if (setjmp(here) == 0)
        step(state, value);
    state->handler = before;
}

QUIET static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

int main(int argc, char **argv)
{
    struct state state = {0};
    unsigned rounds = argc > 2 ? (unsigned)atoi(argv[2]) : 1000000;
    uint64_t begin = now();
    for (unsigned i = 0; i < rounds; i++)
        guarded(&state, i);
    fprintf(stderr, "T %llu R %llu\n", (unsigned long long)(now() - begin),
            (unsigned long long)state.sum);
    return 0;
}
