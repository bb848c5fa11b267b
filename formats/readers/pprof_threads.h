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

/* A zeroed struct is empty. */
struct pprof_threads {
    struct names roots;
    struct pprof_thread last;
    uint32_t last_root, process;
    bool any;
};

/* Takes a message Label; false: it is about something else. */
bool pprof_thread_label(struct pprof_tables *tables, struct protobuf label,
                        struct pprof_thread *thread);
/* The root of a thread; of "all" when no label told one. */
uint32_t pprof_thread_root(struct pprof_threads *threads, struct pprof_tables *tables,
                           struct pprof_thread thread);

#endif
