/* A trace writer that keeps everything in memory, to see exactly what the drain gives to it. */
#ifndef NCPROF_TESTS_RECORD_FAKE_WRITER_H
#define NCPROF_TESTS_RECORD_FAKE_WRITER_H

#include "formats/profile/memory.h"
#include "formats/trace/trace_writer.h"

#define FAKE_LEAVE UINT32_MAX

struct fake_event {
    uint32_t function; /* or FAKE_LEAVE */
    uint64_t ticks;
};

struct fake_thread {
    uint32_t process;
    uint64_t tid;
    char name[64];
    bool ended;
    uint64_t given, written; /* events */
    ARRAY(struct fake_event) events;
};

struct fake_function {
    char *name, *module, *file;
    uint32_t line;
};

struct trace_writer {
    ARRAY(struct fake_thread) threads;
    ARRAY(struct fake_function) functions;
    uint32_t processes, notes, flushes, syncs;
    bool counting;  /* keeps no events, counts them */
    uint64_t chunk; /* events of a thread that are written together; 0: each at once */
    const char *path;
    uint64_t calls;
    int fail_after; /* events until the disk is full; -1 never */
    bool failed;
};

#endif
