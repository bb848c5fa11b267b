#include "capture/launcher/session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SPARE_BLOCKS 16u /* free blocks to keep ready */

void session_sleep(struct session *session, int timeout_ms)
{
    struct channel_header *channel = session->channel;
    struct timespec timeout = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
    atomic_store(&channel->drain_asleep, 1);
    uint32_t full = atomic_load(&channel->full_count);
    if (full < CHANNEL_WAKE_COUNT && atomic_load(&channel->waiting) == 0)
        syscall(SYS_futex, &channel->full_count, FUTEX_WAIT, full, &timeout, NULL, 0);
    atomic_store(&channel->drain_asleep, 0);
}

bool session_has_room(const struct session *session)
{
    return atomic_load(&session->channel->full_count) <=
           CHANNEL_FULL_LIMIT - CHANNEL_FULL_LIMIT / 4;
}

void session_beat(struct session *session)
{
    atomic_fetch_add(&session->channel->beat, 1);
    if (atomic_load(&session->channel->waiting))
        syscall(SYS_futex, &session->channel->beat, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

static uint32_t count_free(const struct channel_header *channel, uint32_t reserved)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < reserved; i++)
        count += atomic_load_explicit(&channel->states[i], memory_order_relaxed) == CHANNEL_FREE;
    return count;
}

/* As the header has it, which programs can write over. */
static uint32_t count_reserved(const struct session *session)
{
    uint32_t reserved = atomic_load(&session->channel->reserved);
    return reserved < session->blocks ? reserved : session->blocks;
}

bool session_grow(struct session *session)
{
    struct channel_header *channel = session->channel;
    uint32_t reserved = count_reserved(session);
    uint32_t spare = count_free(channel, reserved);
    if (spare >= SPARE_BLOCKS)
        return true;
    uint32_t more = SPARE_BLOCKS + reserved / 8;
    if (more > session->blocks - reserved)
        more = session->blocks - reserved;
    if (more && posix_fallocate(session->descriptor, (off_t)channel_size(reserved),
                                (off_t)more * CHANNEL_BLOCK_SIZE) == 0) {
        atomic_store(&channel->reserved, reserved + more);
        return true;
    }
    atomic_store(&channel->exhausted, 0);
    return spare > 0 || atomic_load(&channel->full_count) > 0;
}

void session_exhaust(struct session *session)
{
    atomic_store(&session->channel->exhausted, 1);
}

/* Never below zero: a program killed at the wrong moment may have left the count askew. */
static void uncount(_Atomic uint32_t *count, uint32_t less)
{
    uint32_t old = atomic_load(count);
    while (!atomic_compare_exchange_weak(count, &old, old > less ? old - less : 0))
        ;
}

bool session_reserve(struct session *session, uint64_t offset, uint64_t size)
{
    off_t from = (off_t)(channel_tail(session->blocks) + offset);
    return posix_fallocate(session->descriptor, from, (off_t)size) == 0;
}

bool session_reserve_answers(struct session *session, uint64_t offset, uint64_t size)
{
    return posix_fallocate(session->descriptor, (off_t)(channel_size(session->blocks) + offset),
                           (off_t)size) == 0;
}

void session_take_block(struct session *session, uint32_t index)
{
    atomic_store_explicit(&session->channel->states[index], CHANNEL_TAKEN, memory_order_release);
    uncount(&session->channel->full_count, 1);
}

void session_free_block(struct session *session, uint32_t index, uint32_t used)
{
    struct channel_block *block = channel_block_at(session->channel, index);
    /* First of all it is no block any more: a kill in between must not leave half of one. */
    atomic_store_explicit(&block->kind, 0, memory_order_release);
    atomic_signal_fence(memory_order_seq_cst);
    memset((void *)(block + 1), 0, used);
    memset((void *)block, 0, sizeof *block);
    atomic_store_explicit(&session->channel->states[index], CHANNEL_FREE, memory_order_release);
    atomic_store(&session->channel->exhausted, 0);
}

void session_recount(struct session *session, uint32_t excess)
{
    uncount(&session->channel->full_count, excess);
}

static bool is_dead(const struct session *session, const struct channel_block *block)
{
    return block->pid > 0 && block->pid_namespace == session->channel->pid_namespace &&
           kill(block->pid, 0) != 0 && errno == ESRCH;
}

void session_hand_over_open(struct session *session, bool all)
{
    struct channel_header *channel = session->channel;
    uint32_t end = atomic_load(&channel->high_water);
    for (uint32_t i = 0; i < end && i < session->blocks; i++) {
        struct channel_block *block = channel_block_at(channel, i);
        uint32_t open = CHANNEL_OPEN;
        if (atomic_load(&channel->states[i]) != CHANNEL_OPEN || atomic_load(&block->kind) == 0)
            continue;
        if (!all && !is_dead(session, block))
            continue;
        block->last = SESSION_DIED;
        atomic_fetch_add(&channel->full_count, 1);
        if (!atomic_compare_exchange_strong(&channel->states[i], &open, CHANNEL_FULL))
            session_recount(session, 1);
    }
}

void session_end(struct session *session)
{
    atomic_store(&session->channel->closed, 1);
    session_beat(session);
}
