/*
 * The test of the channel, with both of its real sides: producers that attach as a traced program
 * does, the drain that empties it, and a writer that keeps what it is given.
 *
 * Event number i of a producer is predictable, so each surviving one can be checked. Every test is
 * a process of its own.
 */
#ifndef NCPROF_TESTS_RECORD_CHANNEL_H
#define NCPROF_TESTS_RECORD_CHANNEL_H

#include "capture/channel/target.h"
#include "capture/launcher/clock.h"
#include "capture/launcher/drain.h"
#include "tests/record/fake_writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define FUNCTIONS 100u
#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("# line %d: %s\n", __LINE__, #condition);                                       \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

extern struct trace_writer writer;
extern struct drain *drain;
extern struct error err;

/* ---- producers ---- */

void define_all(uint32_t first);
bool is_enter(uint64_t i);
void produce_one(struct stream *stream, uint64_t i);
void produce(struct stream *stream, uint64_t from, uint64_t count);

struct work {
    uint64_t count;
    _Atomic uint64_t *progress;
};
void *produce_thread(void *work);
void produce_simply(void); /* 400000 events of one thread */

/* ---- checking ---- */

const char *function_name(uint32_t function);
/* The events of a thread, waits left out, are 0 .. n-1 of the known sequence; returns n or -1. */
int64_t known_prefix(const struct fake_thread *thread);
void drain_until_exit(pid_t pid);
pid_t spawn(void (*producer)(void));
struct channel_header *map_again(void);

/* ---- tests ---- */

struct channel_test {
    const char *name; /* NULL at the end */
    bool (*run)(void);
};
extern const struct channel_test event_tests[], failure_tests[], recovery_tests[];

#endif
