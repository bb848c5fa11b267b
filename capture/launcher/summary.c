#include "capture/launcher/summary.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

struct line {
    char *text;
    size_t size, used;
};

__attribute__((format(printf, 2, 3))) static void add(struct line *line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line->text + line->used, line->size - line->used, format, arguments);
    va_end(arguments);
    if (length > 0)
        line->used += (size_t)length;
    if (line->used >= line->size)
        line->used = line->size - 1;
}

/* 812, 12.3 k, 4.1 M: three digits are enough here. */
static void add_scaled(struct line *line, uint64_t value, const char *unit)
{
    static const char *const prefixes[] = {"", "k", "M", "G", "T"};
    double scaled = (double)value;
    size_t step = 0;
    while (scaled >= 999.5 && step + 1 < sizeof prefixes / sizeof *prefixes) {
        scaled /= 1000;
        step++;
    }
    if (step == 0)
        add(line, "%" PRIu64 " %s", value, unit);
    else
        add(line, "%.*f %s%s%s", scaled < 99.95 ? 1 : 0, scaled, prefixes[step],
            *unit == 'B' ? "" : " ", unit);
}

static void add_count(struct line *line, uint64_t count, const char *one, const char *many)
{
    add(line, "%" PRIu64 " %s", count, count == 1 ? one : many);
}

static void add_overhead(struct line *line, const struct drain_state *state)
{
    if (!state->cost_ticks || !state->span_ticks)
        return;
    double share = 100 * (double)state->cost_ticks / (double)state->span_ticks;
    if (share >= 1)
        add(line, ", recorder overhead ~%.0f %%", share < 99 ? share : 99);
    else
        add(line, ", recorder overhead below 1 %%");
}

void summary_text(char *buffer, size_t size, const char *path, const struct trace_totals *totals,
                  const struct drain_state *state)
{
    struct line line = {buffer, size, 0};
    add(&line, "wrote %s: ", path);
    add_scaled(&line, totals->calls, totals->calls == 1 ? "call" : "calls");
    if (totals->processes > 1)
        add(&line, ", %" PRIu32 " processes", totals->processes);
    add(&line, ", ");
    add_count(&line, totals->threads, "thread", "threads");
    add(&line, ", ");
    add_scaled(&line, totals->bytes, "B");
    add_overhead(&line, state);
    if (state->lost)
        add(&line, ", %" PRIu64 " events lost", state->lost);
    summary_open(line.text + line.used, line.size - line.used, &state->open);
}

void summary_open(char *buffer, size_t size, const struct processes_open *open)
{
    struct line line = {buffer, size, 0};
    *buffer = '\0';
    if (open->cut) {
        add(&line, ", cut with ");
        add_count(&line, open->cut, "call open", "calls open");
    }
    if (open->by_exit_at_once) {
        add(&line, ", ended by _exit with ");
        add_count(&line, open->by_exit_at_once, "call open", "calls open");
    }
}
