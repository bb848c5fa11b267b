/*
 * The profiling logs of Papyrus, the script language of Skyrim and Fallout 4: a line an event,
 *
 *     Stack_3185 log opened (PC)
 *     50018:PUSH:3185:3:None:abc_example_quest..exampleFunction1
 *     50035:POP:3185:3:None:abc_example_quest..exampleFunction1
 *     Log closed
 *
 * milliseconds, what happens, the stack (a thread), the depth in it, the object, the function. The
 * source: https://ck.uesp.net/wiki/StartPapyrusScriptProfile and files of speedscope's.
 *
 *   - A function that ends without having begun was running when the log was opened: its call is
 *     counted and its time begins there. (speedscope leaves it out.)
 *   - Events of one millisecond may be out of order: a function that ends before one that it
 *     called ends together with that one.
 *   - Each stack is a thread, so that its calls nest (speedscope puts all stacks into one another).
 *   - QUEUE_PUSH and QUEUE_POP are left out: what waits in the queue is the caller's own time.
 *   - Objects are left out: a function is the same for all of them. Of "script.state.name" the
 *     script is the module and the state, when there is one, a part of the name.
 *
 * What was running before is known at the end only, so the events are kept: 24 bytes each.
 */
#include "formats/format.h"
#include "formats/profile/memory.h"
#include "formats/readers/decimal.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"
#include "formats/readers/text_lines.h"

#include <inttypes.h>
#include <stdlib.h>

#define MILLISECOND INT64_C(1000000)
#define CROSSED_MAX 16 /* calls looked through for one that does not end at its turn */

struct script_event {
    int64_t time;
    uint32_t stack, function;
    bool push;
};

struct script_call {
    uint32_t function;
    bool ended; /* though another one stands above it */
};

struct script_stack {
    uint32_t thread;
    ARRAY(struct script_call) open;
    ARRAY(uint32_t) before; /* those that ran when the log was opened, the innermost first */
};

struct papyrus {
    struct build *build;
    struct names names;
    struct numbered stack_of;
    ARRAY(struct script_stack) stacks;
    ARRAY(struct script_event) events;
    uint32_t process;
    int64_t first;
    bool any, closed;
    uint64_t unmatched, before;
    struct odd_lines odd;
};

/* "50018:PUSH:3185:3:None:Form..GetFormID" taken apart; objects may have colons. */
struct fields {
    struct slice time, what, stack, function;
};

static bool take_field(struct slice *line, struct slice *field)
{
    const char *colon = memchr(line->text, ':', line->length);
    if (!colon)
        return false;
    *field = (struct slice){line->text, (size_t)(colon - line->text)};
    *line = (struct slice){colon + 1, line->length - field->length - 1};
    return true;
}

static bool split_line(struct slice line, struct fields *fields)
{
    struct slice depth;
    if (!take_field(&line, &fields->time) || !take_field(&line, &fields->what) ||
        !take_field(&line, &fields->stack) || !take_field(&line, &depth))
        return false;
    const char *colon = memrchr(line.text, ':', line.length);
    if (!colon)
        return false;
    size_t used = (size_t)(colon + 1 - line.text);
    fields->function = (struct slice){line.text + used, line.length - used};
    return fields->function.length > 0;
}

static uint32_t function_of(struct papyrus *p, struct slice text)
{
    bool added;
    uint32_t *function = names_value(&p->names, text, &added);
    if (!added)
        return *function;
    const char *dot = memchr(text.text, '.', text.length);
    size_t module = dot ? (size_t)(dot - text.text) : 0, name = dot ? module + 1 : 0;
    name += name && name + 1 < text.length && text.text[name] == '.';
    *function = build_function_n(p->build, text.text + name, text.length - name, text.text, module,
                                 "", 0, 0, FUNCTION_UNKNOWN);
    return *function;
}

static uint32_t stack_of(struct papyrus *p, uint64_t number)
{
    uint32_t index = numbered_get(&p->stack_of, number);
    if (index != NUMBERED_NONE)
        return index;
    struct script_stack stack = {0};
    char *name = memory_printf("stack %" PRIu64, number);
    stack.thread = build_thread(p->build, name, number, p->process);
    free(name);
    index = p->stacks.count;
    *array_push(&p->stacks) = stack;
    numbered_put(&p->stack_of, number, index);
    return index;
}

static bool mark_ended(struct script_stack *stack, uint32_t function)
{
    for (uint32_t i = 0; i < stack->open.count && i < CROSSED_MAX; i++) {
        struct script_call *call = &stack->open.data[stack->open.count - 1 - i];
        if (call->ended || call->function != function)
            continue;
        call->ended = true;
        return true;
    }
    return false;
}

static void end_function(struct papyrus *p, struct script_event event)
{
    struct script_stack *stack = &p->stacks.data[event.stack];
    if (!stack->open.count) {
        *array_push(&stack->before) = event.function;
        p->before++;
        *array_push(&p->events) = event;
        return;
    }
    p->unmatched += !mark_ended(stack, event.function);
    while (stack->open.count && stack->open.data[stack->open.count - 1].ended) {
        stack->open.count--;
        *array_push(&p->events) = event;
    }
}

