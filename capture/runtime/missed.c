#include "capture/runtime/missed.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LIBRARY "libncprof.so"

/* As it was at the start: the program may have emptied its environment since. */
static char session[256];

__attribute__((constructor)) static void remember_session(void)
{
    const char *path = getenv(CHANNEL_ENVIRONMENT);
    if (path && strlen(path) < sizeof session)
        memcpy(session, path, strlen(path));
}

static bool has(char *const *environment, const char *name, const char *part)
{
    size_t length = strlen(name);
    for (char *const *entry = environment; entry && *entry; entry++)
        if (strncmp(*entry, name, length) == 0)
            return strstr(*entry + length, part) != NULL;
    return false;
}

bool missed_by(char *const *environment)
{
    return session[0] && !(has(environment, CHANNEL_ENVIRONMENT "=", "/") &&
                           has(environment, "LD_PRELOAD=", LIBRARY));
}

/* The session's first part, for a moment: whoever starts a program need not be recorded itself. */
static struct channel_header *look_in(void)
{
    int fd = open(session, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    void *map = mmap(NULL, CHANNEL_HEADER_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return NULL;
    struct channel_header *header = map;
    if (header->magic == CHANNEL_MAGIC && header->version == CHANNEL_VERSION &&
        !atomic_load(&header->closed))
        return header;
    munmap(map, CHANNEL_HEADER_SIZE);
    return NULL;
}

int missed_add(int32_t pid, const char *program)
{
    int saved = errno, number = -1;
    struct channel_header *header = look_in();
    if (header) {
        uint32_t place = atomic_fetch_add(&header->missed_count, 1);
        if (place < CHANNEL_MISSED_MOST) {
            struct channel_missed *missed = &header->missed[place];
            size_t length = strnlen(program, sizeof missed->program - 1);
            memcpy(missed->program, program, length);
            missed->pid = pid;
            atomic_store(&missed->state, MISSED_STARTED);
            number = (int)place;
        }
        munmap(header, CHANNEL_HEADER_SIZE);
    }
    errno = saved;
    return number;
}

void missed_failed(int number)
{
    int saved = errno;
    struct channel_header *header = number >= 0 ? look_in() : NULL;
    if (header) {
        atomic_store(&header->missed[number].state, MISSED_FAILED);
        munmap(header, CHANNEL_HEADER_SIZE);
    }
    errno = saved;
}
