#include "capture/launcher/session.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SESSION_SIZE (CHANNEL_HEADER_SIZE + (off_t)CHANNEL_BLOCK_COUNT * CHANNEL_BLOCK_SIZE)
#define FIRST_BLOCKS 64u
#define SPARE_BLOCKS 16u /* free blocks to keep ready */

#define UNFINISHED_SECONDS 10 /* no recorder takes so long to make its file */

static off_t block_offset(uint32_t index)
{
    return CHANNEL_HEADER_SIZE + (off_t)index * CHANNEL_BLOCK_SIZE;
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
    int failure = ftruncate(fd, SESSION_SIZE) != 0 ? errno : 0;
    if (!failure)
        failure = posix_fallocate(fd, 0, block_offset(FIRST_BLOCKS));
    if (failure) {
        unlink(session->path);
        close(fd);
        errno = failure;
        return -1;
    }
    session->descriptor = fd;
    return 0;
}

static uint32_t pid_namespace(void)
{
    struct stat space;
    return stat("/proc/self/ns/pid", &space) == 0 ? (uint32_t)space.st_ino : 0;
}

/* The recorder whose session's file this is; 0 when it is none. */
static pid_t owner_of(const char *name)
{
    static const char prefix[] = "ncprof-";
    char *end;
    if (strncmp(name, prefix, sizeof prefix - 1) != 0)
        return 0;
    long pid = strtol(name + sizeof prefix - 1, &end, 10);
    return pid > 0 && pid <= INT_MAX && *end == '-' && strlen(end) == 7 ? (pid_t)pid : 0;
}

struct beginning {
    uint64_t magic;
    uint32_t version, words[5];
    int32_t recorder_pid;
    uint32_t pid_namespace;
};
_Static_assert(offsetof(struct channel_header, pid_namespace) ==
                   offsetof(struct beginning, pid_namespace),
               "the channel's header begins so");

/* The pid is one of this machine: said so by the file, or it was never finished and is old. */
static bool speaks_of_here(int fd, const struct stat *file, pid_t owner)
{
    struct beginning header = {0};
    ssize_t got = pread(fd, &header, sizeof header, 0);
    if (got < 0 || (header.magic == 0 && time(NULL) - file->st_mtime < UNFINISHED_SECONDS))
        return false;
    return header.magic == 0 ||
           (header.magic == CHANNEL_MAGIC && header.version == CHANNEL_VERSION &&
            header.recorder_pid == owner && header.pid_namespace == pid_namespace());
}

/* A session's file of a recorder of this user and machine that is gone. */
static bool is_leftover(int folder, const char *name)
{
    struct stat file;
    pid_t owner = owner_of(name);
    if (!owner || kill(owner, 0) == 0 || errno != ESRCH)
        return false;
    int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool ours = fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_uid == geteuid() &&
                speaks_of_here(fd, &file, owner);
    close(fd);
    return ours;
}

/* SIGKILL leaves a recorder no time to remove its file. */
static void remove_leftovers(const char *folder)
{
    DIR *list = opendir(folder);
    for (struct dirent *entry; list && (entry = readdir(list));)
        if (is_leftover(dirfd(list), entry->d_name))
            unlinkat(dirfd(list), entry->d_name, 0);
    if (list)
        closedir(list);
}

static int create_somewhere(struct session *session, struct error *err)
{
    const char *temporary = getenv("TMPDIR");
    const char *folders[] = {"/dev/shm", temporary && *temporary == '/' ? temporary : "/tmp",
                             "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
        if (create_file(session, folders[i]) == 0) {
            remove_leftovers(folders[i]);
            return 0;
        }
    return error_errno(err, "no shared memory in /dev/shm or %s", folders[1]);
}

int session_open(struct session *session, enum channel_clock clock, struct error *err)
{
    if (create_somewhere(session, err) != 0)
        return -1;
    void *map = mmap(NULL, SESSION_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE,
                     session->descriptor, 0);
    if (map == MAP_FAILED) {
        error_errno(err, "cannot map %s", session->path);
        unlink(session->path);
        close(session->descriptor);
        return -1;
    }
    struct channel_header *channel = map;
    channel->version = CHANNEL_VERSION;
    channel->header_size = CHANNEL_HEADER_SIZE;
    channel->block_size = CHANNEL_BLOCK_SIZE;
    channel->block_count = CHANNEL_BLOCK_COUNT;
    channel->full_limit = CHANNEL_FULL_LIMIT;
    channel->clock = clock;
    channel->recorder_pid = getpid();
    channel->pid_namespace = pid_namespace();
    atomic_store(&channel->reserved, FIRST_BLOCKS);
    channel->magic = CHANNEL_MAGIC;
    session->channel = channel;
    return 0;
}

void session_close(struct session *session)
{
    session_end(session);
    unlink(session->path);
    munmap(session->channel, SESSION_SIZE);
    close(session->descriptor);
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

void session_grow(struct session *session)
{
    struct channel_header *channel = session->channel;
    uint32_t reserved = atomic_load(&channel->reserved);
    uint32_t spare = count_free(channel, reserved);
    if (spare >= SPARE_BLOCKS)
        return;
    uint32_t more = SPARE_BLOCKS + reserved / 8;
    if (more > CHANNEL_BLOCK_COUNT - reserved)
        more = CHANNEL_BLOCK_COUNT - reserved;
    if (more && posix_fallocate(session->descriptor, block_offset(reserved),
                                (off_t)more * CHANNEL_BLOCK_SIZE) == 0) {
        atomic_store(&channel->reserved, reserved + more);
        return;
    }
    bool hopeless = spare == 0 && atomic_load(&channel->full_count) == 0;
    atomic_store(&channel->exhausted, hopeless);
}

/* Never below zero: a program killed at the wrong moment may have left the count askew. */
static void uncount(_Atomic uint32_t *count, uint32_t less)
{
    uint32_t old = atomic_load(count);
    while (!atomic_compare_exchange_weak(count, &old, old > less ? old - less : 0))
        ;
}

void session_free_block(struct session *session, uint32_t index, uint32_t used)
{
    struct channel_block *block = channel_block_at(session->channel, index);
    memset((void *)(block + 1), 0, used);
    memset((void *)block, 0, sizeof *block);
    atomic_store_explicit(&session->channel->states[index], CHANNEL_FREE, memory_order_release);
    atomic_store(&session->channel->exhausted, 0);
    uncount(&session->channel->full_count, 1);
}

void session_recount(struct session *session, uint32_t excess)
{
    uncount(&session->channel->full_count, excess);
}

void session_end(struct session *session)
{
    atomic_store(&session->channel->closed, 1);
    session_beat(session);
}
