#include "capture/channel/control.h"
#include "capture/channel/blocks.h"
#include "capture/channel/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

_Alignas(CHANNEL_CONTROL_SIZE) struct channel_control recording_control;

static _Atomic bool obeying;

void control_switch(bool stop)
{
    int saved = errno;
    if (atomic_load(&obeying)) {
        control_set(&recording_control, stop);
    } else {
        atomic_store(&recording_control.stopped, stop);
        atomic_fetch_add(&recording_control.switches, 1);
    }
    errno = saved;
}

static bool map_over(int descriptor)
{
    off_t offset = offsetof(struct channel_header, control);
    return sysconf(_SC_PAGESIZE) == CHANNEL_CONTROL_SIZE &&
           mmap(&recording_control, CHANNEL_CONTROL_SIZE, PROT_READ | PROT_WRITE,
                MAP_SHARED | MAP_FIXED, descriptor, offset) != MAP_FAILED;
}

void control_obey(void)
{
    int saved = errno;
    const char *path = getenv(CHANNEL_ENVIRONMENT);
    bool switched = atomic_load(&recording_control.switches) > 0;
    bool stopped = atomic_load(&recording_control.stopped);
    int descriptor = target.channel && path ? open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW) : -1;
    if (descriptor >= 0 && map_over(descriptor)) {
        if (switched)
            control_set(&recording_control, stopped);
    } else if (target.channel) {
        control_set(&recording_control, atomic_load(&target.channel->control.stopped));
        define_note("this program is not stopped and started from outside: the recorder's switch "
                    "could not be mapped");
    }
    atomic_store(&obeying, target.channel != NULL);
    if (descriptor >= 0)
        close(descriptor);
    errno = saved;
}
