#include "capture/launcher/selection.h"
#include "capture/channel/control.h"
#include "capture/channel/patterns.h"
#include "formats/profile/memory.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define INTERVALS 6 /* that a note tells one by one */

/* ---- what ---- */

static int check_patterns(const char *option, const char *const *patterns, size_t count,
                          struct error *err)
{
    char why[200];
    for (size_t i = 0; i < count; i++)
        if (!patterns_check(patterns[i], why, sizeof why))
            return error_set(err, ERROR_USAGE, "--%s \"%.200s\" is no regular expression: %s",
                             option, patterns[i], why);
    return 0;
}

static bool pack(const struct selection *selection, char *packed, uint32_t *used)
{
    *used = 0;
    for (size_t i = 0; i < selection->include_count; i++)
        if (!patterns_pack(packed, used, CHANNEL_PATTERNS_SIZE, true, selection->include[i]))
            return false;
    for (size_t i = 0; i < selection->exclude_count; i++)
        if (!patterns_pack(packed, used, CHANNEL_PATTERNS_SIZE, false, selection->exclude[i]))
            return false;
    return true;
}

int selection_check(const struct selection *selection, struct error *err)
{
    char packed[CHANNEL_PATTERNS_SIZE];
    uint32_t used;
    if (check_patterns("include", selection->include, selection->include_count, err) != 0 ||
        check_patterns("exclude", selection->exclude, selection->exclude_count, err) != 0)
        return -1;
    if (!pack(selection, packed, &used))
        return error_set(err, ERROR_USAGE,
                         "--include and --exclude are longer than %u bytes in all",
                         CHANNEL_PATTERNS_SIZE);
    return 0;
}

void selection_begin(const struct selection *selection, struct channel_header *channel,
                     int64_t start_ns)
{
    channel->start_ns = start_ns;
    channel->depth_limit = selection->depth;
    if (!pack(selection, channel->patterns, &channel->patterns_size))
        channel->patterns_size = 0; /* selection_check() has refused it */
    if (selection->paused || selection->delay > 0)
        control_set(&channel->control, true);
}

/* " A", " A or B", " A, B or C" behind what is there. */
static char *list(char *text, const char *const *patterns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *between = i == 0 ? " " : i + 1 < count ? ", " : " or ";
        char *longer = memory_printf("%s%s%s", text, between, patterns[i]);
        free(text);
        text = longer;
    }
    return text;
}

static int note_patterns(struct trace_writer *writer, const char *begin,
                         const char *const *patterns, size_t count, const char *end,
                         struct error *err)
{
    if (count == 0)
        return 0;
    char *text = list(memory_string(begin), patterns, count);
    char *note = memory_printf("%s%s", text, end);
    int result = trace_writer_note(writer, note, err);
    free(text);
    free(note);
    return result;
}

static int note_depth(struct trace_writer *writer, uint32_t depth, struct error *err)
{
    if (depth == 0)
        return 0;
    char *note =
        memory_printf("Calls deeper than %" PRIu32 " were not recorded: their time is that "
                      "of the call at this depth (--depth)",
                      depth);
    int result = trace_writer_note(writer, note, err);
    free(note);
    return result;
}

int selection_note(const struct selection *selection, struct trace_writer *writer,
                   struct error *err)
{
    if (note_patterns(writer, "Recorded were only functions that match", selection->include,
                      selection->include_count, ", and what they called (--include)", err) != 0 ||
        note_patterns(writer, "Functions that match", selection->exclude, selection->exclude_count,
                      " were not recorded: their time is their caller's (--exclude)", err) != 0)
        return -1;
    return note_depth(writer, selection->depth, err);
}

/* ---- when ---- */

static const struct {
    const char *name;
    int number;
} signals[] = {{"USR1", SIGUSR1}, {"USR2", SIGUSR2}, {"HUP", SIGHUP}, {"QUIT", SIGQUIT}};

int selection_signal(const char *name)
{
    if (strncasecmp(name, "SIG", 3) == 0)
        name += 3;
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (strcasecmp(name, signals[i].name) == 0)
            return signals[i].number;
    return 0;
}

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* True when it is time; else *wait becomes less if that is due earlier. */
static bool is_due(int64_t from_ns, double seconds, int *wait)
{
    double left_ms = seconds * 1000 - (double)(now_ns() - from_ns) / 1e6;
    if (left_ms <= 0)
        return true;
    if (left_ms < *wait)
        *wait = (int)left_ms + 1;
    return false;
}

int selection_tick(struct selection_clock *clock, const struct selection *selection,
                   struct channel_header *channel, int most)
{
    struct channel_control *control = &channel->control;
    if (clock->launched_ns == 0)
        clock->launched_ns = now_ns();
    if (selection->delay > 0 && !clock->delayed &&
        is_due(clock->launched_ns, selection->delay, &most)) {
        clock->delayed = true;
        control_set(control, false);
    }
    if (selection->duration > 0 && clock->started_ns == 0 && !atomic_load(&control->stopped))
        clock->started_ns = now_ns();
    if (clock->started_ns && !clock->ended &&
        is_due(clock->started_ns, selection->duration, &most)) {
        clock->ended = true;
        control_set(control, true);
    }
    return most;
}

struct stops {
    uint32_t count;
    double total; /* seconds */
    char *text;
};

static void add_stop(struct stops *stops, double from, double until, bool open)
{
    stops->count++;
    stops->total += until - from;
    if (stops->count > INTERVALS + 1)
        return;
    const char *between = stops->count == 1 ? " " : ", ";
    char *longer = NULL;
    if (stops->count > INTERVALS)
        longer = memory_printf("%s ...", stops->text);
    else if (open)
        longer = memory_printf("%s%sfrom %.3f s on", stops->text, between, from);
    else
        longer = memory_printf("%s%sfrom %.3f s to %.3f s", stops->text, between, from, until);
    free(stops->text);
    stops->text = longer;
}

static void list_stops(const struct channel_header *channel, struct stops *stops)
{
    const struct channel_control *control = &channel->control;
    double since = -1;
    for (uint32_t i = 0; i < CHANNEL_SWITCHES; i++) {
        uint64_t entry = atomic_load(&control->log[i]);
        double at = (double)((int64_t)(entry >> 1) - channel->start_ns) / 1e9;
        if (entry == 0)
            break;
        if (at < 0)
            at = 0;
        if ((entry & 1) == 0 && since >= 0)
            add_stop(stops, since, at, false);
        since = entry & 1 ? at : -1;
    }
    if (since >= 0)
        add_stop(stops, since, (double)(now_ns() - channel->start_ns) / 1e9, true);
}

int selection_note_stops(const struct channel_header *channel, struct trace_writer *writer,
                         struct error *err)
{
    struct stops stops = {.text = memory_string("")};
    uint32_t switches = atomic_load(&channel->control.switches);
    list_stops(channel, &stops);
    char *note = NULL;
    if (switches > CHANNEL_SWITCHES)
        note = memory_printf("Recording was stopped and started %" PRIu32 " times:%s", switches,
                             stops.text);
    else if (stops.count)
        note = memory_printf("Recording was stopped %s%.3f s in all:%s",
                             stops.count == 1 ? "once, for " : "several times, for ", stops.total,
                             stops.text);
    int result = note ? trace_writer_note(writer, note, err) : 0;
    free(note);
    free(stops.text);
    return result;
}
