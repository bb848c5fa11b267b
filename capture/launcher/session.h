/* The session's shared memory as its owner sees it: made, grown, beaten, removed. */
#ifndef NCPROF_CAPTURE_LAUNCHER_SESSION_H
#define NCPROF_CAPTURE_LAUNCHER_SESSION_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"

#include <stdbool.h>

struct session {
    struct channel_header *channel;
    int descriptor;
    char path[256];
};

/*
 * In /dev/shm, else TMPDIR, else /tmp; mode 0600. Files that killed recorders of this user have
 * left there are removed.
 */
int session_open(struct session *session, enum channel_clock clock, struct error *err);
/* Unmaps and removes the file; programs that still have it mapped write into the void. */
void session_close(struct session *session);

/* Sleeps until programs have handed over enough, one waits, a signal comes or the time is up. */
void session_sleep(struct session *session, int timeout_ms);
/* Says that the recorder lives and wakes programs that wait for room. */
void session_beat(struct session *session);
/* Few enough blocks are FULL that waiting programs may go on. */
bool session_has_room(const struct session *session);
/* Puts memory behind further blocks when few are left free. */
void session_grow(struct session *session);
/* Gives a FULL block back; all after its header up to `used` bytes has been written to. */
void session_free_block(struct session *session, uint32_t index, uint32_t used);
/* Takes back what killed programs have counted as FULL but never handed over. */
void session_recount(struct session *session, uint32_t excess);
/* Programs record nothing more from here on. */
void session_end(struct session *session);

#endif
