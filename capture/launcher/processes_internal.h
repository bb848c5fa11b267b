/* What processes.c and process_facts.c share. */
#ifndef NCPROF_CAPTURE_LAUNCHER_PROCESSES_INTERNAL_H
#define NCPROF_CAPTURE_LAUNCHER_PROCESSES_INTERNAL_H

#include "capture/launcher/endings.h"
#include "capture/launcher/processes.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"

#define NONE PROFILE_NONE

struct process_entry {
    struct process_start start; /* its texts are the entry's own */
    uint32_t id;                /* in the trace; NONE: not there */
    uint32_t before;            /* the entry with the same pid before this one, or NONE */
    uint32_t parent;            /* its id in the trace as far as it is known, or NONE */
    enum process_end end;
    uint64_t end_ticks; /* UINT64_MAX: unknown */
    char *next;         /* what it went on with by exec, unrecorded; NULL: nothing */
    uint32_t status;
    enum channel_exit how; /* it exited; AT_ONCE where it has not said it */
    uint64_t open;         /* calls */
    bool news;
};

struct process_ancestor {
    int32_t pid, parent;
};

struct processes {
    struct trace_writer *writer;
    ARRAY(struct process_entry) list;
    ARRAY(uint32_t) last; /* entry by pid, found through `by_pid` */
    struct index by_pid;
    ARRAY(struct process_ancestor) ancestors;
    struct index by_ancestor;
    ARRAY(uint32_t) news; /* entries */
    struct endings *endings;
    uint32_t pid_namespace; /* of this process */
    bool resumed;
};

/* Where the last entry of a pid stands; NULL: there is none. */
uint32_t *processes_last(const struct processes *processes, int32_t pid);
const struct process_ancestor *processes_ancestor_of(const struct processes *processes,
                                                     int32_t pid);
/* Id in the trace of the process that started it, as far as it is known by now, or NONE. */
uint32_t process_facts_parent(const struct processes *processes, const struct process_entry *entry);

#endif
