#include "formats/trace/event_log.h"

#include <stdlib.h>

#define FIRST_NODES  8u
#define FIRST_FRAMES 16u
#define FIRST_ROOM   64u
#define ROOM_GROWTH  8u
#define TOKEN_SIZE   5u /* bytes of the longest token */

const char event_log_folded_name[] = "[deeper contexts folded]";

/* Sparse: nearly every look-up finds its node in the first place it looks at. */
static void allocate_slots(struct event_log *log)
{
    uint32_t count = log->node_capacity * 4;
    log->slot_mask = count - 1;
    log->slot_shift = 64 - (uint32_t)__builtin_ctz(count);
    log->slots = memory_zeroed(count, sizeof *log->slots);
}

struct event_log *event_log_new(struct event_budget *budget)
{
    struct event_log *log = memory_zeroed(1, sizeof *log);
    log->budget = budget;
    log->epoch = 1;
    log->node_count = 1;
    log->node_capacity = FIRST_NODES;
    log->nodes = memory_zeroed(FIRST_NODES, sizeof *log->nodes);
    log->nodes[0].function = UINT32_MAX;
    allocate_slots(log);
    log->frames = memory_zeroed(FIRST_FRAMES, sizeof *log->frames);
    log->frames_limit = log->frames + FIRST_FRAMES;
    log->top = log->frames;
    latency_table_init(&log->latency);
    return log;
}

void event_log_end(struct event_log *log)
{
    free(log->nodes);
    free(log->slots);
    free(log->frames);
    free(log->buffer);
    free(log->marks);
    free(log->start_functions.data);
    array_free(&log->touched);
    latency_table_free(&log->latency);
    *log = (struct event_log){.ended = true, .written = log->written};
}

void event_log_free(struct event_log *log)
{
    event_log_end(log);
    free(log);
}

/* ---- the tree ---- */

/* The slot with the node, or the free one where it belongs. */
static uint32_t find_slot(const struct event_log *log, uint32_t parent, uint32_t function)
{
    uint32_t at = event_slot(log->slot_shift, parent, function);
    while (log->slots[at]) {
        const struct event_node *node = &log->nodes[log->slots[at]];
        if (node->parent == parent && node->function == function)
            break;
        at = (at + 1) & log->slot_mask;
    }
    return at;
}

static void grow_nodes(struct event_log *log)
{
    log->node_capacity *= 2;
    log->nodes = memory_resize(log->nodes, log->node_capacity, sizeof *log->nodes);
    free(log->slots);
    allocate_slots(log);
    for (uint32_t i = 1; i < log->node_count; i++)
        log->slots[find_slot(log, log->nodes[i].parent, log->nodes[i].function)] = i;
}

static uint32_t find_or_add(struct event_log *log, uint32_t parent, uint32_t function, bool add)
{
    uint32_t at = find_slot(log, parent, function);
    if (log->slots[at] || !add)
        return log->slots[at];
    if (log->node_count == log->node_capacity) {
        grow_nodes(log);
        at = find_slot(log, parent, function);
    }
    uint32_t node = log->node_count++;
    log->nodes[node] = (struct event_node){.function = function, .parent = parent};
    log->slots[at] = node;
    log->budget->contexts++;
    return node;
}

static uint32_t folded_function(struct event_budget *budget)
{
    if (!budget->folded_function) {
        uint32_t name = strings_intern_text(&budget->definitions->strings, event_log_folded_name);
        budget->folded_function =
            definitions_function(budget->definitions, (struct trace_function){.name = name});
    }
    return budget->folded_function;
}

static uint32_t child_of(struct event_log *log, uint32_t function)
{
    struct event_budget *budget = log->budget;
    uint32_t parent = log->top->node;
    if (function == 0 || function >= budget->definitions->functions.count)
        return 0;
    if (parent && log->nodes[parent].function == budget->folded_function)
        return parent;
    uint32_t node = find_or_add(log, parent, function, budget->contexts < budget->limit);
    return node ? node : find_or_add(log, parent, folded_function(budget), true);
}

static void more_frames(struct event_log *log)
{
    size_t depth = (size_t)(log->top - log->frames);
    size_t capacity = 2 * (size_t)(log->frames_limit - log->frames);
    log->frames = memory_resize(log->frames, capacity, sizeof *log->frames);
    log->frames_limit = log->frames + capacity;
    log->top = log->frames + depth;
}

static void touch(struct event_log *log, uint32_t node)
{
    struct event_node *touched = &log->nodes[node];
    touched->epoch = log->epoch;
    touched->calls = 0;
    touched->self = 0;
    touched->min = UINT64_MAX;
    touched->max = 0;
    if (node)
        *array_push(&log->touched) = node;
}

uint32_t event_log_context(struct event_log *log, uint32_t function)
{
    uint32_t child = child_of(log, function);
    if (child && log->nodes[child].epoch != log->epoch)
        touch(log, child);
    if (child && log->top + 1 == log->frames_limit)
        more_frames(log);
    return child;
}

bool event_log_expect_leave(struct event_log *log, uint64_t ticks)
{
    if (log->top == log->frames)
        return false;
    if (log->nodes[log->top[-1].node].epoch != log->epoch)
        touch(log, log->top[-1].node);
    if (ticks < log->last)
        ticks = log->last;
    latency_table_expect(&log->latency, log->nodes[log->top->node].function,
                         ticks - log->top->start);
    return true;
}

