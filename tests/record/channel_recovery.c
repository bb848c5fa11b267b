/* One recorder after another: each goes on with the shared memory and the trace of the one before.
 */
#include "tests/record/channel.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#define THREADS 3
#define COUNT   UINT64_C(1000000)

static void produce_threads(void)
{
    pthread_t threads[THREADS];
    struct work work = {COUNT, NULL};
    define_process("three", "test");
    define_all(0);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, produce_thread, &work);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
}

/* The recorder is gone, with all that it had not written; what it wrote is what the next finds. */
static bool take_over(void)
{
    struct session session;
    bool busy;
    char path[256];
    snprintf(path, sizeof path, "%s", drain_path(drain));
    CHECK(session_attach(&session, path, &busy, &err) != 0 && busy); /* it still lives */
    drain_leave(drain);
    for (uint32_t i = 0; i < writer.threads.count; i++) {
        struct fake_thread *thread = &writer.threads.data[i];
        if (thread->written < thread->events.count)
            thread->events.count = (uint32_t)thread->written;
        thread->given = thread->written;
    }
    /* A program that was forked just now may still have the descriptor, and by it the lock. */
    int tries = 0;
    while (session_attach(&session, path, &busy, &err) != 0 && tries++ < 1000)
        usleep(1000);
    if (tries >= 1000)
        abort();
    drain = drain_resume(&session, &writer);
    return true;
}

static bool check_all(void)
{
    CHECK(writer.threads.count == THREADS && writer.processes == 1);
    for (int i = 0; i < THREADS; i++)
        CHECK(known_prefix(&writer.threads.data[i]) == (int64_t)COUNT);
    return true;
}

static bool test_successors(void)
{
    unsigned random = 7;
    int status, recorders = 1;
    writer.chunk = 50000;
    pid_t pid = spawn(produce_threads);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        for (int passes = rand_r(&random) % 2; passes >= 0; passes--) {
            drain_wait(drain, 10);
            CHECK(drain_some(drain, &err) == 0);
        }
        CHECK(take_over());
        recorders++;
    }
    CHECK(take_over());
    drain_rest(drain, &err);
    printf("# %d recorders\n", recorders + 1);
    return check_all();
}

/* Both dead: nothing but the file is left. */
static bool test_both_dead(void)
{
    int status;
    writer.chunk = 100000;
    pid_t pid = spawn(produce_threads);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        drain_wait(drain, 10);
        CHECK(drain_some(drain, &err) == 0);
    }
    CHECK(take_over());
    drain_rest(drain, &err);
    return check_all();
}

static void define_and_exit(void)
{
    struct work work = {80, NULL};
    for (int i = 0; i < 400; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            target_forked();
            define_all(FUNCTIONS);
            produce_thread(&work);
            _exit(0);
        }
        waitpid(pid, NULL, 0);
    }
}

static uint32_t blocks_in_use(void)
{
    struct channel_header *channel = map_again();
    uint32_t count = 0;
    for (uint32_t i = 0; i < channel->block_count; i++)
        count += atomic_load(&channel->states[i]) != CHANNEL_FREE;
    munmap(channel, channel_size(CHANNEL_BLOCK_COUNT));
    return count;
}

/* Definitions are kept for a recovery, but not those of programs that are over. */
static void produce_children(void)
{
    define_all(0);
    define_and_exit();
}

static bool test_definitions_go(void)
{
    int status;
    uint32_t most = 0;
    pid_t pid = spawn(produce_children);
    while (waitpid(pid, &status, WNOHANG) == 0) {
        drain_wait(drain, 10);
        CHECK(drain_some(drain, &err) == 0);
    }
    usleep(1100000); /* once a second it looks after them */
    CHECK(drain_some(drain, &err) == 0);
    usleep(1100000);
    CHECK(drain_some(drain, &err) == 0);
    most = blocks_in_use();
    printf("# %u blocks in use after 400 processes\n", most);
    CHECK(most < 70);
    CHECK(drain_rest(drain, &err) == 0);
    CHECK(writer.threads.count == 400);
    for (int i = 0; i < 400; i++)
        CHECK(known_prefix(&writer.threads.data[i]) == 80);
    return true;
}

const struct channel_test recovery_tests[] = {
    {"recorders killed one after the other: not an event is missing", test_successors},
    {"recorder and program dead: the file has what the trace has not", test_both_dead},
    {"definitions of programs that are over are given back", test_definitions_go},
    {0},
};
