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

void events_take(struct event_log *log, struct trace_unit unit,
                 const struct event_functions *functions, struct event_cursor *at)
{
    struct event_run run = event_run_begin(log);
    const uint32_t *word = at->word, *last = at->end - 1; /* no event begins there: it is longer */
    uint64_t ticks = at->ticks, calls = run.calls;
    uint32_t before = event_run_events(&run);
    for (; word < last && !event_run_full(&run); word++) {
        if ((*word & 3) == CHANNEL_LEAVE) {
            if (!event_run_leave(&run, trace_unit_of(unit, ticks + (*word >> 2))))
                break;
            ticks += *word >> 2;
        } else if ((*word & 3) == CHANNEL_ENTER) {
            uint32_t function = function_of(functions, word[1]);
            uint32_t child = event_run_child(&run, function);
            if (!child)
                break;
            ticks += *word++ >> 2;
            event_run_enter(&run, child, function, trace_unit_of(unit, ticks));
        } else {
            break;
        }
    }
    event_run_end(&run, log);
    calls = run.calls - calls;
    at->word = word;
    at->ticks = ticks;
    at->enters += calls;
    at->leaves += event_run_events(&run) - before - calls;
}
