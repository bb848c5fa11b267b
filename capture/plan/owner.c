#include "capture/plan/owner.h"

#include "capture/plan/dates.h"
#include "capture/plan/document.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HOST_SIZE 256
#define BOOT_SIZE 64

struct process {
    bool lives;   /* and is no zombie */
    double start; /* NAN: there is none */
};

static void read_line(const char *path, char *buffer, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got = fd >= 0 ? read(fd, buffer, size - 1) : 0;
    buffer[got > 0 ? got : 0] = '\0';
    buffer[strcspn(buffer, "\n")] = '\0';
    if (fd >= 0)
        close(fd);
}

/* "PID (NAME) STATE PPID ...": the name may hold anything, also a ')'. */
static struct process process_of(pid_t pid)
{
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    read_line(path, text, sizeof text);
    const char *field = strrchr(text, ')');
    if (!field || !field[1])
        return (struct process){.start = NAN};
    field += 2;
    bool dead = *field == 'Z' || *field == 'X';
    for (int number = 3; number < 22 && field; number++) {
        field = strchr(field, ' ');
        field = field ? field + 1 : NULL;
    }
    return (struct process){.lives = !dead, .start = field ? strtod(field, NULL) : NAN};
}

static void boot_id(char buffer[BOOT_SIZE])
{
    read_line("/proc/sys/kernel/random/boot_id", buffer, BOOT_SIZE);
}

static void host_name(char buffer[HOST_SIZE])
{
    if (gethostname(buffer, HOST_SIZE - 1) != 0)
        buffer[0] = '\0';
    buffer[HOST_SIZE - 1] = '\0';
}

static double pid_namespace(void)
{
    struct stat space;
    return stat("/proc/self/ns/pid", &space) == 0 ? (double)space.st_ino : 0;
}

cJSON *owner_new(pid_t group)
{
    char boot[BOOT_SIZE], host[HOST_SIZE], since[DATE_TIME_SIZE];
    cJSON *owner = cJSON_CreateObject();
    boot_id(boot);
    host_name(host);
    date_time_text(time(NULL), since);
    document_set_number(owner, "pid", getpid());
    document_set_number(owner, "start", process_of(getpid()).start);
    document_set_number(owner, "group", group);
    document_set_number(owner, "group_start", process_of(group).start);
    document_set_text(owner, "boot", boot);
    document_set_number(owner, "namespace", pid_namespace());
    document_set_text(owner, "host", host);
    document_set_text(owner, "since", since);
    return owner;
}

/* A process number out of the plan; 0 when it can be none. */
static pid_t pid_in(const cJSON *owner, const char *key)
{
    double number = document_number(owner, key);
    return number >= 2 && number <= INT32_MAX && number == floor(number) ? (pid_t)number : 0;
}

static bool same_number(const cJSON *owner, const char *key, double number)
{
    return document_number(owner, key) == number;
}

enum owner_state owner_state(const cJSON *owner)
{
    char boot[BOOT_SIZE], host[HOST_SIZE];
    pid_t pid = pid_in(owner, "pid");
    if (!pid || !*document_text(owner, "boot") || isnan(document_number(owner, "start")))
        return OWNER_UNKNOWN;
    boot_id(boot);
    host_name(host);
    if (strcmp(document_text(owner, "host"), host) != 0)
        return OWNER_ELSEWHERE;
    if (strcmp(document_text(owner, "boot"), boot) != 0)
        return OWNER_DEAD;
    if (!same_number(owner, "namespace", pid_namespace()))
        return OWNER_ELSEWHERE;
    struct process process = process_of(pid);
    return process.lives && same_number(owner, "start", process.start) ? OWNER_ALIVE : OWNER_DEAD;
}

bool owner_is_self(const cJSON *owner)
{
    return pid_in(owner, "pid") == getpid() && owner_state(owner) == OWNER_ALIVE;
}

static bool group_ended(pid_t group, int wait_ms)
{
    const struct timespec pause = {0, 10000000};
    for (; wait_ms > 0; wait_ms -= 10) {
        if (kill(-group, 0) != 0 && errno == ESRCH)
            return true;
        nanosleep(&pause, NULL);
    }
    return kill(-group, 0) != 0 && errno == ESRCH;
}

void owner_end_group(const cJSON *owner, int grace_ms)
{
    char boot[BOOT_SIZE];
    pid_t group = pid_in(owner, "group");
    boot_id(boot);
    if (!group || owner_state(owner) != OWNER_DEAD || group == getpgrp() ||
        strcmp(document_text(owner, "boot"), boot) != 0)
        return;
    struct process leader = process_of(group);
    if (!isnan(leader.start) && !same_number(owner, "group_start", leader.start))
        return;
    kill(-group, SIGTERM);
    if (group_ended(group, grace_ms))
        return;
    kill(-group, SIGKILL);
    group_ended(group, grace_ms);
}
