#include "tests/record/channel.h"

#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

static _Atomic uint64_t *progress;

static void produce_until_killed(void)
{
    pthread_t threads[3];
    struct work work[3];
    define_all(0);
    for (int i = 0; i < 3; i++) {
        work[i] = (struct work){UINT64_C(1) << 40, &progress[i]};
        pthread_create(&threads[i], NULL, produce_thread, &work[i]);
    }
    pthread_join(threads[0], NULL);
}

static bool check_killed(void)
{
    uint64_t depth = 0;
    uint32_t streams = 0;
    for (uint32_t t = 0; t < writer.threads.count; t++) {
        int64_t n = known_prefix(&writer.threads.data[t]);
        CHECK(n >= 0);
        bool known = false;
        for (int i = 0; i < 3; i++)
            known = known || (uint64_t)n == progress[i] || (uint64_t)n == progress[i] + 1;
        CHECK(known); /* all that was written is there: at most one event is not yet counted */
        for (int64_t e = 0; e < n % 8; e++)
            depth += is_enter((uint64_t)e) ? 1 : UINT64_MAX;
        streams += writer.threads.data[t].ended;
    }
    CHECK(streams == writer.threads.count);
    CHECK(drain_state(drain).open.cut == depth);
    return true;
}

static bool test_kill(void)
{
    progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = spawn(produce_until_killed);
    unsigned random = (unsigned)clock_read(CHANNEL_CLOCK_MONOTONIC).nanoseconds;
    uint64_t enough = random % 1000000;
    while (drain_state(drain).events < enough) {
        drain_wait(drain, 10);
        CHECK(drain_some(drain, &err) == 0);
    }
    usleep(random % 997);
    kill(pid, SIGKILL);
    drain_until_exit(pid);
    return check_killed();
}

static void produce_and_fork(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 1000);
    stream_park(&stream);
    pid_t pid = fork();
    if (pid == 0) {
        target_forked();
        stream_open(&stream, CHANNEL_PYTHON);
    }
    produce(&stream, pid ? 1000 : 0, 50000);
    define_function(FUNCTIONS, 1, FUNCTION_PYTHON, pid ? "parent" : "child", "", "");
    stream_enter(&stream, FUNCTIONS, stream_now());
    stream_leave(&stream, stream_now());
    stream_close(&stream);
    if (pid)
        waitpid(pid, NULL, 0);
}

static bool last_is(const struct fake_thread *thread, const char *name)
{
    uint32_t count = thread->events.count;
    return count > 2 && strcmp(function_name(thread->events.data[count - 2].function), name) == 0;
}

static bool test_fork(void)
{
    drain_until_exit(spawn(produce_and_fork));
    CHECK(writer.threads.count == 2 && writer.processes == 2);
    struct fake_thread *parent = &writer.threads.data[0], *child = &writer.threads.data[1];
    if (parent->events.count < child->events.count) {
        parent = &writer.threads.data[1];
        child = &writer.threads.data[0];
    }
    CHECK(last_is(parent, "parent") && last_is(child, "child"));
    parent->events.count -= 2;
    child->events.count -= 2;
    CHECK(known_prefix(parent) == 51000 && known_prefix(child) == 50000);
    return true;
}

/* No handler told: the stream notices when its block is full. */
static void produce_and_fork_raw(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 80);
    stream_park(&stream);
    pid_t pid = fork();
    produce(&stream, pid ? 80 : 0, 100000);
    stream_close(&stream);
    if (pid)
        waitpid(pid, NULL, 0);
}

static bool test_raw_fork(void)
{
    drain_until_exit(spawn(produce_and_fork_raw));
    CHECK(writer.threads.count == 2 && writer.processes == 2);
    int64_t first = known_prefix(&writer.threads.data[0]);
    int64_t second = known_prefix(&writer.threads.data[1]);
    CHECK(first + second == 200080 && (first == 100000 || second == 100000));
    return true;
}

/* The recorder ends in the middle: what it did not get is counted, the program runs on. */
static bool test_lost_after_end(void)
{
    struct stream stream;
    setenv(CHANNEL_ENVIRONMENT, drain_path(drain), 1);
    CHECK(target_attach());
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 800);
    struct channel_header *channel = map_again();
    atomic_store(&channel->closed, 1);
    produce(&stream, 800, 500000);
    stream_close(&stream);
    CHECK(drain_rest(drain, &err) == 0);
    CHECK(drain_state(drain).events + drain_state(drain).lost == 500800);
    CHECK(drain_state(drain).lost > 480000);
    CHECK(known_prefix(&writer.threads.data[0]) == (int64_t)drain_state(drain).events);
    return true;
}

