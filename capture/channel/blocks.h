/* Claiming and handing over blocks: shared by the event streams and the definitions. */
#ifndef NCPROF_CAPTURE_CHANNEL_BLOCKS_H
#define NCPROF_CAPTURE_CHANNEL_BLOCKS_H

#include "capture/channel/layout.h"

#include <stdbool.h>

#define BLOCK_NONE UINT32_MAX

#pragma GCC visibility push(hidden)

/* What this process is in the session; `channel` is NULL when it is not attached. */
struct target {
    struct channel_header *channel;
    int32_t pid;
    uint32_t program, parent; /* definitions streams; UINT32_MAX: none */
    uint32_t pid_namespace;
    /* Memory that is zero in a child of fork(): told without a system call. NULL: ask for the pid.
     */
    _Atomic uint32_t *mark;
    /* Blocks are mapped from the first on, as many as this; segments[0] follows the header. */
    _Atomic uint32_t reach;
    _Atomic bool at_end; /* no more of them can be mapped */
    char *_Atomic segments[CHANNEL_BLOCK_COUNT / CHANNEL_SEGMENT];
};
extern struct target target;

/* Maps the session of that path; false when there is none, it is over, or there is no memory. */
bool session_map(const char *path);
/* Maps the segment that begins at block target.reach; false when that cannot be. */
bool session_extend(void);
/* Maps the answers when it is first called; NULL when there is no room for them. */
char *session_answers(void);
/* A block below target.reach. */
static inline struct channel_block *block_at(uint32_t index)
{
    uint64_t offset = (uint64_t)(index % CHANNEL_SEGMENT) * CHANNEL_BLOCK_SIZE;
    char *segment =
        atomic_load_explicit(&target.segments[index / CHANNEL_SEGMENT], memory_order_acquire);
    return (struct channel_block *)(void *)(segment + offset);
}

/* A new stream number of the session. */
uint32_t block_stream_number(void);
/*
 * Waits for room if it must and says so; BLOCK_NONE when there is nothing to be had. For events
 * that is also when there is no room in a session that drops what it has no room for.
 */
uint32_t block_claim(enum channel_kind kind, bool *waited);
/* Fills the header of a claimed block; its content may be written afterwards. */
struct channel_block *block_begin(uint32_t index, enum channel_kind kind, uint32_t stream,
                                  uint32_t sequence, int32_t tid, uint64_t base_ticks);
void block_hand_over(uint32_t index, bool last);

/* One wait for the recorder's next pass, unless `beat` is no more what was seen. Finds out when
 * there is no recorder any more: false. *silent starts with 0. */
bool block_wait(uint32_t seen, unsigned *silent);

/* The recorder is to look at once: a process that has just begun may be over soon. */
void block_wake(void);

/* definitions.c: forgets the parent's block after fork. */
void definitions_forked(void);
/* One record, which gets its size and its time. False: it found no room. */
bool definitions_write(struct channel_record *record, const char *first, const char *second,
                       const char *third);

#pragma GCC visibility pop

#endif
