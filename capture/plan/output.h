/* The names of what a run writes: <output>/<date>_<id>.ncp and .log, _v2, _v3 where there is one.
 */
#ifndef NCPROF_CAPTURE_PLAN_OUTPUT_H
#define NCPROF_CAPTURE_PLAN_OUTPUT_H

#include "formats/profile/error.h"

#include <stdbool.h>

struct output {
    char *base;  /* without suffix: what {output} stands for */
    char *trace; /* base.ncp, which does not exist */
    char *log;   /* base.log, which was made: the name is taken by it, whoever else wants it */
    int log_fd;
};

/*
 * Relative to the working directory; the folder is made. The date is today's, in UTC. Freed with
 * output_close().
 */
int output_reserve(struct output *output, const char *folder, const char *id, struct error *err);
/* Something is in the log. */
bool output_has_log(const struct output *output);
/* An empty log goes. */
void output_close(struct output *output);

#endif
