/*
 * The call tree as a list of visible rows: a small state (which contexts are
 * open) over a profile's contexts. Children are ordered by total, descending,
 * ties by name. For a profile with edges only the tree is apportioned by edge
 * shares (`apportioned`); its rows are estimates and marked "~" everywhere.
 */
#ifndef NCPROF_TUI_ANALYSIS_CALLTREE_H
#define NCPROF_TUI_ANALYSIS_CALLTREE_H

#include "formats/profile/profile.h"
#include "tui/columns.h"

struct calltree;

struct calltree_row {
    uint32_t function; /* PROFILE_NONE: a thread */
    uint32_t source;   /* of two profiles, whose function this is: 0 A, 1 B; see aligned.h */
    uint32_t thread;
    uint32_t depth; /* for indentation, 0 outermost */
    struct values values;
    bool has_children, open;
    bool recursive;   /* the same function is among its ancestors */
    bool on_hot_path; /* the hot path from the top, see calltree_hot_path() */
};

extern const struct column calltree_columns[]; /* cumtime % tottime ncalls function */

/* thread PROFILE_NONE: all threads, each a row of its own when there are several. */
struct calltree *calltree_new(const struct profile *profile, uint32_t metric, uint32_t thread);
void calltree_free(struct calltree *tree);

const struct profile *calltree_profile(const struct calltree *tree);
const struct metric *calltree_metric(const struct calltree *tree);
uint32_t calltree_metric_index(const struct calltree *tree);
/* Opens from the top, so that `levels` levels show, bounded as calltree_expand(). */
void calltree_expand_all(struct calltree *tree, uint32_t levels);
bool calltree_is_apportioned(const struct calltree *tree);
uint32_t calltree_count(const struct calltree *tree);
struct calltree_row calltree_row(const struct calltree *tree, uint32_t row);
int64_t calltree_total(const struct calltree *tree); /* 100 % */

void calltree_toggle(struct calltree *tree, uint32_t row);
/* Opens `row` and what is below it, at most `levels` deep (UINT32_MAX: all, bounded at 100,000
 * rows). */
void calltree_expand(struct calltree *tree, uint32_t row, uint32_t levels);
void calltree_collapse_all(struct calltree *tree);
/*
 * Opens the largest child of the largest child ... from `row` on, as long as it holds more than the
 * function above it keeps for itself; returns the row at its end.
 */
uint32_t calltree_hot_path(struct calltree *tree, uint32_t row);
/*
 * Opens the tree where a function takes most and returns its row. `source` says of which profile
 * the function is, where there are two. Where the filter hides it: the first row.
 */
uint32_t calltree_reveal(struct calltree *tree, uint32_t source, uint32_t function);
/* The row of the parent, or `row` itself at the top. */
uint32_t calltree_parent(const struct calltree *tree, uint32_t row);
/* Only branches holding a match stay; NULL shows all again. Matches are opened up to. */
void calltree_filter(struct calltree *tree, const char *text);

void calltree_sentence(const struct calltree *tree, uint32_t row, char *buffer, size_t size);

#endif
