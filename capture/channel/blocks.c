#include "capture/channel/blocks.h"
#include "capture/channel/process.h"

#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WAIT_NANOSECONDS 20000000L
/* Waits without a beat before the recorder's death is believed: another PID namespace hides it. */
#define SILENT_ROUNDS 5u

struct target target = {.program = UINT32_MAX, .parent = UINT32_MAX};

static void futex_wait(_Atomic uint32_t *word, uint32_t seen)
{
    struct timespec timeout = {0, WAIT_NANOSECONDS};
    syscall(SYS_futex, word, FUTEX_WAIT, seen, &timeout, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

uint32_t block_stream_number(void)
{
    return atomic_fetch_add(&target.channel->streams, 1);
}

/* Its pid may belong to another process by now. */
static bool recorder_gone(void)
{
    int32_t pid = target.channel->recorder_pid;
    uint64_t start = target.channel->recorder_start;
    if (kill(pid, 0) != 0 && errno == ESRCH)
        return true;
    struct process_look look = process_look(pid);
    return look.state == 'Z' || look.state == 'X' || (look.start && start && look.start != start);
}

static void raise_high_water(uint32_t count)
{
    uint32_t old = atomic_load(&target.channel->high_water);
    while (old < count && !atomic_compare_exchange_weak(&target.channel->high_water, &old, count))
        ;
}

static uint32_t take_lowest(void)
{
    struct channel_header *channel = target.channel;
    uint32_t reserved = atomic_load_explicit(&channel->reserved, memory_order_acquire);
    for (uint32_t i = 0; i < reserved && i < CHANNEL_BLOCK_COUNT; i++) {
        uint32_t state = CHANNEL_FREE;
        if (atomic_load_explicit(&channel->states[i], memory_order_relaxed) != CHANNEL_FREE)
            continue;
        if (i >= atomic_load_explicit(&target.reach, memory_order_acquire) && !session_extend())
            break;
        if (atomic_compare_exchange_strong(&channel->states[i], &state, CHANNEL_OPEN)) {
            raise_high_water(i + 1);
            return i;
        }
    }
    return BLOCK_NONE;
}

/*
 * The blocks that this process could map are all in use for long, however many there are beyond:
 * waiting might never end.
 */
static bool out_of_reach(void)
{
    uint32_t reach = atomic_load(&target.reach);
    if (!atomic_load(&target.at_end) || atomic_load(&target.channel->reserved) <= reach)
        return false;
    for (uint32_t i = 0; i < reach; i++) {
        uint32_t state = atomic_load(&target.channel->states[i]);
        bool read = state == CHANNEL_TAKEN && atomic_load(&block_at(i)->kind) > CHANNEL_DEFINITIONS;
        if (state == CHANNEL_FULL || read)
            return false;
    }
    return true;
}

bool block_wait(uint32_t seen, unsigned *silent)
{
    struct channel_header *channel = target.channel;
    atomic_fetch_add(&channel->waiting, 1);
    if (atomic_load(&channel->drain_asleep))
        futex_wake(&channel->full_count);
    futex_wait(&channel->beat, seen);
    atomic_fetch_sub(&channel->waiting, 1);
    if (atomic_load(&channel->beat) != seen)
        *silent = 0;
    else if (++*silent >= SILENT_ROUNDS && recorder_gone())
        return false;
    return true;
}

void block_wake(void)
{
    if (atomic_load(&target.channel->drain_asleep))
        futex_wake(&target.channel->full_count);
}

/* With hysteresis: a program that had to wait goes on only when a quarter is free again. */
static bool has_room(bool waited)
{
    uint32_t limit = target.channel->full_limit;
    uint32_t full = atomic_load(&target.channel->full_count);
    return full <= (waited ? limit - limit / 4 : limit);
}

uint32_t block_claim(enum channel_kind kind, bool *waited)
{
    struct channel_header *channel = target.channel;
    unsigned silent = 0;
    *waited = false;
    while (!atomic_load(&channel->closed)) {
        uint32_t beat = atomic_load(&channel->beat);
        bool any = channel->drop && kind == CHANNEL_DEFINITIONS;
        if (any || has_room(*waited)) {
            uint32_t block = take_lowest();
            if (block != BLOCK_NONE || atomic_load(&channel->exhausted) || out_of_reach())
                return block;
        }
        if (channel->drop && !any)
            return BLOCK_NONE;
        if (!block_wait(beat, &silent))
            atomic_store(&channel->closed, 1);
        *waited = true;
    }
    return BLOCK_NONE;
}

struct channel_block *block_begin(uint32_t index, enum channel_kind kind, uint32_t stream,
                                  uint32_t sequence, int32_t tid, uint64_t base_ticks)
{
    struct channel_block *block = block_at(index);
    block->stream = stream;
    block->sequence = sequence;
    block->pid = target.pid;
    block->tid = tid;
    block->base_ticks = base_ticks;
    block->program = target.program;
    block->parent = target.parent;
    block->pid_namespace = target.pid_namespace;
    atomic_store_explicit(&block->kind, kind, memory_order_release);
    return block;
}

void block_hand_over(uint32_t index, bool last)
{
    struct channel_header *channel = target.channel;
    block_at(index)->last = last;
    /* Counted first: the recorder, which uncounts it, must not be faster than the count. */
    uint32_t full = atomic_fetch_add(&channel->full_count, 1) + 1;
    atomic_store_explicit(&channel->states[index], CHANNEL_FULL, memory_order_release);
    if (full >= CHANNEL_WAKE_COUNT && atomic_load(&channel->drain_asleep))
        futex_wake(&channel->full_count);
}
