/*
 * The channel with both of its real sides: producers that attach as a traced program does, the
 * drain that empties it, and a writer that keeps what it is given. Every test is a process.
 *
 * Event number i of a producer is predictable, so each surviving one can be checked.
 */
#include "capture/channel/target.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/drain.h"
#include "tests/record/fake_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define FUNCTIONS 100u
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# line %d: %s\n", __LINE__, #condition);                                       \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static struct trace_writer writer = {.fail_after = -1};
static struct drain *drain;
static struct error err;

/* ---- producers ---- */

static void define_all(uint32_t first)
{
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%u", first + i);
        define_function(first + i, i, FUNCTION_PYTHON, name, "test", "test.py");
    }
}

/* Event i: in each group of 8, entered at 0 1 2 5, left at 3 4 6 7. */
static bool is_enter(uint64_t i)
{
    return (0x27u >> i % 8 & 1) != 0;
}

static void produce_one(struct stream *stream, uint64_t i)
{
    if (is_enter(i)) {
        stream_enter(stream, (uint32_t)(i % FUNCTIONS), stream_now());
        stream->depth++;
    } else {
        stream_leave(stream, stream_now());
        stream->depth--;
    }
}

static void produce(struct stream *stream, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++)
        produce_one(stream, i);
}

struct work {
    uint64_t count;
    _Atomic uint64_t *progress;
};

static void *produce_thread(void *argument)
{
    const struct work *work = argument;
    struct stream stream;
    stream_open(&stream, CHANNEL_PYTHON);
    define_thread(&stream, "worker");
    for (uint64_t i = 0; i < work->count; i++) {
        produce_one(&stream, i);
        if (work->progress)
            atomic_store_explicit(work->progress, i + 1, memory_order_release);
    }
    stream_close(&stream);
    return NULL;
}

/* ---- checking ---- */

static const char *function_name(uint32_t function)
{
    return writer.functions.data[function].name;
}

/* The events of a thread, waits left out, are 0 .. n-1 of the known sequence; returns n or -1. */
static int64_t known_prefix(const struct fake_thread *thread)
{
    int64_t n = 0;
    uint64_t ticks = 0;
    for (uint32_t e = 0; e < thread->events.count; e++) {
        const struct fake_event *event = &thread->events.data[e];
        if (event->ticks < ticks)
            return -1;
        ticks = event->ticks;
        if (event->function != FAKE_LEAVE && function_name(event->function)[0] == '[') {
            e++; /* its leave */
            continue;
        }
        char expected[32];
        snprintf(expected, sizeof expected, "f%u", (uint32_t)n % FUNCTIONS);
        bool enter = event->function != FAKE_LEAVE;
        if (enter != is_enter((uint64_t)n) ||
            (enter && strcmp(function_name(event->function), expected) != 0)) {
            printf("# event %lld is wrong\n", (long long)n);
            return -1;
        }
        n++;
    }
    return n;
}

static void drain_until_exit(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        drain_wait(drain, 10);
        drain_some(drain, &err);
    }
    drain_rest(drain, &err);
}

static pid_t spawn(void (*producer)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        if (!target_attach())
            _exit(1);
        producer();
        _exit(0);
    }
    return pid;
}

/* ---- tests ---- */

static void produce_simply(void)
{
    struct work work = {400000, NULL};
    define_process("simple", "test");
    define_all(0);
    produce_thread(&work);
}

static bool test_one_thread(void)
{
    drain_until_exit(spawn(produce_simply));
    CHECK(writer.threads.count == 1 && writer.processes == 1);
    CHECK(strcmp(writer.threads.data[0].name, "worker") == 0);
    CHECK(writer.threads.data[0].ended);
    CHECK(known_prefix(&writer.threads.data[0]) == 400000);
    struct drain_state state = drain_state(drain);
    CHECK(state.events == 400000 && state.lost == 0 && state.open_frames == 0);
    CHECK(state.python_streams == 1 && state.native_streams == 0);
    return true;
}

