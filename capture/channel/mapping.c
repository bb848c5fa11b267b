/* The session's memory in the traced program: mapped piece by piece, as much as there is room for.
 */
#include "capture/channel/blocks.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHARE                                                                                      \
    4u /* the part of a limited address space that the recorder takes, 1/SHARE at most             \
        */

/* For the further segments: by then the environment may be another. */
static char session_path[256];

static bool is_session(const struct channel_header *header, uint32_t blocks)
{
    return header->magic == CHANNEL_MAGIC && header->version == CHANNEL_VERSION &&
           header->header_size == CHANNEL_HEADER_SIZE && header->block_size == CHANNEL_BLOCK_SIZE &&
           header->block_count == blocks && !atomic_load(&header->closed);
}

/* A descriptor of the session's file and the number of blocks in it, or -1. */
static int open_session(const char *path, uint32_t *blocks)
{
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat file;
    if (fd < 0)
        return -1;
    *blocks =
        fstat(fd, &file) == 0 && S_ISREG(file.st_mode) ? channel_blocks((uint64_t)file.st_size) : 0;
    if (*blocks)
        return fd;
    close(fd);
    return -1;
}

static void *map_part(int fd, uint64_t from, uint64_t end)
{
    void *map =
        mmap(NULL, end - from, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, fd, (off_t)from);
    if (map == MAP_FAILED)
        return NULL;
    madvise(map, end - from, MADV_DONTDUMP); /* core dumps stay the program's own */
    return map;
}

static bool is_limited(uint64_t *space)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
        return false;
    *space = limit.rlim_cur;
    return true;
}

/* How much of the file is mapped at first. */
static uint32_t first_blocks(uint32_t blocks)
{
    uint64_t space;
    uint32_t first = blocks < CHANNEL_SEGMENT ? blocks : CHANNEL_SEGMENT;
    if (is_limited(&space))
        while (first > CHANNEL_BLOCK_LEAST && channel_size(first) > space / SHARE)
            first /= 2;
    return first;
}

static bool map_first(int fd, uint32_t blocks)
{
    uint32_t first = first_blocks(blocks);
    void *map = map_part(fd, 0, channel_size(first));
    while (!map && errno == ENOMEM && first > CHANNEL_BLOCK_LEAST) {
        first /= 2;
        map = map_part(fd, 0, channel_size(first));
    }
    if (!map)
        return false;
    if (!is_session(map, blocks)) {
        munmap(map, channel_size(first));
        return false;
    }
    target.segments[0] = (char *)map + CHANNEL_HEADER_SIZE;
    target.at_end = first < blocks && first < CHANNEL_SEGMENT;
    target.reach = first;
    target.channel = map;
    return true;
}

bool session_map(const char *path)
{
    uint32_t blocks;
    if (strlen(path) >= sizeof session_path)
        return false;
    int fd = open_session(path, &blocks);
    if (fd < 0)
        return false;
    bool mapped = map_first(fd, blocks);
    close(fd);
    memcpy(session_path, path, strlen(path) + 1);
    return mapped;
}

/* The first thread that sets the next segment has it; another one's mapping goes. */
static void set_segment(uint32_t reach, uint32_t end, char *map)
{
    char *none = NULL;
    if (atomic_compare_exchange_strong(&target.segments[reach / CHANNEL_SEGMENT], &none, map))
        atomic_store(&target.reach, end);
    else
        munmap(map, (uint64_t)(end - reach) * CHANNEL_BLOCK_SIZE);
}

/* Nothing further of the file is mapped by a program whose address space is limited. */
static char *map_further(uint64_t from, uint64_t end)
{
    uint32_t blocks;
    uint64_t space;
    char *map = NULL;
    int fd = is_limited(&space) ? -1 : open_session(session_path, &blocks);
    if (fd < 0)
        return NULL;
    if (blocks == target.channel->block_count)
        map = map_part(fd, from, end);
    close(fd);
    return map;
}

bool session_extend(void)
{
    uint32_t reach = atomic_load(&target.reach), blocks = target.channel->block_count;
    uint32_t end = blocks - reach < CHANNEL_SEGMENT ? blocks : reach + CHANNEL_SEGMENT;
    char *map = NULL;
    if (!atomic_load(&target.at_end) && reach < blocks)
        map = map_further(channel_size(reach), channel_size(end));
    if (map)
        set_segment(reach, end, map);
    else
        atomic_store(&target.at_end, true);
    return map != NULL;
}

char *session_answers(void)
{
    static char *_Atomic answers;
    uint32_t blocks = target.channel->block_count;
    char *none = NULL, *map = atomic_load(&answers);
    if (map)
        return map;
    map = map_further(channel_size(blocks), channel_tail(blocks));
    if (map && !atomic_compare_exchange_strong(&answers, &none, map)) {
        munmap(map, channel_tail(blocks) - channel_size(blocks));
        map = none;
    }
    return map;
}
