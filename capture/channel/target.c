#include "capture/channel/target.h"
#include "capture/channel/blocks.h"
#include "capture/channel/lineage.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define SCRATCH_SIZE 16384u

uint32_t stream_clock;
uint64_t stream_base;

/* Last resort when not even scratch memory is to be had; what is in it means nothing. */
static char common_scratch[4096];

static void begin_program(uint32_t parent)
{
    struct stat space;
    target.pid = getpid();
    target.parent = parent;
    target.program = block_stream_number();
    target.pid_namespace = stat("/proc/self/ns/pid", &space) == 0 ? (uint32_t)space.st_ino : 0;
    if (target.mark)
        atomic_store(target.mark, 1);
    atomic_fetch_add(&target.channel->processes, 1);
}

static bool is_forked(void)
{
    return target.mark ? atomic_load(target.mark) == 0 : target.pid != getpid();
}

static void make_mark(void)
{
    size_t size = (size_t)sysconf(_SC_PAGESIZE);
    void *page = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return;
    if (madvise(page, size, MADV_WIPEONFORK) == 0)
        target.mark = page;
    else
        munmap(page, size);
}

bool target_attach(void)
{
    if (target.channel)
        return true;
    int saved = errno;
    const char *path = getenv(CHANNEL_ENVIRONMENT);
    if (path && *path) {
        if (session_map(path)) {
            stream_clock = target.channel->clock;
            stream_base = target.channel->clock_base;
            make_mark();
            begin_program(UINT32_MAX);
            lineage_begin();
        }
    }
    errno = saved;
    return target.channel != NULL;
}

bool target_attached(void)
{
    return target.channel != NULL;
}

bool target_python_only(void)
{
    return target.channel && target.channel->python_only;
}

void target_forked(void)
{
    if (!target.channel)
        return;
    int saved = errno;
    begin_program(target.program);
    definitions_forked();
    errno = saved;
}

void stream_open(struct stream *stream, enum channel_kind kind)
{
    memset(stream, 0, sizeof *stream);
    stream->kind = kind;
    stream->block = BLOCK_NONE;
    stream->tid = gettid();
    stream->number = target.channel ? block_stream_number() : UINT32_MAX;
}

/* Events between the scratch memory's start and the cursor. */
static uint32_t count_scratch(const struct stream *stream)
{
    uint32_t events = 0;
    const char *at = stream->scratch ? stream->scratch : common_scratch;
    while (at < stream->cursor) {
        uint32_t word;
        memcpy(&word, at, sizeof word);
        bool escape = (word & 3) == CHANNEL_ESCAPE;
        if (!escape)
            events++;
        if ((word & 3) == CHANNEL_LEAVE)
            at += 4;
        else
            at += escape && word >> 2 == ESCAPE_TIME ? 12 : 8;
    }
    return events;
}

static void count_lost(struct stream *stream)
{
    uint32_t lost = count_scratch(stream);
    stream->lost = stream->lost > UINT32_MAX - lost ? UINT32_MAX : stream->lost + lost;
    if (target.channel)
        atomic_fetch_add(&target.channel->lost_events, lost);
}

static void use_scratch(struct stream *stream, uint64_t now)
{
    if (!stream->stopped && !stream->scratch) {
        void *memory =
            mmap(NULL, SCRATCH_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        stream->scratch = memory == MAP_FAILED ? NULL : memory;
    }
    size_t size = stream->scratch ? SCRATCH_SIZE : sizeof common_scratch;
    stream->cursor = stream->scratch ? stream->scratch : common_scratch;
    stream->limit = stream->cursor + size - STREAM_MARGIN;
    stream->block = BLOCK_NONE;
    stream->stopped = true;
    if (!stream->ticks)
        stream->ticks = now;
}

/* The first word last: a program killed in between has then not begun the event. */
static void write_time(struct stream *stream, enum channel_escape what, uint64_t ticks)
{
    uint32_t word = (uint32_t)what << 2 | CHANNEL_ESCAPE;
    memcpy(stream->cursor + sizeof word, &ticks, sizeof ticks);
    atomic_signal_fence(memory_order_seq_cst);
    memcpy(stream->cursor, &word, sizeof word);
    stream->cursor += sizeof word + sizeof ticks;
    stream->ticks = ticks;
}

void stream_jump(struct stream *stream, uint64_t now)
{
    write_time(stream, ESCAPE_TIME, now);
}

static void use_block(struct stream *stream, uint32_t index, uint64_t now)
{
    if (!stream->ticks)
        stream->ticks = now;
    struct channel_block *block = block_begin(index, stream->kind, stream->number,
                                              stream->sequence++, stream->tid, stream->ticks);
    stream->block = index;
    stream->cursor = (char *)(block + 1);
    stream->limit = (char *)block + CHANNEL_BLOCK_SIZE - STREAM_MARGIN;
    stream->high = 0;
    stream->stopped = false;
    if (stream->lost) {
        stream_pair(stream, ESCAPE_LOST << 2 | CHANNEL_ESCAPE, stream->lost);
        stream_pair(stream, ESCAPE_DEPTH << 2 | CHANNEL_ESCAPE, stream->depth);
        stream->lost = 0;
    }
}

/* Nothing handed over means nothing held: after this the stream has no memory to write to. */
static void give_up_memory(struct stream *stream, bool last)
{
    if (stream->block != BLOCK_NONE)
        block_hand_over(stream->block, last);
    else if (stream->stopped)
        count_lost(stream);
    stream->block = BLOCK_NONE;
    stream->stopped = false;
    stream->cursor = stream->limit = NULL;
}

/* A child of a fork that no handler told us about (a raw system call). */
static void notice_fork(struct stream *stream)
{
    uint32_t depth = stream->depth, kind = stream->kind;
    target_forked();
    stream_open(stream, (enum channel_kind)kind);
    stream->depth = depth;
}

void stream_refill(struct stream *stream, uint64_t now)
{
    int saved = errno;
    bool waited = false;
    if (target.channel && is_forked())
        notice_fork(stream);
    give_up_memory(stream, false);
    uint32_t block =
        target.channel ? block_claim((enum channel_kind)stream->kind, &waited) : BLOCK_NONE;
    if (block == BLOCK_NONE) {
        use_scratch(stream, now);
    } else {
        use_block(stream, block, now);
        if (waited) {
            if (now > stream->ticks)
                write_time(stream, ESCAPE_TIME, now);
            write_time(stream, ESCAPE_PAUSE, stream_now());
        }
    }
    errno = saved;
}

void stream_park(struct stream *stream)
{
    int saved = errno;
    give_up_memory(stream, false);
    errno = saved;
}

void stream_close(struct stream *stream)
{
    int saved = errno;
    give_up_memory(stream, true);
    if (stream->scratch)
        munmap(stream->scratch, SCRATCH_SIZE);
    stream->scratch = NULL;
    errno = saved;
}

void stream_set_depth(struct stream *stream, uint32_t depth, uint64_t now)
{
    if (stream->cursor >= stream->limit)
        stream_refill(stream, now);
    if (now > stream->ticks)
        stream_jump(stream, now);
    stream_pair(stream, ESCAPE_DEPTH << 2 | CHANNEL_ESCAPE, depth);
}
