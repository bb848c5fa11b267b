/*
 * One thread of a recording in progress: its stack, its call tree, and the
 * events of the chunk that is being filled.
 *
 * event_log_enter() and event_log_leave() are the writer's hot path, and the
 * functions of struct event_run that they are made of, which a recorder uses for
 * many events at once. What is rare (a new context, a full buffer) is in event_log.c.
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
/* Calls of a chunk, where not all have events. */
#define EVENT_LOG_CALLS (1u << 19)
_Static_assert(EVENT_LOG_CALLS < 1u << LATENCY_COUNT_BITS, "a chunk's calls fit a slot");

struct event_frame {
    uint64_t start;
    uint32_t node;
    uint32_t function; /* differs from the node's only in a folded context */
};

/* Where the columns ended before a frame was entered: there they end again, if it was too short. */
struct event_mark {
    uint32_t epoch; /* of the chunk with the enter; 0: not known */
    uint32_t events;
    uint32_t token, tokens, high; /* bytes */
    uint64_t kept;
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
    uint64_t written; /* events of the chunks before, in the file, left out, or given up */
    struct latency_table latency;
    uint32_t epoch;

    bool started, ended;
    uint64_t begin; /* ticks at which the chunk began */
    uint32_t start_context, start_folded;
    struct bytes start_functions; /* of the folded frames open at the beginning, as varints */
    struct event_frame *frames;
    uint8_t *buffer; /* tokens, low, high, each with its worst case's room */
    uint8_t *tokens, *lows, *highs;
    uint32_t room;            /* events that fit the buffer */
    uint64_t min_ticks;       /* shorter calls are left out of the columns; 0: none */
    uint64_t kept;            /* ticks of the last event in the columns */
    uint32_t left_out;        /* events of this chunk that are not in the columns ... */
    uint32_t left_out_calls;  /* ... and the enters among them */
    struct event_mark *marks; /* of the frames, while `min_ticks` is set */
    uint32_t mark_capacity;
    uint32_t node_count, node_capacity;
    ARRAY(uint32_t) touched; /* nodes with sums of this epoch */
    struct event_budget *budget;
};

extern const char event_log_folded_name[];

struct event_log *event_log_new(struct event_budget *budget);
void event_log_free(struct event_log *log);

/*
 * The context of a call of `function` in the top frame's, made when it is new, and room for its
 * frame; 0 when there is no such function.
 */
uint32_t event_log_context(struct event_log *log, uint32_t function);
/* Makes all that the leave of the top frame at `ticks` counts; false when no frame is open. */
bool event_log_expect_leave(struct event_log *log, uint64_t ticks);
/* A node that the file defines already; they come in the order of their ids. */
void event_log_adopt(struct event_log *log, uint32_t parent, uint32_t function);
/* A frame that was open where the file ended, the outermost first. Its context is there. */
void event_log_reopen(struct event_log *log, uint32_t function, uint64_t start);
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

static inline uint32_t event_slot(uint32_t shift, uint32_t parent, uint32_t function)
{
    uint64_t key = (uint64_t)parent << 32 | function;
    return (uint32_t)((key * UINT64_C(0x9e3779b97f4a7c15)) >> shift);
}

static inline bool event_log_full(const struct event_log *log)
{
    return log->low_end >= log->low_limit;
}

/* ---- events, several in a row ---- */

/*
 * What events read and change, as local variables: their bytes could be those of the log itself
 * for all that the compiler knows, which would then load and store every field for each of them.
 */
struct event_run {
    uint64_t last;
    struct event_frame *top;
    struct event_node *node; /* of the top frame */
    uint8_t *token, *tokens_end, *low_end, *high_end;
    struct event_frame *frames, *last_frame;
    struct event_node *nodes;
    const uint32_t *slots;
    uint32_t slot_mask, slot_shift, epoch;
    struct latency_table latency;
};

static inline struct event_run event_run_begin(const struct event_log *log)
{
    return (struct event_run){
        .last = log->last,
        .top = log->top,
        .node = &log->nodes[log->top->node],
        .token = log->token,
        .tokens_end = log->tokens_end,
        .low_end = log->low_end,
        .high_end = log->high_end,
        .frames = log->frames,
        .last_frame = log->frames_limit - 1,
        .nodes = log->nodes,
        .slots = log->slots,
        .slot_mask = log->slot_mask,
        .slot_shift = log->slot_shift,
        .epoch = log->epoch,
        .latency = log->latency,
    };
}

static inline void event_run_end(const struct event_run *run, struct event_log *log,
                                 uint32_t enters)
{
    log->last = run->last;
    log->calls += enters;
    log->top = run->top;
    log->token = run->token;
    log->tokens_end = run->tokens_end;
    log->low_end = run->low_end;
    log->high_end = run->high_end;
}

/* The context of a call of `function`; NULL when event_log_context() has to say it. */
static inline struct event_node *event_run_child(const struct event_run *run, uint32_t function)
{
    uint32_t parent = run->top->node, at = event_slot(run->slot_shift, parent, function);
    for (;; at = (at + 1) & run->slot_mask) {
        struct event_node *child = &run->nodes[run->slots[at]];
        if (__builtin_expect(child->function == function && child->parent == parent, 1))
            return child;
        if (child == run->nodes)
            return NULL;
    }
}