void event_log_adopt(struct event_log *log, uint32_t parent, uint32_t function)
{
    find_or_add(log, parent, function, true);
}

void event_log_reopen(struct event_log *log, uint32_t function, uint64_t start)
{
    uint32_t folded = log->budget->folded_function;
    uint32_t parent = log->top->node, node = parent;
    if (!parent || log->nodes[parent].function != folded)
        node = find_or_add(log, parent, function, false);
    if (!node)
        node = find_or_add(log, parent, folded, false);
    if (log->top + 1 == log->frames_limit)
        more_frames(log);
    *++log->top = (struct event_frame){start, node, function};
}

/* ---- room ---- */

/* One byte before the tokens is a full one, so that a chunk's first leave starts a token. */
static size_t tokens_size(uint32_t room)
{
    return 1 + (size_t)room * TOKEN_SIZE;
}

bool event_log_grow(struct event_log *log)
{
    if (log->room == EVENT_LOG_CHUNK)
        return false;
    uint32_t room = log->room ? log->room * ROOM_GROWTH : FIRST_ROOM;
    if (room > EVENT_LOG_CHUNK)
        room = EVENT_LOG_CHUNK;
    /* The worst case's room is address space; only what is used is ever touched. */
    uint8_t *buffer = memory_alloc(tokens_size(room) + room + (size_t)room * VARINT_MAX);
    uint8_t *tokens = buffer + 1;
    uint8_t *lows = buffer + tokens_size(room);
    uint8_t *highs = lows + room;
    buffer[0] = TOKEN_LEAVES_MAX;
    size_t token = 0, token_bytes = 0, low_bytes = 0, high_bytes = 0;
    if (log->room) {
        token = (size_t)(log->token - log->buffer);
        token_bytes = (size_t)(log->tokens_end - log->tokens);
        low_bytes = (size_t)(log->low_end - log->lows);
        high_bytes = (size_t)(log->high_end - log->highs);
        memcpy(tokens, log->tokens, token_bytes);
        memcpy(lows, log->lows, low_bytes);
        memcpy(highs, log->highs, high_bytes);
    }
    free(log->buffer);
    log->buffer = buffer;
    log->tokens = tokens;
    log->lows = lows;
    log->highs = highs;
    log->token = buffer + token;
    log->tokens_end = tokens + token_bytes;
    log->low_end = lows + low_bytes;
    log->high_end = highs + high_bytes;
    log->low_limit = lows + room;
    log->room = room;
    return true;
}

void event_log_start(struct event_log *log, uint64_t ticks)
{
    log->started = true;
    log->last = ticks;
    log->kept = ticks;
    log->begin = ticks;
}

/* ---- chunks ---- */

void event_log_update_tree(struct event_log *log, struct trace_tree *tree)
{
    for (uint32_t i = tree->contexts.count; i < log->node_count; i++)
        *array_push(&tree->contexts) = (struct trace_context){
            .parent = log->nodes[i].parent,
            .function = log->nodes[i].function,
        };
    for (uint32_t i = 0; i < log->touched.count; i++) {
        uint32_t node = log->touched.data[i];
        tree->contexts.data[node].calls += log->nodes[node].calls;
        tree->contexts.data[node].self += log->nodes[node].self;
    }
}

uint32_t event_log_rows(const struct event_log *log, struct summary_row *rows)
{
    for (uint32_t i = 0; i < log->touched.count; i++) {
        uint32_t node = log->touched.data[i];
        rows[i] = (struct summary_row){node, log->nodes[node].calls, log->nodes[node].self};
    }
    return log->touched.count;
}

void event_log_encode(const struct event_log *log, struct bytes *out)
{
    size_t tokens = (size_t)(log->tokens_end - log->tokens);
    size_t low = (size_t)(log->low_end - log->lows);
    size_t high = (size_t)(log->high_end - log->highs);
    bytes_varint(out, log->start_context);
    bytes_varint(out, log->start_folded);
    bytes_put(out, log->start_functions.data, log->start_functions.size);
    bytes_varint(out, tokens);
    bytes_varint(out, low);
    bytes_varint(out, high);
    bytes_put(out, log->tokens, tokens);
    bytes_put(out, log->lows, low);
    bytes_put(out, log->highs, high);
}

/* Frames inside a folded context are not contexts: the next chunk has to name them. */
static void note_folded_frames(struct event_log *log)
{
    log->start_folded = 0;
    log->start_functions.size = 0;
    uint32_t node = log->top->node;
    if (!node || log->nodes[node].function != log->budget->folded_function)
        return;
    const struct event_frame *frame = log->top;
    while (frame[-1].node == node)
        frame--;
    for (; frame <= log->top; frame++) {
        bytes_varint(&log->start_functions, frame->function);
        log->start_folded++;
    }
}

void event_log_restart(struct event_log *log)
{
    log->begin = log->last;
    log->kept = log->last;
    log->start_context = log->top->node;
    note_folded_frames(log);
    log->tokens_end = log->tokens;
    log->low_end = log->lows;
    log->high_end = log->highs;
    log->token = log->buffer;
    if (log->buffer)
        log->buffer[0] = TOKEN_LEAVES_MAX;
    log->calls = 0;
    log->left_out = 0;
    log->left_out_calls = 0;
    log->touched.count = 0;
    log->epoch++;
    touch(log, log->top->node);
    latency_table_clear(&log->latency);
}
