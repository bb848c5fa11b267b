/*
 * A program that can be checked after it was killed: walk PROGRESS [SLOT-ENDS [HOW]]
 *
 * Three threads call walk_0 ... walk_3 in an order that a random number generator of their own
 * decides, so that the n-th event of each is known (check_walk.c). Each counts its events, after an
 * enter and before a leave, in its slot of the file PROGRESS: number of the thread, count. It goes
 * on for ever, or the first thread ends the program HOW after SLOT-ENDS events; HOW is "fork": in a
 * child.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define THREADS   3
#define UNSEEN    __attribute__((no_instrument_function))
#define DEPTH_MAX 7

struct slot {
    volatile uint64_t thread, count;
};

struct walker {
    struct slot *slot;
    uint32_t random;
    uint64_t end; /* 0: never */
};

static const char *how = "";

UNSEEN static uint32_t next(struct walker *walker)
{
    walker->random = walker->random * 1664525u + 1013904223u;
    return walker->random >> 16;
}

__attribute__((noinline)) static int overflow(volatile char *below)
{
    volatile char page[4096];
    page[0] = *below;
    return overflow(page) + page[0];
}

UNSEEN static void end_child(void)
{
    if (fork() == 0)
        _exit(0);
    wait(NULL);
}

static void end_in_handler(int number)
{
    if (number == SIGUSR1)
        exit(5);
    _exit(6);
}

UNSEEN static void end_program(void)
{
    volatile char base = 0;
    if (strncmp(how, "handler", 7) == 0) {
        signal(SIGUSR1, end_in_handler);
        signal(SIGUSR2, end_in_handler);
        raise(strcmp(how, "handler-exit") == 0 ? SIGUSR1 : SIGUSR2);
    }
    if (strcmp(how, "_exit") == 0)
        _exit(3);
    if (strcmp(how, "abort") == 0)
        abort();
    if (strcmp(how, "segfault") == 0)
        raise(SIGSEGV);
    if (strcmp(how, "overflow") == 0)
        overflow(&base);
    while (strcmp(how, "memory") == 0) {
        void *memory = malloc(1 << 20);
        if (memory)
            memset(memory, 1, 1 << 20);
    }
    if (strcmp(how, "child") == 0)
        end_child();
    exit(4);
}

/* The parent dies as the child did. */
UNSEEN static void go_on_in_child(void)
{
    if (fork() == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* none is left over */
        return;
    }
    wait(NULL);
    raise(SIGKILL);
}

UNSEEN static inline void count(struct walker *walker)
{
    if (++walker->slot->count == walker->end)
        end_program();
}

static void step(struct walker *walker, uint32_t which, int depth);

#define WALK(n)                                                                                    \
    __attribute__((noinline)) static void walk_##n(struct walker *walker, int depth)               \
    {                                                                                              \
        count(walker);                                                                             \
        for (;;) {                                                                                 \
            uint32_t r = depth < DEPTH_MAX ? next(walker) : 15;                                    \
            if (r % 16 >= 9)                                                                       \
                break;                                                                             \
            step(walker, r >> 4 & 3, depth + 1);                                                   \
        }                                                                                          \
        count(walker);                                                                             \
    }                                                                                              \
    _Static_assert(n < 4, "the walks that step() knows") /* and takes the semicolon */
WALK(0);
WALK(1);
WALK(2);
WALK(3);

UNSEEN static void step(struct walker *walker, uint32_t which, int depth)
{
    static void (*const walks[])(struct walker *, int) = {walk_0, walk_1, walk_2, walk_3};
    walks[which](walker, depth);
}

static void *run(void *argument)
{
    struct walker *walker = argument;
    walker->slot->thread = (uint64_t)gettid();
    for (;;)
        step(walker, next(walker) >> 4 & 3, 0);
    return NULL;
}

int main(int argc, char **argv)
{
    int fd = open(argv[1], O_RDWR | O_CREAT, 0666);
    if (argc < 2 || fd < 0 || ftruncate(fd, 4096) != 0)
        return 1;
    struct slot *slots = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    struct walker walkers[THREADS];
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++) {
        walkers[i] = (struct walker){&slots[i], (uint32_t)i + 1, 0};
        if (i == 0 && argc > 2)
            walkers[i].end = strtoull(argv[2], NULL, 10);
    }
    if (argc > 3)
        how = argv[3];
    if (strcmp(how, "fork") == 0)
        go_on_in_child();
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, &walkers[i]);
    pthread_join(threads[0], NULL);
    return 0;
}
