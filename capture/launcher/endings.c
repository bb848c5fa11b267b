#include "capture/launcher/endings.h"
#include "capture/channel/process.h"
#include "formats/profile/memory.h"

#include <poll.h>
#include <stdbool.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#define WATCHED_MAX 400u /* descriptors: a process is commonly allowed 1024 */

/* <linux/pidfd.h> of Linux 6.15, which few systems have yet. */
struct exit_information {
    uint64_t mask, cgroup;
    uint32_t ids[11];
    int32_t exit_code;
};
#define EXIT_INFORMATION _IOWR(0xFF, 11, struct exit_information)
#define HAS_EXIT_CODE    8u
_Static_assert(sizeof(struct exit_information) == 64, "its first version");

struct watched {
    int32_t pid;
    uint32_t number;
};

struct endings {
    ARRAY(struct pollfd) descriptors;
    ARRAY(struct watched) list; /* of the same places */
};

struct endings *endings_new(void)
{
    return memory_zeroed(1, sizeof(struct endings));
}

void endings_free(struct endings *endings)
{
    if (!endings)
        return;
    for (uint32_t i = 0; i < endings->descriptors.count; i++)
        close(endings->descriptors.data[i].fd);
    array_free(&endings->descriptors);
    array_free(&endings->list);
    free(endings);
}

void endings_watch(struct endings *endings, int32_t pid, uint32_t number)
{
    if (endings->list.count >= WATCHED_MAX || pid <= 0)
        return;
    int descriptor = (int)syscall(SYS_pidfd_open, pid, 0);
    if (descriptor < 0)
        return;
    *array_push(&endings->descriptors) = (struct pollfd){.fd = descriptor, .events = POLLIN};
    *array_push(&endings->list) = (struct watched){pid, number};
}

/* Of a process that has ended. */
static bool find_status(int descriptor, int32_t pid, int *status)
{
    struct exit_information information = {.mask = HAS_EXIT_CODE};
    if (ioctl(descriptor, EXIT_INFORMATION, &information) == 0 &&
        information.mask & HAS_EXIT_CODE) {
        *status = information.exit_code;
        return true;
    }
    struct process_look look = process_look(pid);
    *status = look.exit_code;
    return look.state == 'Z';
}

static void forget(struct endings *endings, uint32_t at)
{
    close(endings->descriptors.data[at].fd);
    endings->descriptors.data[at] = endings->descriptors.data[--endings->descriptors.count];
    endings->list.data[at] = endings->list.data[--endings->list.count];
}

void endings_look(struct endings *endings, endings_visit *visit, void *payload)
{
    uint32_t count = endings->descriptors.count;
    if (!count || poll(endings->descriptors.data, count, 0) <= 0)
        return;
    for (uint32_t i = count; i-- > 0;) {
        const struct pollfd *descriptor = &endings->descriptors.data[i];
        int status;
        if (!descriptor->revents)
            continue;
        if (find_status(descriptor->fd, endings->list.data[i].pid, &status))
            visit(payload, endings->list.data[i].number, status);
        forget(endings, i);
    }
}
