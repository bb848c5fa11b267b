/*
 * Who runs a run: what its entry says under "owner" while it is running.
 *
 *     {"pid": 4711, "start": 812345, "group": 4712, "group_start": 812346, "boot": "<boot id>",
 *      "namespace": 4026531836, "host": "...", "since": "2025-02-01T10:00:00Z"}
 *
 * A pid alone may be another process by now: its start time (field 22 of /proc/PID/stat, in clock
 * ticks since the boot, proc(5)) and the boot (/proc/sys/kernel/random/boot_id) make it one
 * process for ever. The namespace is that of pids (the inode of /proc/self/ns/pid). "group" is the
 * process group in which the recorder and its program run.
 */
#ifndef NCPROF_CAPTURE_PLAN_OWNER_H
#define NCPROF_CAPTURE_PLAN_OWNER_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <sys/types.h>

enum owner_state {
    OWNER_ALIVE,     /* of this machine, and running */
    OWNER_DEAD,      /* of this machine, and gone */
    OWNER_ELSEWHERE, /* of another host or container: it cannot be known */
    OWNER_UNKNOWN    /* the entry tells none */
};

/* This process as the owner of a run whose processes are in `group`. */
cJSON *owner_new(pid_t group);
/* `owner` may be NULL. */
enum owner_state owner_state(const cJSON *owner);
/* The owner is this process. */
bool owner_is_self(const cJSON *owner);

/*
 * Ends what a dead owner's run has left behind: its process group, by SIGTERM, and SIGKILL after
 * `grace_ms`. A group whose leader is another process by now is left alone.
 */
void owner_end_group(const cJSON *owner, int grace_ms);

#endif
