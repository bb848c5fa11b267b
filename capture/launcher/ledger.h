/*
 * What the recorder would have to know if it were killed now: kept in the last part of the
 * session's shared memory, which traced programs do not map, for `ncprof recover`.
 *
 * It says which trace is written, and for each stream of events from which block on they may not
 * be in it yet, and in which state the stream was there. An entry changes with one store, so that
 * it is whole at any moment.
 */
#ifndef NCPROF_CAPTURE_LAUNCHER_LEDGER_H
#define NCPROF_CAPTURE_LAUNCHER_LEDGER_H

#include "capture/launcher/session.h"

#include <limits.h>

/* A stream where one of its blocks begins. */
struct ledger_progress {
    uint32_t sequence; /* of the block */
    uint32_t depth, hidden;
    uint32_t reserved;
    uint64_t events; /* that the trace's thread was given before */
};

struct ledger_entry {
    _Atomic uint32_t stream; /* + 1; 0: free */
    uint32_t thread;         /* in the trace */
    _Atomic uint32_t turn;   /* which progress holds */
    uint32_t reserved;
    struct ledger_progress progress[2];
};
_Static_assert(sizeof(struct ledger_entry) == 64, "an entry is a cache line");

struct ledger_trace {
    uint64_t device, inode;
    _Atomic uint32_t entries; /* ever used */
    char path[PATH_MAX];      /* where its bytes are; "": not in a file */
    char target[PATH_MAX];    /* what they replace at the end; "": nothing */
};

struct ledger;

#define LEDGER_NONE UINT32_MAX

/* Borrows the session. What an earlier recorder left in it is there. */
struct ledger *ledger_new(struct session *session);
void ledger_free(struct ledger *ledger); /* NULL is allowed */

/* Paths as the writer has them; NULL: none. */
void ledger_set_trace(struct ledger *ledger, const char *path, const char *target);
const struct ledger_trace *ledger_trace(const struct ledger *ledger);

/* LEDGER_NONE when there is no room: such a stream cannot be recovered. */
uint32_t ledger_add(struct ledger *ledger, uint32_t stream, uint32_t thread);
void ledger_advance(struct ledger *ledger, uint32_t number, const struct ledger_progress *progress);
void ledger_remove(struct ledger *ledger, uint32_t entry);

/* For entry 0, 1, ... below ledger_count(); NULL: free. */
uint32_t ledger_count(const struct ledger *ledger);
const struct ledger_entry *ledger_entry(const struct ledger *ledger, uint32_t entry);
struct ledger_progress ledger_progress(const struct ledger_entry *entry);

#endif
