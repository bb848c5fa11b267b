/*
 * The processes of a recording: which have an id in the trace, who started whom, how they ended.
 * What is new of them is written to the trace as PROCESSES chunks.
 *
 * A process is in the trace from its first event on, or from its end when it has none. Programs of
 * one process (Python's recorder and that of a native extension) have one pid and one image; after
 * exec the image is another, and so is the process in the trace.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_PROCESSES_H
#define NCPROF_CAPTURE_LAUNCHER_PROCESSES_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"
#include "formats/trace/trace_writer.h"

struct processes;

struct processes *processes_new(struct trace_writer *writer);
/* The trace is one that is gone on with: processes that it has are not stated again. */
void processes_resumed(struct processes *processes);
void processes_free(struct processes *processes); /* NULL is allowed */

struct process_start {
    int32_t pid, parent_pid; /* parent's 0: unknown */
    uint64_t image;          /* 0: unknown, the same as any */
    uint32_t pid_namespace;  /* of the pids, as in a block */
    uint64_t ticks;
    const char *name;
    const char *command; /* words with LINEAGE_SEPARATOR between them; "" unknown */
};
/* Says what is known of a process. Returns its number here, also when it was known already. */
uint32_t processes_start(struct processes *processes, const struct process_start *start);
/* `pid` was started by `parent`, neither of them need be recorded. */
void processes_ancestor(struct processes *processes, int32_t pid, int32_t parent);

/* Its id in the trace, made when it has none. */
uint32_t processes_id(struct processes *processes, uint32_t number);
/* The same, PROFILE_NONE when it has none. */
uint32_t processes_known_id(const struct processes *processes, uint32_t number);
int32_t processes_pid(const struct processes *processes, uint32_t number);
const char *processes_command(const struct processes *processes, uint32_t number);

/* As it said itself. */
void processes_exited(struct processes *processes, uint32_t number, uint32_t status,
                      enum channel_exit how, uint64_t ticks);
/* It goes on by exec of a program; "": it could not. */
void processes_execs(struct processes *processes, uint32_t number, const char *program);
/* How the last process with this pid ended, as wait() says it. */
void processes_waited(struct processes *processes, int32_t pid, int status);
/* Asks the system how those ended that are no children of this process; from time to time. */
void processes_look(struct processes *processes);
/* The recording is over: what lives still is said to be running, all else has ended somehow. */
void processes_finish(struct processes *processes);

/* So many more calls of a process have not returned: it ended inside them, or goes on. */
void processes_left_open(struct processes *processes, uint32_t number, uint32_t calls);
/* Those of all processes, by how these ended; after processes_finish(). */
struct processes_open {
    uint64_t cut; /* it was killed, or nobody knows what became of it */
    uint64_t by_exit, by_exit_at_once, by_exec;
    uint64_t running;
};
struct processes_open processes_open(const struct processes *processes);

/* Writes what is new. */
int processes_write(struct processes *processes, struct error *err);

#endif
