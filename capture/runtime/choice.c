#include "capture/runtime/choice.h"
#include "capture/runtime/module_list.h"

struct choice_rules choice_rules = {.depth = UINT32_MAX};

static uint32_t search(const struct channel_table *table, uint32_t offset)
{
    uint32_t first = 0, end = table->count;
    while (end - first > 1) {
        uint32_t middle = first + (end - first) / 2;
        if (table->rows[middle].start <= offset)
            first = middle;
        else
            end = middle;
    }
    return table->count ? table->rows[first].choice : CHOICE_INCLUDED;
}

/* What the names say, a set of enum channel_choice. False: it is not known yet. */
static bool find_names(uintptr_t function, uint32_t *names)
{
    struct module_question asked;
    *names = CHOICE_INCLUDED;
    if (!module_list_asked(function, &asked))
        return false;
    if (asked.question == QUESTION_NOBODYS)
        return true;
    uint32_t offset = atomic_load(channel_offset(choice_rules.answers, asked.question - 1));
    if (offset > CHANNEL_NO_TABLE && offset < choice_rules.answers_size)
        *names = search((const struct channel_table *)(const void *)(choice_rules.answers + offset),
                        (uint32_t)(function - asked.bias));
    return offset != 0;
}

/* The same, remembered. */
static bool look_up(struct thread *thread, uintptr_t function, uint32_t *names)
{
    uint32_t version = module_list_version();
    uintptr_t hash = function * UINT64_C(0x9e3779b97f4a7c15) >> (64 - CHOICES_BITS);
    struct known_choice *known = &thread->choices[hash];
    if (known->function == function && known->version == version) {
        *names = known->names;
        return true;
    }
    if (!find_names(function, names))
        return false;
    *known = (struct known_choice){function, version, *names};
    return true;
}

static bool is_stopped(void)
{
    return atomic_load_explicit(&recording_control.stopped, memory_order_relaxed);
}

bool choice_is_never(struct thread *thread, uintptr_t function)
{
    uint32_t names;
    return is_stopped() ||
           (choice_rules.names && look_up(thread, function, &names) && names & CHOICE_EXCLUDED);
}

bool choice_is_nested_skip(const struct thread *thread, uintptr_t function)
{
    const struct context *on = &thread->on;
    uint32_t open = (uint32_t)(on->top - on->frames), names;
    if (is_stopped())
        return true;
    if (!choice_rules.on)
        return false;
    if (!choice_rules.names || !find_names(function, &names))
        names = CHOICE_INCLUDED;
    bool within = names & CHOICE_INCLUDED || (on->within && on->within <= open);
    return names & CHOICE_EXCLUDED || !within ||
           open - on->silent + thread->nested.frame_count >= choice_rules.depth;
}

enum choice choice_of_entry(struct thread *thread, uintptr_t function)
{
    struct context *on = &thread->on;
    uint32_t open = (uint32_t)(on->top - on->frames), names = CHOICE_INCLUDED;
    if (on->within > open)
        on->within = 0;
    if (is_stopped())
        return CHOICE_SKIP;
    if (!choice_rules.on)
        return CHOICE_RECORD;
    if (choice_rules.names && !look_up(thread, function, &names))
        return CHOICE_ASK;
    bool outside_all = !on->within && !(names & CHOICE_INCLUDED);
    if (names & CHOICE_EXCLUDED || outside_all || open - on->silent >= choice_rules.depth)
        return CHOICE_SKIP;
    if (!on->within)
        on->within = open + 1;
    return CHOICE_RECORD;
}
