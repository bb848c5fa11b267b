#include "tui/analysis/filter.h"
#include "tui/analysis/gate_internal.h"

#include <stdlib.h>
#include <string.h>

static bool limits_anything(const struct limit_set *set)
{
    for (int m = 0; m < LIMIT_MEASURES; m++)
        for (int k = 0; k < LIMIT_KINDS; k++)
            if (isfinite(set->max[m][k]))
                return true;
    return false;
}

/* The rule with a function's very name; UINT32_MAX: none. */
static uint32_t rule_called(const struct limits *limits, const char *name)
{
    for (uint32_t i = 0; i < limits->rules.count; i++)
        if (!strcmp(limits->rules.data[i].function, name))
            return i;
    return UINT32_MAX;
}

void gate_rules_open(struct gate_rules *rules, const struct limits *limits,
                     const struct limit_set *defaults, const struct comparison *comparison)
{
    uint32_t count = limits->rules.count;
    bool *is_name = memory_zeroed(count, sizeof *is_name);
    *rules = (struct gate_rules){.limits = limits, .defaults = *defaults};
    rules->rules = memory_zeroed(count, sizeof *rules->rules);
    for (uint32_t row = 0; count && row < comparison->count; row++) {
        uint32_t rule = rule_called(limits, compare_function(comparison, row)->name);
        if (rule != UINT32_MAX)
            is_name[rule] = true;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct limit_rule *stated = &limits->rules.data[i];
        struct gate_rule *rule = &rules->rules[i];
        rule->set = stated->set;
        rule->limits_anything = limits_anything(&stated->set);
        rule->filter = is_name[i] ? NULL : filter_new(stated->function);
        limits_inherit(&rule->set, defaults);
    }
    free(is_name);
}

void gate_rules_close(struct gate_rules *rules)
{
    for (uint32_t i = 0; i < rules->limits->rules.count; i++)
        filter_free(rules->rules[i].filter);
    free(rules->rules);
}

static struct gate_rule *find(struct gate_rules *rules, const struct function *function)
{
    uint32_t called = rule_called(rules->limits, function->name);
    if (called != UINT32_MAX)
        return &rules->rules[called];
    for (uint32_t i = 0; i < rules->limits->rules.count; i++)
        if (rules->rules[i].filter && filter_matches_function(rules->rules[i].filter, function))
            return &rules->rules[i];
    return NULL;
}

const struct gate_rule *gate_rules_find(struct gate_rules *rules,
                                        const struct comparison *comparison, uint32_t row)
{
    const struct compare_row *r = &comparison->rows[row];
    struct gate_rule *rule = find(rules, compare_function(comparison, row));
    if (!rule)
        return NULL;
    rule->in_a |= r->function_a != PROFILE_NONE;
    rule->in_b |= r->function_b != PROFILE_NONE;
    rule->in_both |= r->function_a != PROFILE_NONE && r->function_b != PROFILE_NONE;
    return rule;
}
