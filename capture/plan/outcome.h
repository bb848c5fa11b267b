/* What is stored of a run that has ended: the members of results[id] (result.h). */
#ifndef NCPROF_CAPTURE_PLAN_OUTCOME_H
#define NCPROF_CAPTURE_PLAN_OUTCOME_H

#include "capture/plan/job.h"

#include <cjson/cJSON.h>
#include <time.h>

struct outcome {
    const char *trace, *log;  /* as they are to stand in the plan */
    char *const *command;     /* NULL-terminated */
    char *const *environment; /* NAME=VALUE, NULL-terminated */
    double size;              /* NAN: none */
    time_t started, stopped;
    bool interrupted;
    const struct job_report *report;
};

/*
 * Reads the trace: the summary, the revision, the host and the environment are what stands in it.
 * The run has failed, and "error" says why, when it was interrupted, the recording failed, the
 * program did not end with 0, or a variable of the environment has not the value in the trace.
 */
cJSON *outcome_result(const struct outcome *outcome);

#endif