static void produce_in_threads(void)
{
    pthread_t threads[4];
    struct work work = {300000, NULL};
    define_all(0);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, produce_thread, &work);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static bool test_threads(void)
{
    drain_until_exit(spawn(produce_in_threads));
    CHECK(writer.threads.count == 4);
    for (uint32_t t = 0; t < 4; t++)
        CHECK(known_prefix(&writer.threads.data[t]) == 300000);
    return true;
}

static void produce_many_threads(void)
{
    struct work work = {16, NULL};
    define_all(0);
    for (int i = 0; i < 3000; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, produce_thread, &work);
        pthread_join(thread, NULL);
    }
}

static bool test_short_threads(void)
{
    drain_until_exit(spawn(produce_many_threads));
    CHECK(writer.threads.count == 3000);
    for (uint32_t t = 0; t < 3000; t++)
        CHECK(known_prefix(&writer.threads.data[t]) == 16);
    return true;
}

static struct channel_header *map_again(void)
{
    int fd = open(drain_path(drain), O_RDWR | O_CLOEXEC);
    void *map = mmap(NULL, CHANNEL_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map;
}

static void produce_much(void)
{
    struct work work = {4000000, NULL};
    define_all(0);
    produce_thread(&work);
}

static bool test_back_pressure(void)
{
    const struct channel_header *channel = map_again();
    pid_t pid = spawn(produce_much);
    for (int i = 0; i < 20; i++) {
        usleep(20000);
        drain_wait(drain, 0);
        /* Only this much is ever taken at a time: the producer must wait, and in bounded memory. */
        CHECK(atomic_load(&channel->full_count) <= CHANNEL_FULL_LIMIT + 1);
        drain_some(drain, &err);
        CHECK(atomic_load(&channel->reserved) <= CHANNEL_FULL_LIMIT + 64);
    }
    drain_until_exit(pid);
    CHECK(known_prefix(&writer.threads.data[0]) == 4000000);
    CHECK(drain_state(drain).lost == 0);
    return true;
}

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
    CHECK(drain_state(drain).open_frames == depth);
    return true;
}