static void take_event(struct papyrus *p, const struct fields *fields, int64_t time,
                       uint64_t number)
{
    struct script_event event = {.time = time, .push = slice_is(fields->what, "PUSH")};
    if (!event.push && !slice_is(fields->what, "POP"))
        return;
    event.stack = stack_of(p, number);
    event.function = function_of(p, fields->function);
    if (!event.push) {
        end_function(p, event);
        return;
    }
    *array_push(&p->stacks.data[event.stack].open) = (struct script_call){event.function, false};
    *array_push(&p->events) = event;
}

static bool take_line(struct papyrus *p, struct slice line)
{
    struct fields fields = {0};
    uint64_t time, number;
    bool whole = split_line(line, &fields);
    /* "50002:START:3185" has no function. */
    if (!fields.what.length || !decimal_count(fields.time.text, fields.time.length, &time) ||
        time > (uint64_t)(INT64_MAX / MILLISECOND))
        return false;
    if (!p->any)
        p->first = (int64_t)time * MILLISECOND;
    p->any = true;
    if (!whole)
        return slice_is(fields.what, "START") || slice_is(fields.what, "STOP");
    if (!decimal_count(fields.stack.text, fields.stack.length, &number))
        return false;
    take_event(p, &fields, (int64_t)time * MILLISECOND, number);
    return true;
}

static int read_lines(struct papyrus *p, struct input *input, struct error *err)
{
    struct slice line;
    int more;
    while ((more = input_line(input, &line.text, &line.length, err)) > 0) {
        line = slice_trim(line);
        if (slice_is(line, "Log closed"))
            p->closed = true;
        else if (line.length && !slice_holds(line, " log opened") && !take_line(p, line))
            odd_lines_add(&p->odd, input_line_number(input));
    }
    return text_lines_end(p->build, more, p->events.count > 0, err);
}

static void state_events(struct papyrus *p)
{
    int64_t last = p->first;
    for (uint32_t i = 0; i < p->stacks.count; i++) {
        struct script_stack *stack = &p->stacks.data[i];
        for (uint32_t b = stack->before.count; b-- > 0;)
            build_enter(p->build, stack->thread, stack->before.data[b], p->first);
    }
    for (uint32_t i = 0; i < p->events.count; i++) {
        const struct script_event *event = &p->events.data[i];
        uint32_t thread = p->stacks.data[event->stack].thread;
        if (event->push)
            build_enter(p->build, thread, event->function, event->time);
        else
            build_leave(p->build, thread, event->time);
        last = event->time > last ? event->time : last;
    }
    build_times(p->build, 0, last - p->first);
}

static void state_notes(const struct papyrus *p)
{
    odd_lines_note(&p->odd, p->build, "are no events and are left out");
    build_note_count(p->build, p->before,
                     "functions were running when the log was opened: their time begins there");
    build_note_count(p->build, p->unmatched, "ends of functions that had not begun are left out");
    if (!p->events.count)
        build_note(p->build, "holds no call");
    if (!p->closed) {
        build_note(p->build, "the log was not closed: its end may be missing");
        build_flags(p->build, PROFILE_TRUNCATED);
    }
}

static int read_papyrus(struct input *input, struct build *build, struct error *err)
{
    struct papyrus p = {.build = build};
    (void)build_metric(build, "wall", "s", METRIC_TIME, 1e-9);
    p.process = build_process(build, "", 0);
    int status = read_lines(&p, input, err);
    if (!status)
        status = odd_lines_refuse(&p.odd, p.any, "is no event of a log", err);
    if (!status) {
        state_events(&p);
        state_notes(&p);
    }
    for (uint32_t i = 0; i < p.stacks.count; i++) {
        array_free(&p.stacks.data[i].open);
        array_free(&p.stacks.data[i].before);
    }
    array_free(&p.stacks);
    array_free(&p.events);
    numbered_free(&p.stack_of);
    names_free(&p.names);
    return status;
}

/* "Script_abc log opened (PC)" */
static int probe_papyrus(const uint8_t *head, size_t size)
{
    struct slice text = {(const char *)head, size};
    const char *end = memchr(head, '\n', size);
    if (end)
        text.length = (size_t)(end - text.text);
    text = slice_trim(text);
    bool known = slice_begins(text, "Script_") || slice_begins(text, "Stack_") ||
                 slice_begins(text, "Form_");
    return slice_holds(text, " log opened") ? known ? 80 : 40 : 0;
}

const struct reader papyrus_reader = {
    .name = "papyrus",
    .description = "profiling logs of Papyrus scripts (Skyrim, Fallout 4)",
    .suffixes = "log",
    .probe = probe_papyrus,
    .read = read_papyrus,
};
