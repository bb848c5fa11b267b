/* What /proc says of a process: is it the one that it was, and does it live? libc only. */
#ifndef NCPROF_CAPTURE_CHANNEL_PROCESS_H
#define NCPROF_CAPTURE_CHANNEL_PROCESS_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct process_look {
    char state;     /* 'R', 'S', ... 'Z'; 0 when there is nothing to be seen */
    uint64_t start; /* clock ticks since boot */
    int exit_code;  /* of a zombie, as wait() says it */
};

/* Fields between the state and the start, and the exit code (proc(5): 3, 22 and 52). */
#define PROCESS_START_FIELD 19
#define PROCESS_EXIT_FIELD  49

static inline struct process_look process_look(int32_t pid)
{
    char path[40], text[1024];
    struct process_look look = {0, 0, 0};
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return look;
    ssize_t size = read(fd, text, sizeof text - 1);
    close(fd);
    text[size > 0 ? size : 0] = '\0';
    const char *at = strrchr(text, ')'); /* the name may hold anything */
    if (!at || at[1] != ' ')
        return look;
    look.state = at[2];
    for (int field = 0; at && field <= PROCESS_EXIT_FIELD; field++) {
        at = strchr(at + 1, ' ');
        if (at && field == PROCESS_START_FIELD)
            look.start = strtoull(at, NULL, 10);
    }
    look.exit_code = at ? (int)strtol(at, NULL, 10) : 0;
    return look;
}

#endif
