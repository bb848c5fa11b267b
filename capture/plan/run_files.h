/* The names of what a run writes: <output>/<date>_<id>.ncp and .log, _v2, _v3 where there is one.
 */
#ifndef NCPROF_CAPTURE_PLAN_RUN_FILES_H
#define NCPROF_CAPTURE_PLAN_RUN_FILES_H

#include "formats/profile/error.h"

#include <stdbool.h>

struct run_files {
    char *base;  /* without suffix: what {output} stands for */
    char *trace; /* base.ncp, which does not exist */
    char *log;   /* base.log, which was made: the name is taken by it, whoever else wants it */
    int log_fd;
};

/*
 * Relative to the working directory; the folder is made. The date is today's, in UTC. Freed with
 * run_files_close().
 */
int run_files_reserve(struct run_files *files, const char *folder, const char *id,
                      struct error *err);
/* Something is in the log. */
bool run_files_has_log(const struct run_files *files);
/* An empty log goes. */
void run_files_close(struct run_files *files);

#endif
