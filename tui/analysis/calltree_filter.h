/* Which branches of a call tree hold a match. */
#ifndef NCPROF_TUI_ANALYSIS_CALLTREE_FILTER_H
#define NCPROF_TUI_ANALYSIS_CALLTREE_FILTER_H

#include "tui/analysis/calltree_nodes.h"

/*
 * A measured tree is answered by context, an apportioned one by function: a
 * function "holds" a match when it can reach one along calls. Of two profiles a
 * node holds what it holds in either.
 */
struct calltree_filter {
    struct calltree_filter_side {
        bool *matches; /* by function */
        bool *holds;   /* by context or function: it or something below matches */
        bool *below;   /* something below matches */
    } sides[2];
};

/* NULL when `text` is NULL or "". */
struct calltree_filter *calltree_filter_new(const struct calltree_nodes *nodes, const char *text);
void calltree_filter_free(struct calltree_filter *filter);

bool calltree_filter_matches(const struct calltree_filter *filter,
                             const struct calltree_node *node);
bool calltree_filter_holds(const struct calltree_filter *filter, const struct calltree_node *node);
bool calltree_filter_below(const struct calltree_filter *filter, const struct calltree_node *node);

#endif
