#include "capture/launcher/events.h"

#include "capture/channel/layout.h"
#include "formats/trace/event_log.h"

#include <string.h>

static uint32_t slot_of(uint32_t word)
{
    return word * UINT32_C(0x9E3779B1) >> 22;
}
_Static_assert(EVENTS_FUNCTIONS == 1u << (32 - 22), "a slot for each hash");

void event_functions_clear(struct event_functions *functions)
{
    memset(functions, 0, sizeof *functions);
}

void event_functions_add(struct event_functions *functions, uint32_t word, uint32_t function)
{
    functions->slots[slot_of(word)].word = word;
    functions->slots[slot_of(word)].function = function;
}

static uint32_t function_of(const struct event_functions *functions, uint32_t word)
{
    uint32_t slot = slot_of(word);
    return functions->slots[slot].word == word ? functions->slots[slot].function : 0;
}

static uint32_t call_slot_of(uint64_t key)
{
    return (uint32_t)(key * UINT64_C(0x9e3779b97f4a7c15) >> 55);
}
_Static_assert(EVENTS_CALLS == 1u << (64 - 55), "a slot for each hash");

static __attribute__((noinline)) struct event_node *
look_child_up(const struct event_run *run, struct event_functions *functions, uint32_t word)
{
    struct event_node *child = event_run_child(run, function_of(functions, word));
    if (child) {
        uint64_t key = (uint64_t)run->top->node << 32 | word;
        functions->calls[call_slot_of(key)].key = key;
        functions->calls[call_slot_of(key)].context = (uint32_t)(child - run->nodes);
    }
    return child;
}

/* NULL when the function is new to the block or to its caller. */
static inline struct event_node *child_of(const struct event_run *run,
                                          struct event_functions *functions, uint32_t word)
{
    uint64_t key = (uint64_t)run->top->node << 32 | word;
    uint32_t slot = call_slot_of(key), context = functions->calls[slot].context;
    if (__builtin_expect(functions->calls[slot].key == key && context, 1))
        return &run->nodes[context];
    const struct event_run here = *run; /* not the caller's: its variables stay in registers */
    return look_child_up(&here, functions, word);
}

/*
 * Ordinary events up to `end`, of which two words more can be read; no event is shorter than a
 * word. Gives the place of the first that is not taken.
 */
static const uint32_t *take_run(struct event_run *run, struct trace_unit unit,
                                struct event_functions *functions, uint64_t *time,
                                const uint32_t *word, const uint32_t *end)
{
    uint64_t ticks = *time;
    while (word < end) {
        uint32_t first = *word;
        uint64_t at = ticks + (first >> 2);
        if ((first & 3) == CHANNEL_LEAVE) {
            if (!event_run_leave(run, trace_unit_of(unit, at)))
                break;
            ticks = at;
            word++;
            continue;
        }
        if ((first & 3) != CHANNEL_ENTER)
            break;
        struct event_node *child = child_of(run, functions, word[1]);
        if (!child || !event_run_ready(run, child))
            break;
        uint32_t next = word[2];
        if ((next & 3) == CHANNEL_LEAVE && event_run_leaf(run, child, trace_unit_of(unit, at),
                                                          trace_unit_of(unit, at + (next >> 2)))) {
            ticks = at + (next >> 2);
            word += 3;
            continue;
        }
        event_run_enter(run, child, child->function, trace_unit_of(unit, at));
        ticks = at;
        word += 2;
    }
    *time = ticks;
    return word;
}

void events_take(struct event_log *log, struct trace_unit unit, struct event_functions *functions,
                 struct event_cursor *at)
{
    struct event_run run = event_run_begin(log);
    ptrdiff_t room = log->low_limit - log->low_end, words = at->end - at->word - 2;
    if (words > room - 1)
        words = room - 1; /* the last two events may be taken at once */
    if (words <= 0 || trace_unit_of(unit, at->ticks) < run.last)
        return;
    const uint8_t *events = run.low_end;
    const uint32_t *from = at->word;
    at->word = take_run(&run, unit, functions, &at->ticks, from, from + words);
    /* An enter has two words, a leave one. */
    uint32_t taken = (uint32_t)(run.low_end - events);
    uint32_t enters = (uint32_t)(at->word - from) - taken;
    event_run_end(&run, log, enters);
    at->enters += enters;
    at->leaves += taken - enters;
}