static bool test_kill(void)
{
    progress = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pid_t pid = spawn(produce_until_killed);
    unsigned random = (unsigned)clock_read(CHANNEL_CLOCK_MONOTONIC).nanoseconds;
    int rounds = 1 + (int)(random % 25);
    for (int i = 0; i < rounds; i++) {
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
    CHECK(state.lost > 100000 && state.unmatched == 0 && state.open_frames == 0);
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
    produce(&stream, 0, 8000000);
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
    alarm(10);
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    unlink(path);
    return true;
}

static void define_long(void)
{
    char name[4000];
    struct stream stream;
    for (uint32_t i = 0; i < 500; i++) {
        memset(name, 'a' + (int)(i % 26), sizeof name);
        snprintf(name + sizeof name - 6, 6, "%05u", i);
        define_function(i, i, FUNCTION_PYTHON, name, NULL, "");
    }
    stream_open(&stream, CHANNEL_PYTHON);
    for (uint32_t i = 0; i < 500; i++) {
        stream_enter(&stream, i, stream_now());
        stream_leave(&stream, stream_now());
    }
    stream_close(&stream);
}

static bool test_definitions(void)
{
    drain_until_exit(spawn(define_long));
    const struct fake_thread *thread = &writer.threads.data[0];
    uint32_t seen = 0;
    for (uint32_t i = 0; i < thread->events.count; i += 2) {
        const char *name = function_name(thread->events.data[i].function);
        if (name[0] == '[')
            continue; /* a wait */
        CHECK(strlen(name) == 3999 && strtoul(name + 3994, NULL, 10) == seen);
        seen++;
    }
    CHECK(seen == 500);
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

static void produce_slowly(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    produce(&stream, 0, 1);
    usleep(900000); /* longer than an event's 30 bits hold */
    produce(&stream, 1, 1);
    stream_set_depth(&stream, 1, stream_now());
    stream_set_depth(&stream, 0, stream_now());
    stream_leave(&stream, stream_now()); /* of a frame that was never entered */
    stream_close(&stream);
}

static bool test_escapes(void)
{
    drain_until_exit(spawn(produce_slowly));
    const struct fake_thread *thread = &writer.threads.data[0];
    CHECK(thread->events.count == 4 && drain_state(drain).unmatched == 1);
    struct clock_pair first = clock_read(clock_choose());
    usleep(20000);
    struct clock_pair second = clock_read(clock_choose());
    double seconds = (double)(thread->events.data[1].ticks - thread->events.data[0].ticks) /
                     clock_rate(&first, &second);
    CHECK(seconds > 0.85 && seconds < 2);
    CHECK(thread->events.data[2].function == FAKE_LEAVE);
    CHECK(thread->events.data[3].ticks >= thread->events.data[2].ticks);
    return true;
}

static void produce_fast(void)
{
    struct stream stream;
    define_all(0);
    stream_open(&stream, CHANNEL_PYTHON);
    for (uint64_t i = 0; i < 20000000; i += 2) {
        stream_enter(&stream, (uint32_t)(i % FUNCTIONS), stream_now());
        stream_leave(&stream, stream_now());
    }
    stream_close(&stream);
}

/* Not a test: what one core of the recorder can take, the trace writer's work left out. */
static bool measure(void)
{
    writer.counting = true;
    pid_t pid = spawn(produce_fast);
    struct timespec end;
    drain_until_exit(pid);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
    printf("# drain: %.1f ns of processor time an event\n",
           ((double)end.tv_sec * 1e9 + (double)end.tv_nsec) / 20e6);
    CHECK(writer.calls >= 10000000);
    return true;
}

static const struct {
    const char *name;
    bool (*run)(void);
} tests[] = {
    {"every event of one thread, in order", test_one_thread},
    {"four threads at once", test_threads},
    {"three thousand short threads", test_short_threads},
    {"a program waits when the recorder is slow, in bounded memory", test_back_pressure},
    {"killed in the middle: every event that was written is there", test_kill},
    {"killed in the middle, again", test_kill},
    {"killed in the middle, and again", test_kill},
    {"fork: the child has its own events and the parent's definitions", test_fork},
    {"fork without a handler", test_raw_fork},
    {"events after the recorder's end are counted", test_lost_after_end},
    {"events lost for want of a block are counted, the stack is right again", test_lost_and_found},
    {"a program that waits for a dead recorder runs on", test_recorder_killed},
    {"definitions over several blocks", test_definitions},
    {"a full disk is said once, the program runs on", test_full_disk},
    {"long pauses, depths and stray leaves", test_escapes},
    {"fast enough to be measured", measure},
};

static int run_test(bool (*test)(void))
{
    if (drain_open(&drain, &writer, &err) != 0)
        return 1;
    setenv(CHANNEL_ENVIRONMENT, drain_path(drain), 1);
    bool passed = test();
    char path[256];
    snprintf(path, sizeof path, "%s", drain_path(drain));
    drain_close(drain);
    if (access(path, F_OK) == 0)
        passed = false;
    fflush(stdout);
    return passed ? 0 : 1;
}

/* With a number: that test alone. */
int main(int argc, char **argv)
{
    unsigned count = sizeof tests / sizeof *tests;
    unsigned only = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 0;
    printf("1..%u\n", only ? 1 : count);
    for (unsigned i = only ? only - 1 : 0; i < (only ? only : count); i++) {
        fflush(stdout);
        pid_t pid = fork();
        if (pid == 0)
            _exit(run_test(tests[i].run));
        int status;
        waitpid(pid, &status, 0);
        printf("%sok %u - %s\n", status == 0 ? "" : "not ", i + 1, tests[i].name);
    }
    return 0;
}
