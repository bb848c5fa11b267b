/*
 * Compares every event of a trace of walk.c or walk_program.py with what it must be:
 *
 *     check_walk TRACE THREAD...
 *
 * prints for each thread (tid) "TID TOTAL TAIL MATCH": its events; the place from which on there
 * are only leaves; and the length of the longest beginning that is right. Frames that were open
 * when the program died are left at the end of the trace: where that begins is not to be told from
 * the trace alone, but it is between TAIL and MATCH.
 *
 *     check_walk --calls NUMBER EVENTS
 *
 * prints how often each function is called in the first events of the thread of that number.
 */
#include "formats/trace/replay.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define DEPTH_MAX 7u

struct check {
    const struct trace *trace;
    uint32_t random, depth;
    uint64_t total, tail, match;
    bool wrong;
    int64_t ns;
};

static uint32_t next(struct check *check)
{
    check->random = check->random * 1664525u + 1013904223u;
    return check->random >> 16;
}

/* The number of the function to be entered; -1: a leave is due. */
static int expected(struct check *check)
{
    if (check->depth == 0)
        return next(check) >> 4 & 3;
    if (check->depth > DEPTH_MAX)
        return -1;
    uint32_t r = next(check);
    return r % 16 >= 9 ? -1 : (int)(r >> 4 & 3);
}

static int walk_number(const struct check *check, uint32_t function)
{
    const struct definitions *definitions = &check->trace->definitions;
    const char *name =
        strings_get(&definitions->strings, definitions->functions.data[function].name);
    return strncmp(name, "walk_", 5) == 0 ? name[5] - '0' : -1;
}

static void see(struct check *check, int what, int64_t ns)
{
    if (!check->wrong && expected(check) == what) {
        check->match++;
        check->depth += what >= 0 ? 1u : UINT32_MAX;
    } else {
        check->wrong = true;
    }
    if (ns < check->ns)
        printf("time runs backwards\n");
    check->ns = ns;
    check->total++;
    if (what >= 0)
        check->tail = check->total;
}

static void enter(void *payload, uint32_t function, int64_t ns)
{
    struct check *check = payload;
    int number = walk_number(check, function);
    if (number >= 0)
        see(check, number, ns);
}

static void leave(void *payload, uint32_t function, int64_t ns)
{
    struct check *check = payload;
    if (walk_number(check, function) >= 0)
        see(check, -1, ns);
}

static int check_thread(struct trace *trace, uint64_t tid, uint32_t number)
{
    static const struct replay_visitor visitor = {enter, leave};
    struct check all = {.trace = trace};
    struct error err = {0};
    for (uint32_t i = 0; i < trace->definitions.threads.count; i++) {
        struct check check = {.trace = trace, .random = number + 1};
        if (trace->definitions.threads.data[i].tid != tid)
            continue;
        if (trace_replay(trace, i, &visitor, &check, &err) < 0) {
            fprintf(stderr, "thread %u: %s\n", i, err.text);
            return 1;
        }
        if (check.total > all.total)
            all = check;
    }
    printf("%llu %llu %llu %llu\n", (unsigned long long)tid, (unsigned long long)all.total,
           (unsigned long long)all.tail, (unsigned long long)all.match);
    return 0;
}

static int count_calls(uint32_t number, uint64_t events)
{
    struct check check = {.random = number + 1};
    uint64_t calls[4] = {0};
    for (uint64_t i = 0; i < events; i++) {
        int what = expected(&check);
        check.depth += what >= 0 ? 1u : UINT32_MAX;
        if (what >= 0)
            calls[what]++;
    }
    for (int i = 0; i < 4; i++)
        printf("%llu ", (unsigned long long)calls[i]);
    printf("\n");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 4 && strcmp(argv[1], "--calls") == 0)
        return count_calls((uint32_t)strtoul(argv[2], NULL, 10), strtoull(argv[3], NULL, 10));

    struct stat status;
    struct trace *trace;
    struct error err = {0};
    int fd = argc > 1 ? open(argv[1], O_RDONLY) : -1, result = 0;
    if (fd < 0 || fstat(fd, &status) < 0)
        return 2;
    void *data = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED || trace_load(&trace, data, (size_t)status.st_size, &err) < 0) {
        fprintf(stderr, "%s: %s\n", argv[1], err.text);
        return 2;
    }
    printf("damaged %u lost %u closed %d indexed %d\n", trace->damaged, trace->lost_events,
           trace->closed, trace->indexed);
    for (int i = 2; i < argc; i++)
        result |= check_thread(trace, strtoull(argv[i], NULL, 10), (uint32_t)i - 2);
    trace_free(trace);
    return result;
}
