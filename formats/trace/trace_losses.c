#include "formats/trace/trace_losses.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *key, *words;
} ends[TRACE_LOSSES_ENDS] = {
    {"left_open.exit", "Ended by exit"},
    {"left_open._exit", "Ended by _exit"},
    {"left_open.exec", "Went on by exec"},
    {"left_open.running", "Still running at the end of the recording,"},
};

void trace_losses_take(struct trace_losses *losses, const char *key, const char *value)
{
    if (strcmp(key, "lost_events") == 0)
        losses->events = strtoull(value, NULL, 10);
    if (strcmp(key, "open_frames") == 0)
        losses->open = strtoull(value, NULL, 10);
    for (size_t i = 0; i < TRACE_LOSSES_ENDS; i++)
        if (strcmp(key, ends[i].key) == 0)
            losses->left[i] = strtoull(value, NULL, 10);
}

void trace_losses_note_events(const struct trace_losses *losses, struct build *build)
{
    if (losses->events > 0)
        build_note(build,
                   "%" PRIu64 " event%s lost: the program was faster than the recorder, or went on "
                   "without it; calls and times are those of what was kept",
                   losses->events, losses->events == 1 ? " is" : "s are");
}

void trace_losses_note_left(const struct trace_losses *losses, struct build *build)
{
    for (size_t i = 0; i < TRACE_LOSSES_ENDS; i++)
        if (losses->left[i])
            build_note(build, "%s with %" PRIu64 " call%s open", ends[i].words, losses->left[i],
                       losses->left[i] == 1 ? "" : "s");
}
