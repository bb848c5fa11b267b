#include "capture/launcher/session.h"
#include "capture/channel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define FIRST_BLOCKS 64u
#define SPARE_BLOCKS 16u /* free blocks to keep ready */
#define LOCK_TRIES   100
#define LOCK_WAIT_US 10000

static off_t block_offset(uint32_t index)
{
    return CHANNEL_HEADER_SIZE + (off_t)index * CHANNEL_BLOCK_SIZE;
}

/* A limit on the size of files is meant for disks; this file is memory. Only as far as allowed. */
static int truncate_unlimited(int fd, uint64_t size)
{
    struct rlimit old, most = {RLIM_INFINITY, RLIM_INFINITY};
    if (getrlimit(RLIMIT_FSIZE, &old) != 0 || old.rlim_cur == RLIM_INFINITY)
        return ftruncate(fd, (off_t)size);
    if (setrlimit(RLIMIT_FSIZE, &most) != 0) {
        most.rlim_cur = most.rlim_max = old.rlim_max;
        setrlimit(RLIMIT_FSIZE, &most);
    }
    int result = ftruncate(fd, (off_t)size), why = errno;
    setrlimit(RLIMIT_FSIZE, &old);
    errno = why;
    return result;
}

static uint32_t blocks_at_first(const struct session *session)
{
    return session->blocks < FIRST_BLOCKS ? session->blocks : FIRST_BLOCKS;
}

/* 0 or an errno. */
static int fill_file(struct session *session, int fd)
{
    /* Whoever can lock it knows that this process is dead. */
    if (flock(fd, LOCK_EX) != 0 || truncate_unlimited(fd, channel_file_size(session->blocks)) != 0)
        return errno;
    int failure = posix_fallocate(fd, 0, block_offset(blocks_at_first(session)));
    if (!failure)
        failure = posix_fallocate(fd, (off_t)channel_tail(session->blocks), CHANNEL_TAIL_SIZE);
    return failure;
}

/* An unlinked-on-failure file of the full, sparse size with memory for the first blocks. */
static int create_file(struct session *session, const char *folder)
{
    int length =
        snprintf(session->path, sizeof session->path, "%s/ncprof-%d-XXXXXX", folder, (int)getpid());
    if (length < 0 || (size_t)length >= sizeof session->path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    int fd = mkostemp(session->path, O_CLOEXEC);
    if (fd < 0)
        return -1;
    int failure = fill_file(session, fd);
    if (failure) {
        unlink(session->path);
        close(fd);
        errno = failure;
        return -1;
    }
    session->descriptor = fd;
    return 0;
}

void session_folders(const char *folders[SESSION_FOLDERS])
{
    const char *temporary = getenv("TMPDIR");
    bool given = temporary && *temporary == '/' && strcmp(temporary, "/tmp") != 0;
    folders[0] = "/dev/shm";
    folders[1] = "/tmp";
    folders[2] = NULL;
    if (given) {
        folders[1] = temporary;
        folders[2] = "/tmp";
    }
}

static int create_somewhere(struct session *session)
{
    const char *folders[SESSION_FOLDERS];
    session_folders(folders);
    for (int i = 0; i < SESSION_FOLDERS; i++)
        if (folders[i] && create_file(session, folders[i]) == 0)
            return 0;
    return -1;
}

static uint32_t pid_namespace(void)
{
    struct stat space;
    return stat("/proc/self/ns/pid", &space) == 0 ? (uint32_t)space.st_ino : 0;
}

static int map_session(struct session *session)
{
    uint64_t size = channel_file_size(session->blocks);
    void *map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                     session->descriptor, 0);
    if (map == MAP_FAILED)
        return -1;
    madvise(map, size, MADV_DONTFORK); /* a mapping, too, holds the lock */
    session->channel = map;
    return 0;
}

static int create_session(struct session *session)
{
    if (create_somewhere(session) != 0)
        return -1;
    if (map_session(session) == 0)
        return 0;
    int why = errno;
    unlink(session->path);
    close(session->descriptor);
    errno = why;
    return -1;
}

/* A quarter of a limited address space: the trace needs memory, too. */
static uint32_t most_blocks(void)
{
    struct rlimit limit;
    uint32_t blocks = CHANNEL_BLOCK_COUNT;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        while (blocks > CHANNEL_BLOCK_LEAST && channel_file_size(blocks) > limit.rlim_cur / 4)
            blocks /= 2;
    return blocks;
}

