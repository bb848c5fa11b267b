#include "formats/readers/units.h"

#include <string.h>
#include <strings.h>

const struct unit *unit_find(struct slice word)
{
    static const struct unit units[] = {
        {"ns", METRIC_TIME, 1},
        {"nanoseconds", METRIC_TIME, 1},
        {"us", METRIC_TIME, 1000},
        {"\xc2\xb5s", METRIC_TIME, 1000},
        {"usec", METRIC_TIME, 1000},
        {"microseconds", METRIC_TIME, 1000},
        {"ms", METRIC_TIME, 1000000},
        {"msec", METRIC_TIME, 1000000},
        {"milliseconds", METRIC_TIME, 1000000},
        {"s", METRIC_TIME, 1000000000},
        {"seconds", METRIC_TIME, 1000000000},
        {"bytes", METRIC_BYTES, 1},
        {"B", METRIC_BYTES, 1},
        {"kB", METRIC_BYTES, 1024},
        {"kilobytes", METRIC_BYTES, 1024},
        {"MB", METRIC_BYTES, 1024 * 1024},
        {"megabytes", METRIC_BYTES, 1024 * 1024},
        {"GB", METRIC_BYTES, 1024 * 1024 * 1024},
    };
    for (size_t i = 0; i < sizeof units / sizeof *units; i++)
        if (word.length == strlen(units[i].word) &&
            !strncasecmp(word.text, units[i].word, word.length))
            return &units[i];
    return NULL;
}

const char *unit_name(enum metric_kind kind)
{
    static const char *const names[] = {
        [METRIC_TIME] = "s", [METRIC_SAMPLES] = "samples", [METRIC_BYTES] = "bytes"};
    return kind == METRIC_COUNT ? "" : names[kind];
}

double unit_scale(enum metric_kind kind)
{
    return kind == METRIC_TIME ? 1e-9 : 1;
}
