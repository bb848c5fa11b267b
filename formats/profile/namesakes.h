/*
 * The processes, or the threads, of several profiles that are one by their name: the second
 * "worker" of a file is the second "worker" of every other. Linear in how many there are.
 */
#ifndef NCPROF_FORMATS_PROFILE_NAMESAKES_H
#define NCPROF_FORMATS_PROFILE_NAMESAKES_H

#include "formats/profile/index.h"
#include "formats/profile/memory.h"

/* All that have one name, in one process. */
struct namesakes_group {
    uint32_t name, process;
    uint32_t part; /* the last file that had one */
    uint32_t turn; /* how many that file had before */
};

struct namesakes_member {
    uint32_t group, turn;
};

/* A zeroed struct is empty. */
struct namesakes {
    ARRAY(struct namesakes_group) groups;
    ARRAY(struct namesakes_member) members;
    struct index group_index, member_index;
};

/*
 * The number of the next one that has this name (a text's number) and process in file `part`; they
 * are numbered from 0 in the order of their coming, so one that nobody had is members.count - 1.
 */
uint32_t namesakes_next(struct namesakes *namesakes, uint32_t name, uint32_t process,
                        uint32_t part);
void namesakes_free(struct namesakes *namesakes);

#endif