/* No block for a while: the loss is counted, what follows has the right depth. */
static bool test_lost_and_found(void)
{
    struct stream stream;
    setenv(CHANNEL_ENVIRONMENT, drain_path(drain), 1);
    CHECK(target_attach());
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 2); /* f0 f1 open */
    struct channel_header *channel = map_again();
    uint32_t reserved = atomic_exchange(&channel->reserved, 0);
    atomic_store(&channel->exhausted, 1);
    produce(&stream, 2, 160000 - 2 + 3); /* ends with f0 f1 f2 open, entered while lost */
    CHECK(stream.stopped && stream.depth == 3);
    atomic_store(&channel->reserved, reserved);
    stream_park(&stream);
    stream_leave(&stream, stream_now());
    stream.depth--;
    stream_enter(&stream, 7, stream_now());
    stream.depth++;
    for (int i = 0; i < 3; i++)
        stream_leave(&stream, stream_now());
    stream_close(&stream);
    CHECK(drain_rest(drain, &err) == 0);
    struct drain_state state = drain_state(drain);
    CHECK(state.lost > 100000 && state.unmatched == 0 && state.open.cut == 0);
    CHECK(state.events + state.lost == 160003 + 5);
    const struct fake_thread *thread = &writer.threads.data[0];
    int depth = 0;
    for (uint32_t i = 0; i < thread->events.count; i++)
        depth += thread->events.data[i].function == FAKE_LEAVE ? -1 : 1;
    CHECK(depth == 0);
    CHECK(strcmp(function_name(thread->events.data[thread->events.count - 2].function), "f7") == 0);
    return true;
}

static void wait_for_dead_recorder(void)
{
    struct stream stream;
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 3000000); /* more than the channel holds */
    stream_close(&stream);
}

static bool test_recorder_killed(void)
{
    /* This process's parent is the recorder here: a child that never drains and is then killed. */
    int path_pipe[2];
    char path[256] = "";
    CHECK(pipe(path_pipe) == 0);
    pid_t recorder = fork();
    if (recorder == 0) {
        struct drain *own;
        if (drain_open(&own, &writer, &err) != 0)
            _exit(1);
        ssize_t sent = write(path_pipe[1], drain_path(own), strlen(drain_path(own)) + 1);
        while (sent > 0)
            pause();
        _exit(1);
    }
    CHECK(read(path_pipe[0], path, sizeof path) > 0);
    setenv(CHANNEL_ENVIRONMENT, path, 1);
    pid_t pid = spawn(wait_for_dead_recorder);
    usleep(300000);
    CHECK(waitpid(pid, NULL, WNOHANG) == 0); /* it waits: nobody drains */
    kill(recorder, SIGKILL);                 /* and stays a zombie */
    int status = -1;
    alarm(60);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    unlink(path);
    return true;
}

static bool test_full_disk(void)
{
    writer.fail_after = 1000;
    pid_t pid = spawn(produce_simply);
    int status = 0, failures = 0;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        drain_wait(drain, 10);
        failures += drain_some(drain, &err) != 0;
    }
    failures += drain_rest(drain, &err) != 0;
    CHECK(status == 0 && failures == 1 && strcmp(err.text, "no space") == 0);
    CHECK(drain_state(drain).events == 400000);
    return true;
}

/* A program gone wild in its own memory has the channel there, too. */
static void produce_rubbish(void)
{
    char *channel = (char *)map_again();
    struct channel_header *header = (struct channel_header *)(void *)channel;
    unsigned random = (unsigned)getpid();
    for (int round = 0; round < 300; round++) {
        uint32_t index = (uint32_t)(rand_r(&random) % 60);
        struct channel_block *block = channel_block_at(header, index);
        uint32_t *words = (uint32_t *)(void *)block;
        for (uint32_t i = 0; i < CHANNEL_BLOCK_SIZE / 4; i++)
            words[i] = (uint32_t)rand_r(&random) >> (rand_r(&random) % 31);
        block->stream %= 20;
        block->sequence %= 3;
        block->program %= 20;
        block->parent = (uint32_t)round % 20;
        atomic_store(&block->kind, 1 + (uint32_t)round % 3);
        atomic_store(&header->high_water, round % 30 ? 60 : UINT32_MAX);
        atomic_store(&header->reserved, round % 29 ? 60 : UINT32_MAX);
        atomic_store(&header->states[index], round % 2 ? CHANNEL_FULL : CHANNEL_OPEN);
        if (round % 50 == 0)
            usleep(2000);
    }
}

static bool test_rubbish(void)
{
    pid_t pid = spawn(produce_rubbish);
    writer.counting = true;
    drain_until_exit(pid);
    CHECK(err.code == ERROR_NONE || err.text[0]);
    return true;
}

const struct channel_test failure_tests[] = {
    {"killed in the middle: every event that was written is there", test_kill},
    {"killed in the middle, again", test_kill},
    {"killed in the middle, and again", test_kill},
    {"fork: the child has its own events and the parent's definitions", test_fork},
    {"fork without a handler", test_raw_fork},
    {"events after the recorder's end are counted", test_lost_after_end},
    {"events lost for want of a block are counted, the stack is right again", test_lost_and_found},
    {"a program that waits for a dead recorder runs on", test_recorder_killed},
    {"a full disk is said once, the program runs on", test_full_disk},
    {"rubbish in the channel does no harm to the recorder", test_rubbish},
    {NULL, NULL},
};
