/* Short calls leave no events: when one returns, the columns are taken back to before its enter. */
#include "formats/trace/event_log.h"

#define FIRST_MARKS 64u

void event_log_thin(struct event_log *log, uint64_t ticks)
{
    if (!log->min_ticks)
        log->kept = log->last;
    log->min_ticks = ticks;
}

bool event_log_thin_full(const struct event_log *log)
{
    return event_log_full(log) || log->calls >= EVENT_LOG_CALLS;
}

/* Frames that were entered before have marks of epoch 0: those calls keep their events. */
static struct event_mark *mark_at(struct event_log *log, uint32_t depth)
{
    if (depth >= log->mark_capacity) {
        uint32_t capacity = log->mark_capacity ? log->mark_capacity : FIRST_MARKS;
        while (capacity <= depth)
            capacity *= 2;
        log->marks = memory_resize(log->marks, capacity, sizeof *log->marks);
        memset(log->marks + log->mark_capacity, 0,
               (capacity - log->mark_capacity) * sizeof *log->marks);
        log->mark_capacity = capacity;
    }
    return &log->marks[depth];
}

static struct event_mark mark_now(const struct event_log *log)
{
    return (struct event_mark){
        .epoch = log->epoch,
        .events = event_log_events(log),
        .token = (uint32_t)(log->token - log->buffer),
        .tokens = (uint32_t)(log->tokens_end - log->tokens),
        .high = (uint32_t)(log->high_end - log->highs),
        .kept = log->kept,
    };
}

/* The event that was just put behind `mark` counts its time from the last one that is kept. */
static void correct_time(struct event_log *log, const struct event_mark *mark)
{
    uint64_t delta = log->last - log->kept;
    uint8_t *low = log->lows + mark->events;
    log->high_end = log->highs + mark->high;
    *low = (uint8_t)(delta & 0x7f);
    if (delta >= 0x80) {
        *low |= 0x80;
        log->high_end = varint_store(log->high_end, (delta >> 7) - 1);
    }
    log->kept = log->last;
}

bool event_log_thin_enter(struct event_log *log, uint32_t function, uint64_t ticks)
{
    const struct event_mark mark = mark_now(log);
    if (!event_log_enter(log, function, ticks))
        return false;
    correct_time(log, &mark);
    *mark_at(log, event_log_depth(log)) = mark;
    return true;
}

static void take_back(struct event_log *log, const struct event_mark *mark)
{
    log->token = log->buffer + mark->token;
    log->tokens_end = log->tokens + mark->tokens;
    log->low_end = log->lows + mark->events;
    log->high_end = log->highs + mark->high;
    log->kept = mark->kept;
    log->left_out += 2;
    log->left_out_calls++;
}

bool event_log_thin_leave(struct event_log *log, uint64_t ticks)
{
    const struct event_mark *entered = mark_at(log, event_log_depth(log)), leave = mark_now(log);
    uint64_t start = log->top->start;
    bool alone = entered->epoch == log->epoch && leave.events == entered->events + 1;
    if (!event_log_leave(log, ticks))
        return false;
    if (alone && log->last - start < log->min_ticks)
        take_back(log, entered);
    else
        correct_time(log, &leave);
    return true;
}
