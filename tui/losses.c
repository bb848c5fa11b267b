#include "tui/losses.h"

#include "tui/numbers.h"

#include <inttypes.h>
#include <stdio.h>

static const char *many(uint64_t count)
{
    return count == 1 ? "" : "s";
}

void losses_events(const struct profile *profile, char *buffer, size_t size)
{
    char count[40];
    buffer[0] = '\0';
    if (!profile->lost_events)
        return;
    number_count(profile->lost_events, count, sizeof count);
    snprintf(buffer, size, "%s event%s lost", count, many(profile->lost_events));
}

void losses_cut(const struct profile *profile, char *buffer, size_t size)
{
    static const struct metric time = {"wall", "s", METRIC_TIME, 1e-9};
    char moment[40], count[40];
    buffer[0] = '\0';
    number_value((double)profile->cut_ns * 1e-9, &time, moment, sizeof moment);
    number_count(profile->open_frames, count, sizeof count);
    if (profile->open_frames)
        snprintf(buffer, size, "cut at %s, %s frame%s open", moment, count,
                 many(profile->open_frames));
    else if (profile->flags & PROFILE_TRUNCATED)
        snprintf(buffer, size, "cut short");
}

void losses_warn(const struct profile *profile)
{
    char lost[60];
    losses_events(profile, lost, sizeof lost);
    if (profile->missing_calls)
        fprintf(stderr,
                "ncprof: %s: %" PRIu64 " calls of the recording have no events: what they "
                "did in this part of it counts as their callers' time\n",
                profile->path, profile->missing_calls);
    if (lost[0])
        fprintf(stderr, "ncprof: %s: %s: calls and times are those of what was kept\n",
                profile->path, lost);
}
