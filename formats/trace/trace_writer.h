/*
 * Writes the .ncp container of FORMAT.md while a program runs.
 *
 * The writer takes events in the order of each thread, keeps the thread's call
 * stack and tree, and appends a chunk (definitions, summary, events) when a
 * thread's buffer is full or trace_writer_flush() is called. Every prefix of
 * the file is readable. Not thread-safe: one caller.
 *
 * Once the disk refuses (ENOSPC, EIO, EFBIG) the writer keeps counting but
 * writes nothing more; the call that met it and trace_writer_close() say so. The caller
 * ignores SIGXFSZ, or a limit on file size ends the program instead.
 */
#ifndef NCPROF_FORMATS_TRACE_TRACE_WRITER_H
#define NCPROF_FORMATS_TRACE_TRACE_WRITER_H

#include "formats/profile/error.h"
#include "formats/profile/profile.h"
#include "formats/trace/trace_unit.h"

#include <stdbool.h>
#include <stdint.h>

struct trace_writer;

/*
 * Creates `path` (refuses an existing one unless `force`) and writes the header.
 * `metadata` is a JSON object (text) as FORMAT.md describes: command, host, size, ...
 * Ticks are the recorder's clock, here and below; the file's are `clock.unit` of them, a number in
 * the metadata; (ticks, ns) pairs from trace_writer_sync() give its
 * rate, ns being CLOCK_MONOTONIC_RAW; (start_ticks, start_unix_ns) is the first moment.
 */
int trace_writer_open(struct trace_writer **out, const char *path, bool force, const char *metadata,
                      uint64_t start_ticks, int64_t start_monotonic_ns, struct error *err);

/* A file that its recorder did not finish. */
struct trace_cut {
    const char *path;        /* where the bytes are */
    const char *target;      /* to be replaced by it at the end; NULL: nothing */
    const uint32_t *threads; /* that go on; all others have ended */
    uint32_t thread_count;
};

/*
 * Goes on where a killed recorder left `cut->path`: all its whole chunks stay, what is torn behind
 * them goes. The threads that go on have the frames open that they had; functions that are in the
 * file already keep their ids. *closing becomes the text of the CLOSING chunk, if there is one, the
 * caller's to free. ERROR_USAGE when the file is complete, ERROR_FORMAT when it is damaged.
 */
int trace_writer_resume(struct trace_writer **out, const struct trace_cut *cut, char **closing,
                        struct error *err);
/* Where the bytes go, and what they replace at the end (NULL: nothing). NULL path: not a file. */
struct trace_place {
    const char *path, *target;
};
struct trace_place trace_writer_place(const struct trace_writer *writer);
/* The last process of that pid in the file, PROFILE_NONE: there is none. */
uint32_t trace_writer_find_process(const struct trace_writer *writer, uint64_t pid);
uint32_t trace_writer_thread_count(const struct trace_writer *writer);

/* Each returns the id to use below. Strings are copied. */
uint32_t trace_writer_process(struct trace_writer *writer, uint64_t pid, uint64_t parent_pid,
                              const char *name);
uint32_t trace_writer_thread(struct trace_writer *writer, uint32_t process, uint64_t tid,
                             const char *name);
uint32_t trace_writer_function(struct trace_writer *writer, const char *name, const char *module,
                               const char *file, uint32_t line, enum function_kind kind);
void trace_writer_thread_name(struct trace_writer *writer, uint32_t thread, const char *name);

/*
 * Hot path. Ticks do not run backwards within a thread; if they do, they are clamped. Leaves
 * without an open frame are left out, and so are events of a thread that has ended; a note counts
 * them.
 */
int trace_writer_enter(struct trace_writer *writer, uint32_t thread, uint32_t function,
                       uint64_t ticks, struct error *err);
int trace_writer_leave(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                       struct error *err);
/*
 * For many events at once (event_log.h): what the two above write to, in units of `unit`, as long
 * as there is room. NULL when only they can take the next event.
 */
struct event_log *trace_writer_log(const struct trace_writer *writer, uint32_t thread,
                                   struct trace_unit *unit);
/* The thread ended: frames still open are closed at `ticks`. */
int trace_writer_thread_end(struct trace_writer *writer, uint32_t thread, uint64_t ticks,
                            struct error *err);

/* Two clocks read at the same moment. */
void trace_writer_sync(struct trace_writer *writer, uint64_t ticks, int64_t monotonic_ns);
/* A sentence for the user, kept in the file: lost events, what could not be recorded. */
int trace_writer_note(struct trace_writer *writer, const char *text, struct error *err);
/* Facts about processes that have come up, JSON as FORMAT.md describes it, section 7. */
int trace_writer_processes(struct trace_writer *writer, const char *facts, struct error *err);
/* A JSON object with what is known so far of metadata that CLOSING holds: the last one counts. */
int trace_writer_state(struct trace_writer *writer, const char *metadata, struct error *err);
/* Appends what is buffered, so that a kill right after it loses nothing before it. */
int trace_writer_flush(struct trace_writer *writer, struct error *err);
/* The same for one thread. On failure its events are given up, and there is room again. */
int trace_writer_flush_thread(struct trace_writer *writer, uint32_t thread, struct error *err);
/* The disk has refused: nothing more is written. */
bool trace_writer_failed(const struct trace_writer *writer);
/* Events of a thread, from its first, that are in the file or were given up. */
uint64_t trace_writer_written(const struct trace_writer *writer, uint32_t thread);

/*
 * A thread of a resumed file goes on behind its `events`-th event, although not all before it are
 * in the file (its writer was killed when the file was full): the frames that are open there are
 * left. How many are missing.
 */
uint64_t trace_writer_skip(struct trace_writer *writer, uint32_t thread, uint64_t events);

struct trace_totals {
    uint64_t calls;
    uint64_t bytes; /* written to the file so far */
    uint32_t threads, processes, functions;
};
struct trace_totals trace_writer_totals(const struct trace_writer *writer);

/*
 * Flushes, writes the closing metadata (a JSON object: exit status, end time, losses; may be
 * NULL), the index and the footer, and frees the writer, also on failure. A file without one
 * event is kept: that is the caller's decision.
 */
int trace_writer_close(struct trace_writer *writer, const char *metadata, struct error *err);

#endif
