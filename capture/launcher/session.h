/* The session's shared memory as its owner sees it: made, grown, beaten, removed. */
#ifndef NCPROF_CAPTURE_LAUNCHER_SESSION_H
#define NCPROF_CAPTURE_LAUNCHER_SESSION_H

#include "capture/channel/layout.h"
#include "formats/profile/error.h"

#include <stdbool.h>

/* Where sessions may be, the best place first; NULL: as one before. */
#define SESSION_FOLDERS 3
void session_folders(const char *folders[SESSION_FOLDERS]);

struct session {
    struct channel_header *channel; /* channel_file_size(blocks) bytes */
    uint32_t blocks;                /* here because programs can write over the header */
    int descriptor;
    char path[256];
};

/*
 * In /dev/shm, else TMPDIR, else /tmp; mode 0600; locked as long as this process lives. Smaller
 * where limits (files, address space, disk) do not let it have its full size.
 */
int session_open(struct session *session, enum channel_clock clock, struct error *err);
/*
 * The shared memory of a recorder that is dead. *busy when it lives, or another process recovers
 * the same: then, and when it is no session of this version, nothing is opened.
 */
int session_attach(struct session *session, const char *path, bool *busy, struct error *err);
/* Maps what may be in use by its recorder, only to look at it. 0 or -1. */
int session_look(struct session *session, const char *path);
/* Leaves the file for another try. */
void session_detach(struct session *session);
/* Unmaps and removes the file; programs that still have it mapped write into the void. */
void session_close(struct session *session);

/* Sleeps until programs have handed over enough, one waits, a signal comes or the time is up. */
void session_sleep(struct session *session, int timeout_ms);
/* Says that the recorder lives and wakes programs that wait for room. */
void session_beat(struct session *session);
/* Few enough blocks are FULL that waiting programs may go on. */
bool session_has_room(const struct session *session);
/* Puts memory behind further blocks when few are left free. False: none is, and none can be had. */
bool session_grow(struct session *session);
/* Nothing that this process holds can be given back: programs are not to wait. */
void session_exhaust(struct session *session);
/* A FULL block has been read; what was in it is not yet in the file. */
void session_take_block(struct session *session, uint32_t index);
/* Gives a TAKEN block back; all after its header up to `used` bytes has been written to. */
void session_free_block(struct session *session, uint32_t index, uint32_t used);
/* Puts memory behind bytes of the file's last part, which only the recorder uses. Its first
 * CHANNEL_TAIL_SIZE bytes always have it. */
bool session_reserve(struct session *session, uint64_t offset, uint64_t size);
/* Likewise of the answers' part. */
bool session_reserve_answers(struct session *session, uint64_t offset, uint64_t size);
/* Hands over open blocks with something in them: of dead programs, or at the end everyone's. */
void session_hand_over_open(struct session *session, bool all);
#define SESSION_DIED 2u /* in channel_block.last: the recorder found the program dead */
/* Takes back what killed programs have counted as FULL but never handed over. */
void session_recount(struct session *session, uint32_t excess);
/* Programs record nothing more from here on. */
void session_end(struct session *session);

#endif
