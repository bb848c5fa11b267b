/*
 * What the plan keeps of a run that was started: results[id].
 *
 *     {"trace": "profiling/2025-02-01_week-1.ncp", "log": "profiling/2025-02-01_week-1.log",
 *      "started": "2025-02-01T10:00:00Z", "stopped": "2025-02-01T10:00:12Z", "seconds": 12.043,
 *      "exit": 0, "host": "...", "git": {"revision": "...", "dirty": false}, "size": 7,
 *      "env": {"PLOT_PRICE": "true"}, "command": ["python3", "backtest.py", ...],
 *      "summary": {"functions": 120, "calls": 48200, "seconds": 11.9}, "error": "why"}
 *
 * Paths are relative to the plan's folder; times are UTC (RFC 3339); a signal that ended the
 * program stands under "signal" instead of "exit"; "error" is there when the run failed, and then
 * other keys may be missing. Entries of another origin may hold anything.
 */
#ifndef NCPROF_CAPTURE_PLAN_RESULT_H
#define NCPROF_CAPTURE_PLAN_RESULT_H

#include "capture/plan/plan.h"

/* Texts are "", numbers NAN, where the entry has none; all borrowed from the plan. */
struct plan_result {
    const char *trace, *log, *started, *stopped, *host, *revision, *error;
    bool dirty;
    double seconds, exit, signal, size;
    double functions, calls, total_seconds;
};

struct plan_result plan_result(const struct plan *plan, uint32_t run);

/* Seconds that a running entry has been running by now, from its owner's "since"; else NAN. */
double plan_run_elapsed(const struct plan *plan, uint32_t run);

#endif
