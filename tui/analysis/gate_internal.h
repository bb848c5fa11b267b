/* What gate.c and gate_rules.c share; for nobody else. */
#ifndef NCPROF_TUI_ANALYSIS_GATE_INTERNAL_H
#define NCPROF_TUI_ANALYSIS_GATE_INTERNAL_H

#include "tui/analysis/gate.h"

/* Which rule is whose. */
struct gate_rules {
    const struct limits *limits;
    struct limit_set defaults; /* in force, usual ones included */
    struct gate_rule {
        struct limit_set set;     /* in force */
        struct filter *filter;    /* NULL: a function has that very name */
        bool limits_anything;     /* else it only takes limits away */
        bool in_a, in_b, in_both; /* functions that it names */
    } * rules;
};

void gate_rules_open(struct gate_rules *rules, const struct limits *limits,
                     const struct limit_set *defaults, const struct comparison *comparison);
void gate_rules_close(struct gate_rules *rules);
/* The rule that names a row's function, and that it does is noted; NULL: none. */
const struct gate_rule *gate_rules_find(struct gate_rules *rules,
                                        const struct comparison *comparison, uint32_t row);

#endif
