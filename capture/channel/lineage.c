#include "capture/channel/lineage.h"
#include "capture/channel/blocks.h"
#include "capture/channel/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#define COMMAND_MOST   4096u
#define ANCESTORS_MOST 16

/* Up to `size` - 1 bytes of a file in /proc; its length. Keeps no descriptor. */
static size_t read_text(const char *path, char *text, size_t size)
{
    size_t used = 0;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = 1;
    while (file >= 0 && used < size - 1 && (got = read(file, text + used, size - 1 - used)) > 0)
        used += (size_t)got;
    if (file >= 0)
        close(file);
    text[used] = '\0';
    return used;
}

static void read_command(char *text, size_t size)
{
    size_t length = read_text("/proc/self/cmdline", text, size);
    if (length && !text[length - 1])
        length--;
    for (size_t i = 0; i < length; i++)
        if (!text[i])
            text[i] = LINEAGE_SEPARATOR;
}

/* The kernel gives each new image 16 random bytes. */
static uint64_t image(void)
{
    uint64_t value = 0;
    const void *random = (const void *)getauxval(AT_RANDOM); // NOLINT(performance-no-int-to-ptr)
    if (random)
        memcpy(&value, random, sizeof value);
    return value;
}

static int32_t parent_of(int32_t pid)
{
    char path[40], text[512];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_text(path, text, sizeof text);
    const char *at = strrchr(text, ')'); /* the name may hold anything; then " S 123 " */
    return at && strlen(at) > 4 ? (int32_t)strtol(at + 4, NULL, 10) : 0;
}

/* Not needed after fork: the program knows its parent. */
static void define_ancestors(int32_t pid)
{
    for (int i = 0; i < ANCESTORS_MOST && pid > 1 && pid != target.channel->recorder_pid; i++) {
        int32_t parent = parent_of(pid);
        definitions_write(&(struct channel_record){.what = DEFINE_ANCESTOR,
                                                   .a = (uint64_t)pid,
                                                   .b = (uint64_t)parent},
                          NULL, NULL, NULL);
        pid = parent;
    }
}

void define_process(const char *name, const char *runtime)
{
    char command[COMMAND_MOST] = "";
    bool forked = target.parent != UINT32_MAX;
    if (!target.channel)
        return;
    int saved = errno;
    if (!forked)
        read_command(command, sizeof command);
    definitions_write(&(struct channel_record){.what = DEFINE_PROCESS,
                                               .a = (uint64_t)getpid(),
                                               .b = (uint64_t)getppid(),
                                               .c = image()},
                      name, runtime, command);
    if (!forked)
        define_ancestors(getppid());
    block_wake();
    errno = saved;
}

/* In a child of vfork() all memory is its parent's. */
void define_exit(int status, enum channel_exit how)
{
    if (target.channel && getpid() == target.pid)
        definitions_write(&(struct channel_record){.what = DEFINE_EXIT,
                                                   .flags = (uint16_t)how,
                                                   .a = status & 0xff},
                          NULL, NULL, NULL);
}

void define_exec(const char *program)
{
    if (target.channel && getpid() == target.pid)
        definitions_write(&(struct channel_record){.what = DEFINE_EXEC}, program, NULL, NULL);
}

static void at_exit(int status, void *unused)
{
    (void)unused;
    define_exit(status, CHANNEL_EXIT_HANDLERS);
}

static void at_once(int status)
{
    define_exit(status, CHANNEL_EXIT_AT_ONCE);
}

void lineage_begin(void)
{
    on_exit(at_exit, NULL);
    if (ncprof_recorder_on_exit)
        ncprof_recorder_on_exit(at_once);
    if (ncprof_recorder_on_exec)
        ncprof_recorder_on_exec(define_exec);
}
