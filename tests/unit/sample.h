/*
 * One small run that the analyses are tested on, times in seconds:
 *
 *     main thread                           helper thread
 *     main            0 .. 100              run            0 .. 20
 *       parse        10 ..  70                sum          5 .. 15
 *         walk       20 ..  60   outermost
 *           walk     30 ..  50   recursive
 *             sum    35 ..  45
 *       sum          80 ..  90
 *
 *                  calls  self  total
 *     main             1    30    100
 *     parse            1    20     60
 *     walk           2/1    30     40
 *     sum              3    30     30
 *     run              1    10     20
 *     whole                120
 */
#ifndef NCPROF_TESTS_UNIT_SAMPLE_H
#define NCPROF_TESTS_UNIT_SAMPLE_H

#include "formats/profile/build.h"

enum { MAIN, PARSE, WALK, SUM, RUN };

#define SECONDS(n) ((int64_t)(n)*1000000000)

static struct profile *sample_finish(struct build *build)
{
    struct profile *profile;
    struct error err = {0};
    assert_int_equal(build_finish(build, &profile, &err), 0);
    assert_int_equal(profile_check(profile, &err), 0);
    return profile;
}

__attribute__((unused)) static void sample_functions(struct build *build)
{
    build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    build_function(build, "main", "", "/src/app.py", 5, FUNCTION_PYTHON);
    build_function(build, "parse", "", "/src/parse.py", 12, FUNCTION_PYTHON);
    build_function(build, "walk", "", "/src/parse.py", 31, FUNCTION_PYTHON);
    build_function(build, "sum", "builtins", "", 0, FUNCTION_BUILTIN);
    build_function(build, "run", "", "/src/pool/__init__.py", 7, FUNCTION_PYTHON);
}

__attribute__((unused)) static struct profile *sample_profile(void)
{
    struct build *build = build_new();
    sample_functions(build);
    uint32_t process = build_process(build, "app", 1);
    uint32_t first = build_thread(build, "MainThread", 77, process);
    uint32_t second = build_thread(build, "helper", 78, process);
    static const struct {
        uint32_t function; /* PROFILE_NONE leaves */
        int time;
    } events[] = {{MAIN, 0},          {PARSE, 10},        {WALK, 20},         {WALK, 30},
                  {SUM, 35},          {PROFILE_NONE, 45}, {PROFILE_NONE, 50}, {PROFILE_NONE, 60},
                  {PROFILE_NONE, 70}, {SUM, 80},          {PROFILE_NONE, 90}, {PROFILE_NONE, 100}};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++)
        if (events[i].function == PROFILE_NONE)
            build_leave(build, first, SECONDS(events[i].time));
        else
            build_enter(build, first, events[i].function, SECONDS(events[i].time));
    build_enter(build, second, RUN, 0);
    build_enter(build, second, SUM, SECONDS(5));
    build_leave(build, second, SECONDS(15));
    build_leave(build, second, SECONDS(20));
    build_flags(build, PROFILE_HAS_CALLS);
    return sample_finish(build);
}

#endif
