#include "tests/record/channel.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/wait.h>

/* The path is only there so that there is one. */
struct trace_writer writer = {.fail_after = -1, .path = "/"};
struct drain *drain;
struct error err;

/* ---- producers ---- */

void define_all(uint32_t first)
{
    for (uint32_t i = 0; i < FUNCTIONS; i++) {
        char name[32];
        snprintf(name, sizeof name, "f%u", first + i);
        define_function(first + i, i, FUNCTION_PYTHON, name, "test", "test.py");
    }
}

/* Event i: in each group of 8, entered at 0 1 2 5, left at 3 4 6 7. */
bool is_enter(uint64_t i)
{
    return (0x27u >> i % 8 & 1) != 0;
}

void produce_one(struct stream *stream, uint64_t i)
{
    if (is_enter(i)) {
        stream_enter(stream, (uint32_t)(i % FUNCTIONS), stream_now());
        stream->depth++;
    } else {
        stream_leave(stream, stream_now());
        stream->depth--;
    }
}

void produce(struct stream *stream, uint64_t from, uint64_t count)
{
    for (uint64_t i = from; i < from + count; i++)
        produce_one(stream, i);
}

void *produce_thread(void *argument)
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

const char *function_name(uint32_t function)
{
    return writer.functions.data[function].name;
}

int64_t known_prefix(const struct fake_thread *thread)
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

void drain_until_exit(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        drain_wait(drain, 10);
        drain_some(drain, &err);
    }
    drain_rest(drain, &err);
}

pid_t spawn(void (*producer)(void))
{
    fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        close_range(3, ~0U, 0); /* as exec would: a lock is held through each copy */
        if (!target_attach())
            _exit(1);
        producer();
        _exit(0);
    }
    return pid;
}

void produce_simply(void)
{
    struct work work = {400000, NULL};
    define_process("simple", "test");
    define_all(0);
    produce_thread(&work);
}

struct channel_header *map_again(void)
{
    int fd = open(drain_path(drain), O_RDWR | O_CLOEXEC);
    void *map = mmap(NULL, channel_size(CHANNEL_BLOCK_COUNT), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return map;
}
