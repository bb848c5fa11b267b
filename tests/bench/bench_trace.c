/*
 * What the trace container costs: nanoseconds an event to write, bytes a call, events a second to
 * replay. Prints, asserts nothing.
 *
 *     bench_trace [EVENTS.raw]    pairs of uint64_t (ticks, function or 0 for a leave) instead of
 * the made-up streams
 */
#include "formats/profile/memory.h"
#include "formats/trace/replay.h"
#include "formats/trace/trace_writer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FLUSH_EVERY 250000u
#define EVENTS      8000000u

struct stream {
    const char *name;
    uint64_t *pairs;
    size_t count;
    uint32_t functions;
};

/* Of this thread: the machine may be busy with others. */
static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static double least(double a, double b)
{
    return a < b ? a : b;
}

static uint64_t chance(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    return z ^ z >> 27;
}

struct making {
    struct stream *stream;
    uint64_t ticks, random;
    uint64_t base, spread; /* of the ticks between two events */
};

static void add(struct making *making, uint64_t function)
{
    struct stream *stream = making->stream;
    if (stream->count == EVENTS)
        return;
    /* Measured on a real TSC: a few even values, now and then much more. */
    uint64_t noise = chance(&making->random);
    making->ticks += making->base + 2 * (noise % making->spread) + (noise >> 40 & 1 ? 2 : 0);
    if (noise >> 54 == 0)
        making->ticks += noise >> 20 & 0xffff;
    stream->pairs[2 * stream->count] = making->ticks;
    stream->pairs[2 * stream->count++ + 1] = function;
}

static void make_fib(struct making *making, int n)
{
    add(making, 1);
    if (n >= 2) {
        make_fib(making, n - 1);
        make_fib(making, n - 2);
    }
    add(making, 0);
}

static void make_tree(struct making *making, uint32_t function, int depth)
{
    add(making, function);
    uint64_t children = depth > 0 ? chance(&making->random) % 4 : 0;
    for (uint64_t i = 0; i < children && making->stream->count < EVENTS; i++) {
        uint32_t wide = making->stream->functions;
        uint32_t next = (function * 7 + (uint32_t)(chance(&making->random) % 5)) % wide + 1;
        make_tree(making, next, depth - 1);
    }
    add(making, 0);
}

struct counted {
    uint64_t enters, leaves;
    int64_t last;
};

static void on_enter(void *payload, uint32_t function, int64_t ns)
{
    struct counted *counted = payload;
    counted->enters += function != 0;
    counted->last = ns;
}

static void on_leave(void *payload, uint32_t function, int64_t ns)
{
    struct counted *counted = payload;
    counted->leaves += function != 0;
    counted->last = ns;
}

static void write_stream(const struct stream *stream, const char *path)
{
    struct error err = {0};
    struct trace_writer *w;
    if (trace_writer_open(&w, path, true, "{}", stream->pairs[0], 0, &err) < 0)
        return;
    uint32_t thread = trace_writer_thread(w, trace_writer_process(w, 1, 0, ""), 1, "");
    for (uint32_t i = 0; i < stream->functions; i++) {
        char name[32];
        snprintf(name, sizeof name, "function_%u", i);
        trace_writer_function(w, name, "", "", i, FUNCTION_NATIVE);
    }
    double hot = 1, flush = 1; /* seconds an event, of the best batch: others use the machine too */
    for (size_t at = 0; at < stream->count;) {
        size_t first = at, end = at + FLUSH_EVERY;
        end = end < stream->count ? end : stream->count;
        double start = seconds();
        for (; at < end; at++) {
            uint32_t function = (uint32_t)stream->pairs[2 * at + 1];
            if (function)
                trace_writer_enter(w, thread, function, stream->pairs[2 * at], &err);
            else
                trace_writer_leave(w, thread, stream->pairs[2 * at], &err);
        }
        double middle = seconds();
        trace_writer_flush(w, &err);
        double stop = seconds();
        if (end - first < FLUSH_EVERY)
            continue;
        hot = least(hot, (middle - start) / FLUSH_EVERY);
        flush = least(flush, (stop - middle) / FLUSH_EVERY);
    }
    uint64_t calls = trace_writer_totals(w).calls;
    uint64_t end = stream->pairs[2 * stream->count - 2];
    trace_writer_sync(w, end, (int64_t)(end - stream->pairs[0]) * 2 / 5);
    trace_writer_close(w, NULL, &err);
    struct stat status = {0};
    stat(path, &status);
    printf("%-8s %5.1f ns/event taken %5.1f ns/event packed %6.3f bytes/call", stream->name,
           hot * 1e9, flush * 1e9, (double)status.st_size / (double)calls);
}

static void read_stream(const char *path)
{
    static const struct replay_visitor visitor = {on_enter, on_leave};
    struct error err = {0};
    struct trace *trace;
    struct counted counted = {0};
    struct stat status = {0};
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        return;
    size_t size = (size_t)status.st_size;
    void *data = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    double start = seconds(), replay = 1e9;
    if (data == MAP_FAILED || trace_load(&trace, data, size, &err) < 0)
        return;
    double opened = seconds();
    for (int i = 0; i < 5; i++) {
        double begun = seconds();
        counted = (struct counted){0};
        trace_replay(trace, 0, &visitor, &counted, &err);
        replay = least(replay, seconds() - begun);
    }
    printf("   opened in %5.2f ms   replayed %5.1f M events/s\n", (opened - start) * 1e3,
           (double)(counted.enters + counted.leaves) / replay * 1e-6);
    trace_free(trace);
    munmap(data, size);
}

static void measure(const struct stream *stream)
{
    const char *folder = getenv("TMPDIR");
    char *path = memory_printf("%s/bench-%ld.ncp", folder ? folder : "/tmp", (long)getpid());
    write_stream(stream, path);
    read_stream(path);
    unlink(path);
    free(path);
}

/* Functions of a recorded file are addresses: numbers them. */
static int load_raw(struct stream *stream, const char *path)
{
    uint64_t known[4096];
    FILE *in = fopen(path, "rb");
    if (!in)
        return -1;
    while (stream->count < EVENTS && fread(&stream->pairs[2 * stream->count], 16, 1, in) == 1) {
        uint64_t *function = &stream->pairs[2 * stream->count++ + 1];
        uint32_t id = 0;
        while (id < stream->functions && known[id] != *function)
            id++;
        if (*function && id == stream->functions && id < 4096)
            known[stream->functions++] = *function;
        *function = *function ? id + 1 : 0;
    }
    fclose(in);
    return stream->count ? 0 : -1;
}

int main(int argc, char **argv)
{
    struct stream stream = {.pairs = memory_alloc(2 * EVENTS * sizeof(uint64_t))};
    if (argc > 1) {
        stream.name = strrchr(argv[1], '/') ? strrchr(argv[1], '/') + 1 : argv[1];
        if (load_raw(&stream, argv[1]) == 0)
            measure(&stream);
        free(stream.pairs);
        return 0;
    }
    stream.name = "fib";
    stream.functions = 1;
    struct making making = {.stream = &stream, .ticks = 1, .random = 1, .base = 32, .spread = 3};
    while (stream.count < EVENTS)
        make_fib(&making, 30);
    measure(&stream);
    stream = (struct stream){.name = "tree", .pairs = stream.pairs, .functions = 300};
    making = (struct making){.stream = &stream, .ticks = 1, .random = 2, .base = 32, .spread = 300};
    while (stream.count < EVENTS)
        make_tree(&making, 1, 7);
    measure(&stream);
    free(stream.pairs);
    return 0;
}
