/*
 * A program on an input of size n, its growth known by construction; times in milliseconds:
 *
 *                 calls    self, all calls
 *     main            1           5
 *       run_loop      n           n         linear
 *         concat     n²          2n²        quadratic: called n times by each run_loop
 *           copy     n²          n²         as often as its caller
 *       scan          n           n²        each call works through n
 *       linear        n          2n
 */
#ifndef NCPROF_TESTS_UNIT_GROWING_H
#define NCPROF_TESTS_UNIT_GROWING_H

#include "tests/unit/sample.h"

enum { G_MAIN, RUN_LOOP, CONCAT, COPY, SCAN, LINEAR, GROWING_FUNCTIONS };

#define MILLISECONDS(n) ((int64_t)(n)*1000000)

static uint32_t growing_context(struct build *build, uint32_t parent, uint32_t function, int calls,
                                int milliseconds)
{
    uint32_t context = build_context(build, parent, function);
    build_context_calls(build, context, (uint64_t)calls);
    build_context_self(build, context, 0, MILLISECONDS(milliseconds));
    return context;
}

static struct profile *growing_profile(int n)
{
    static const char *const names[] = {"main", "run_loop", "concat", "copy", "scan", "linear"};
    struct build *build = build_new();
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    for (uint32_t i = 0; i < GROWING_FUNCTIONS; i++)
        build_function(build, names[i], "", "/src/app.py", 10 * i, FUNCTION_PYTHON);
    uint32_t thread = build_thread(build, "MainThread", 1, build_process(build, "app", 1));
    uint32_t top = growing_context(build, build_root(build, thread), G_MAIN, 1, 5);
    uint32_t loop = growing_context(build, top, RUN_LOOP, n, n);
    uint32_t concat = growing_context(build, loop, CONCAT, n * n, 2 * n * n);
    growing_context(build, concat, COPY, n * n, n * n);
    growing_context(build, top, SCAN, n, n * n);
    growing_context(build, top, LINEAR, n, 2 * n);
    build_flags(build, PROFILE_HAS_CALLS);
    build_size(build, n);
    return sample_finish(build);
}

#endif
