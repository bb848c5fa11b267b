/*
 * The tree of a profile's processes with what each took, and the threads and processes that a view
 * can be about.
 */
#ifndef NCPROF_TUI_ANALYSIS_PROCESS_TREE_H
#define NCPROF_TUI_ANALYSIS_PROCESS_TREE_H

#include "formats/profile/profile.h"

#include <stddef.h>

struct process_row {
    uint32_t process;
    uint32_t depth; /* 0: nobody in the profile started it */
    uint32_t threads;
    uint64_t calls;
    int64_t total;         /* of its threads */
    int64_t with_children; /* and of all processes below it */
};

/*
 * Every process, each behind the one that started it; those that took most with their children come
 * first. The caller frees the rows.
 */
struct process_row *process_tree_rows(const struct profile *profile, uint32_t metric,
                                      uint32_t *count);

/* All threads, those that took most first; the caller frees the list. */
uint32_t *process_tree_threads(const struct profile *profile, uint32_t metric);

/* What a view can be about, as in profile_chosen(). */
struct process_choice {
    uint32_t threads;
    uint32_t depth;
    int64_t total;
};

/*
 * Each process as a whole, in the order of process_tree_rows(), and below it its threads if there
 * are several; the threads alone where there is one process. The caller frees the list.
 */
struct process_choice *process_tree_choices(const struct profile *profile, uint32_t metric,
                                            uint32_t *count);

/* One process, of which nothing more is to be said. */
bool process_tree_is_trivial(const struct profile *profile);

#define PROCESS_END_TEXT 120 /* bytes that it may want */
/* "exit 0", "SIGKILL", "still running", ...; "" when it is not known. */
void process_tree_end_text(const struct process *process, char *buffer, size_t size);
/* Its command, or its name when that is not known. */
const char *process_tree_command(const struct process *process);
/* "thread worker", "process make 4711"; "" for all threads. The names are not escaped. */
void process_tree_choice_text(const struct profile *profile, uint32_t threads, char *buffer,
                              size_t size);

#endif
