/*
 * One thread of a recording in progress: its stack, its call tree, and the
 * events of the chunk that is being filled.
 *
 * event_log_enter() and event_log_leave() are the writer's hot path: a few
 * nanoseconds each. What is rare (a new context, a full buffer) is in
 * event_log.c.
 */
#ifndef NCPROF_FORMATS_TRACE_EVENT_LOG_H
#define NCPROF_FORMATS_TRACE_EVENT_LOG_H

#include "formats/trace/definitions.h"
#include "formats/trace/events.h"
#include "formats/trace/latency_table.h"
#include "formats/trace/summary.h"

/* Events of a full chunk. Large enough to compress well, small enough to lose little by a kill. */
#define EVENT_LOG_CHUNK 262144u
_Static_assert(EVENT_LOG_CHUNK < 1u << LATENCY_COUNT_BITS, "a chunk's calls fit a slot");

struct event_frame {
    uint64_t start;
    uint32_t node;
    uint32_t function; /* differs from the node's only in a folded context */
};

/* A context, with what the chunk being filled adds to it. */
struct event_node {
    uint32_t function;
    uint32_t parent;
    uint32_t calls; /* in this chunk, as all that follows */
    uint32_t epoch; /* of the chunk that the sums belong to */
    uint64_t self;
    uint64_t min, max; /* latencies of the calls that returned; min > max: none */
};

/* Shared by all threads of a recording. */
struct event_budget {
    struct definitions *definitions;
    uint32_t contexts, limit;
    uint32_t folded_function; /* defined when the limit is met; 0 before */
};

struct event_log {
    uint64_t last;           /* ticks of the last event */
    struct event_frame *top; /* innermost open frame; frames[0], for the root, when none is */
    struct event_frame *frames_limit;
    struct event_node *nodes; /* [0] is the root; its sums are not used */
    uint8_t *token;           /* first byte of the token that a leave may still join */
    uint8_t *tokens_end, *low_end, *high_end;
    uint8_t *low_limit; /* no room at or past it */
    uint32_t *slots;    /* hash of (parent, function) -> node */
    uint32_t slot_mask, slot_shift;
    uint64_t calls;   /* in this chunk */
    uint64_t written; /* events of the chunks before, in the file or given up */
    struct latency_table latency;
    uint32_t epoch;

    bool started, ended;
    uint64_t begin; /* ticks at which the chunk began */
    uint32_t start_context, start_folded;
    struct bytes start_functions; /* of the folded frames open at the beginning, as varints */
    struct event_frame *frames;
    uint8_t *buffer; /* tokens, low, high, each with its worst case's room */
    uint8_t *tokens, *lows, *highs;
    uint32_t room; /* events that fit the buffer */
    uint32_t node_count, node_capacity;
    ARRAY(uint32_t) touched; /* nodes with sums of this epoch */
    struct event_budget *budget;
};

extern const char event_log_folded_name[];

struct event_log *event_log_new(struct event_budget *budget);
void event_log_free(struct event_log *log);

/* The child of the top frame's node for `function`, made when it is new; 0 when there is no such
 * function. */
uint32_t event_log_child(struct event_log *log, uint32_t function);
/* A node that the file defines already; they come in the order of their ids. */
void event_log_adopt(struct event_log *log, uint32_t parent, uint32_t function);
/* A frame that was open where the file ended, the outermost first. Its context is there. */
void event_log_reopen(struct event_log *log, uint32_t function, uint64_t start);
void event_log_more_frames(struct event_log *log);
void event_log_touch(struct event_log *log, uint32_t node);
/* Enlarges the buffer; false when the chunk is full and has to be written first. */
bool event_log_grow(struct event_log *log);
/* The first event of all comes at `ticks`. */
void event_log_start(struct event_log *log, uint64_t ticks);

static inline uint32_t event_log_events(const struct event_log *log)
{
    return (uint32_t)(log->low_end - log->lows);
}

static inline uint32_t event_log_depth(const struct event_log *log)
{
    return (uint32_t)(log->top - log->frames);
}

static inline uint32_t event_log_slot(const struct event_log *log, uint32_t parent,
                                      uint32_t function)
{
    uint64_t key = (uint64_t)parent << 32 | function;
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> log->slot_shift);
}

static inline bool event_log_full(const struct event_log *log)
{
    return log->low_end >= log->low_limit;
}

static inline uint64_t event_log_elapse(struct event_log *log, uint64_t ticks)
{
    if (__builtin_expect(ticks < log->last, 0))
        ticks = log->last;
    uint64_t delta = ticks - log->last;
    log->last = ticks;
    log->nodes[log->top->node].self += delta;
    if (__builtin_expect(delta < 0x80, 1)) {
        *log->low_end++ = (uint8_t)delta;
    } else {
        *log->low_end++ = (uint8_t)(delta | 0x80);
        log->high_end = varint_store(log->high_end, (delta >> 7) - 1);
    }
    return ticks;
}

/* False when there is no such function. Needs room (event_log_full). */
static inline bool event_log_enter(struct event_log *log, uint32_t function, uint64_t ticks)
{
    uint32_t parent = log->top->node;
    uint32_t child = log->slots[event_log_slot(log, parent, function)];
    if (__builtin_expect(
            log->nodes[child].function != function || log->nodes[child].parent != parent, 0)) {
        child = event_log_child(log, function);
        if (child == 0)
            return false;
    }
    ticks = event_log_elapse(log, ticks);
    if (log->nodes[child].epoch != log->epoch)
        event_log_touch(log, child);
    log->nodes[child].calls++;
    log->calls++;
    if (__builtin_expect(++log->top == log->frames_limit, 0))
        event_log_more_frames(log);
    *log->top = (struct event_frame){ticks, child, function};
    log->token = log->tokens_end;
    log->tokens_end = varint_store(log->tokens_end, (uint64_t)function << TOKEN_LEAVE_BITS);
    return true;
}

/* False when no frame is open. Needs room. */
static inline bool event_log_leave(struct event_log *log, uint64_t ticks)
{
    if (__builtin_expect(log->top == log->frames, 0))
        return false;
    ticks = event_log_elapse(log, ticks);
    struct event_node *node = &log->nodes[log->top->node];
    uint64_t duration = ticks - log->top->start;
    if (duration < node->min)
        node->min = duration;
    if (duration > node->max)
        node->max = duration;
    latency_table_add(&log->latency, node->function, duration);
    log->top--;
    if (log->nodes[log->top->node].epoch != log->epoch)
        event_log_touch(log, log->top->node);
    if ((*log->token & TOKEN_LEAVES_MAX) != TOKEN_LEAVES_MAX) {
        ++*log->token;
    } else {
        log->token = log->tokens_end;
        *log->tokens_end++ = 1;
    }
    return true;
}

/* ---- what a chunk is made of ---- */

/* Appends nodes that are new to the thread's tree, and adds the chunk's sums to it. */
void event_log_update_tree(struct event_log *log, struct trace_tree *tree);
/* The chunk's sums as rows; returns their number. `rows` has touched.count elements. */
uint32_t event_log_rows(const struct event_log *log, struct summary_row *rows);
/* The payload EVENTS. */
void event_log_encode(const struct event_log *log, struct bytes *out);
/* Begins the next chunk where this one ends. */
void event_log_restart(struct event_log *log);
/* The thread is over and its last chunk is written: keeps no more than what totals need. */
void event_log_end(struct event_log *log);

#endif
