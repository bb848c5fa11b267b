#include "capture/launcher/session.h"
#include "capture/channel/process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIRST_BLOCKS 64u
#define LOCK_TRIES   100
#define LOCK_WAIT_US 10000

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
    int failure = posix_fallocate(fd, 0, (off_t)channel_size(blocks_at_first(session)));
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