static int refuse(struct error *err)
{
    unsigned long long least = channel_file_size(CHANNEL_BLOCK_LEAST) / 1000;
    if (errno == EFBIG)
        return error_set(err, ERROR_IO,
                         "the limit on the size of files (ulimit -f) is too low to record: the "
                         "recorder's shared memory needs %llu kB",
                         least);
    return error_errno(err, "the recorder finds no %llu kB of shared memory in /dev/shm or TMPDIR",
                       least);
}

int session_open(struct session *session, enum channel_clock clock, struct error *err)
{
    session->blocks = most_blocks();
    while (create_session(session) != 0) {
        if ((errno != EFBIG && errno != ENOMEM && errno != ENOSPC) ||
            session->blocks == CHANNEL_BLOCK_LEAST)
            return refuse(err);
        session->blocks /= 2;
    }
    struct channel_header *channel = session->channel;
    channel->version = CHANNEL_VERSION;
    channel->header_size = CHANNEL_HEADER_SIZE;
    channel->block_size = CHANNEL_BLOCK_SIZE;
    channel->block_count = session->blocks;
    channel->full_limit = CHANNEL_FULL_LIMIT;
    channel->clock = clock;
    channel->recorder_pid = getpid();
    channel->recorder_start = process_look(getpid()).start;
    channel->pid_namespace = pid_namespace();
    atomic_store(&channel->reserved, blocks_at_first(session));
    channel->magic = CHANNEL_MAGIC;
    return 0;
}

static bool is_session(const struct session *session)
{
    const struct channel_header *header = session->channel;
    return header->magic == CHANNEL_MAGIC && header->version == CHANNEL_VERSION &&
           header->header_size == CHANNEL_HEADER_SIZE && header->block_size == CHANNEL_BLOCK_SIZE &&
           header->block_count == session->blocks;
}

static int open_session(struct session *session, const char *path)
{
    snprintf(session->path, sizeof session->path, "%s", path);
    session->descriptor = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    return session->descriptor < 0 ? -1 : 0;
}

/* Its size and its first page are those of a session. */
static int enter_session(struct session *session, struct error *err)
{
    struct stat status;
    session->blocks = fstat(session->descriptor, &status) == 0 && status.st_nlink > 0
                          ? channel_blocks((uint64_t)status.st_size)
                          : 0;
    if (!session->blocks)
        return error_set(err, ERROR_FORMAT, "%s is not what this ncprof left", session->path);
    if (map_session(session) != 0)
        return error_errno(err, "cannot map %s", session->path);
    if (is_session(session))
        return 0;
    munmap(session->channel, channel_file_size(session->blocks));
    return error_set(err, ERROR_FORMAT, "%s is not what this ncprof left", session->path);
}

int session_look(struct session *session, const char *path)
{
    struct error ignored;
    if (open_session(session, path) != 0)
        return -1;
    if (enter_session(session, &ignored) == 0)
        return 0;
    close(session->descriptor);
    return -1;
}

static bool recorder_lives(const struct session *session)
{
    struct session look = {0};
    if (session_look(&look, session->path) != 0)
        return false;
    struct process_look process = process_look(look.channel->recorder_pid);
    bool lives = process.state && process.state != 'Z' && process.state != 'X' &&
                 process.start == look.channel->recorder_start;
    session_detach(&look);
    return lives;
}

/* Others that look for leftovers have it for a moment, and a program from fork to exec. */
static int lock(const struct session *session)
{
    int tries = 0;
    while (flock(session->descriptor, LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK || tries++ == LOCK_TRIES || recorder_lives(session))
            return -1;
        usleep(LOCK_WAIT_US);
    }
    return 0;
}

int session_attach(struct session *session, const char *path, bool *busy, struct error *err)
{
    *busy = false;
    if (open_session(session, path) != 0)
        return error_errno(err, "cannot open %s", path);
    if (lock(session) == 0) {
        if (enter_session(session, err) == 0)
            return 0;
    } else {
        *busy = errno == EWOULDBLOCK;
        error_errno(err, "%s: cannot be locked", path);
    }
    close(session->descriptor);
    return -1;
}

void session_detach(struct session *session)
{
    munmap(session->channel, channel_file_size(session->blocks));
    close(session->descriptor);
}

void session_close(struct session *session)
{
    session_end(session);
    unlink(session->path);
    session_detach(session);
}

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
    if (more && posix_fallocate(session->descriptor, block_offset(reserved),
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