/* Whether it can be entered; event_log_context() has it ready. */
static inline bool event_run_ready(const struct event_run *run, const struct event_node *child)
{
    return __builtin_expect(child->epoch == run->epoch && run->top != run->last_frame, 1);
}

/* The time up to `ticks`, which are not before the last event's, is `node`'s own. */
static inline void event_run_elapse(struct event_run *run, struct event_node *node, uint64_t ticks)
{
    uint64_t delta = ticks - run->last, high = delta >> 7;
    run->last = ticks;
    node->self += delta;
    /* No branch on whether there is a high part: it would be guessed wrong. */
    *run->low_end++ = (uint8_t)(delta | (uint64_t)(high != 0) << 7);
    if (__builtin_expect(high <= 0x80, 1)) {
        *run->high_end = (uint8_t)(high - 1);
        run->high_end += high != 0;
    } else {
        run->high_end = varint_store(run->high_end, high - 1);
    }
}

static inline void event_run_token(struct event_run *run, uint32_t function, uint32_t leaves)
{
    run->token = run->tokens_end;
    uint64_t token = (uint64_t)function << TOKEN_LEAVE_BITS | leaves;
    if (__builtin_expect(token < 0x80, 1))
        *run->tokens_end++ = (uint8_t)token;
    else
        run->tokens_end = varint_store(run->tokens_end, token);
}

/* Enters `child`, which is ready, as `function`. Needs room. */
static inline void event_run_enter(struct event_run *run, struct event_node *child,
                                   uint32_t function, uint64_t ticks)
{
    event_run_elapse(run, run->node, ticks);
    child->calls++;
    *++run->top = (struct event_frame){ticks, (uint32_t)(child - run->nodes), function};
    run->node = child;
    event_run_token(run, function, 0);
}

/* False, with nothing done, when event_log_expect_leave() has to be asked first. */
static inline bool event_run_count(const struct event_run *run, struct event_node *node,
                                   uint64_t duration)
{
    if (__builtin_expect(!latency_table_count(&run->latency, node->function, duration), 0))
        return false;
    if (duration < node->min)
        node->min = duration;
    if (duration > node->max)
        node->max = duration;
    return true;
}

/* Needs room. False, with nothing done, when event_log_leave() has to do it. */
static inline bool event_run_leave(struct event_run *run, uint64_t ticks)
{
    const struct event_frame *top = run->top;
    if (__builtin_expect(top == run->frames, 0))
        return false;
    struct event_node *parent = &run->nodes[top[-1].node];
    if (__builtin_expect(parent->epoch != run->epoch, 0) ||
        !event_run_count(run, run->node, ticks - top->start))
        return false;
    event_run_elapse(run, run->node, ticks);
    run->node = parent;
    run->top--;
    if ((*run->token & TOKEN_LEAVES_MAX) != TOKEN_LEAVES_MAX) {
        ++*run->token;
    } else {
        run->token = run->tokens_end;
        *run->tokens_end++ = 1;
    }
    return true;
}

/*
 * event_run_enter() of a child that is ready, and its leave after that, at once. Needs room for
 * two. False, with nothing done, when each has to be done by itself.
 */
static inline bool event_run_leaf(struct event_run *run, struct event_node *child, uint64_t enter,
                                  uint64_t leave)
{
    /* The parent's epoch is of old only at a chunk's beginning. */
    if (__builtin_expect(run->node->epoch != run->epoch, 0) ||
        !event_run_count(run, child, leave - enter))
        return false;
    event_run_elapse(run, run->node, enter);
    child->calls++;
    event_run_elapse(run, child, leave);
    event_run_token(run, child->function, 1);
    return true;
}

/* ---- one event ---- */

static inline uint64_t event_log_not_before(const struct event_log *log, uint64_t ticks)
{
    return ticks > log->last ? ticks : log->last;
}

/* False when there is no such function. Needs room (event_log_full). */
static inline bool event_log_enter(struct event_log *log, uint32_t function, uint64_t ticks)
{
    struct event_run run = event_run_begin(log);
    struct event_node *child = event_run_child(&run, function);
    if (__builtin_expect(!child || !event_run_ready(&run, child), 0)) {
        uint32_t made = event_log_context(log, function);
        if (made == 0)
            return false;
        run = event_run_begin(log);
        child = &run.nodes[made];
    }
    event_run_enter(&run, child, function, event_log_not_before(log, ticks));
    event_run_end(&run, log, 1);
    return true;
}

/* False when no frame is open. Needs room. */
static inline bool event_log_leave(struct event_log *log, uint64_t ticks)
{
    ticks = event_log_not_before(log, ticks);
    struct event_run run = event_run_begin(log);
    if (__builtin_expect(!event_run_leave(&run, ticks), 0)) {
        if (!event_log_expect_leave(log, ticks))
            return false;
        run = event_run_begin(log);
        event_run_leave(&run, ticks);
    }
    event_run_end(&run, log, 0);
    return true;
}

/* ---- one event, where short calls leave none (event_log_thin.c) ---- */

/* From now on calls of less than `ticks` have none, unless something in them has, or a chunk ends
 * while they are open. 0: all have. */
void event_log_thin(struct event_log *log, uint64_t ticks);
bool event_log_thin_full(const struct event_log *log);
bool event_log_thin_enter(struct event_log *log, uint32_t function, uint64_t ticks);
bool event_log_thin_leave(struct event_log *log, uint64_t ticks);

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
