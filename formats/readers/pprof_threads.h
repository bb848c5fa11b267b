/*
 * The labels of pprof's samples that tell a thread: "thread", "thread_name" and "thread_id", as
 * several writers have them (the format itself knows no threads).
 */
#ifndef NCPROF_FORMATS_READERS_PPROF_THREADS_H
#define NCPROF_FORMATS_READERS_PPROF_THREADS_H

#include "formats/readers/names.h"
#include "formats/readers/pprof_tables.h"

struct pprof_thread {
    uint64_t name; /* number of a string; 0: none */
    uint64_t id;   /* 0: unknown */
};

/* Threads by number, in the order of their coming. A zeroed struct is empty. */
struct pprof_threads {
    ARRAY(struct pprof_thread) threads;
    struct names numbers;
    uint32_t last; /* that was asked for */
};

/* Takes a message Label; false: it is about something else. */
bool pprof_thread_label(struct pprof_tables *tables, struct protobuf label,
                        struct pprof_thread *thread);
uint32_t pprof_thread_number(struct pprof_threads *threads, struct pprof_thread thread);
/* States all threads, each with its tree; the one that no label told is "all". */
void pprof_threads_state(const struct pprof_threads *threads, struct pprof_tables *tables,
                         const uint32_t *trees);
void pprof_threads_free(struct pprof_threads *threads);

#endif
