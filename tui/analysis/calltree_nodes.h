/* The nodes behind a call tree: made when their parent is opened, measured or apportioned. */
#ifndef NCPROF_TUI_ANALYSIS_CALLTREE_NODES_H
#define NCPROF_TUI_ANALYSIS_CALLTREE_NODES_H

#include "formats/profile/memory.h"
#include "formats/profile/profile.h"

/*
 * An apportioned tree has no measured depth; further down its estimates mean nothing, and
 * every node's way up is walked to find recursion.
 */
#define CALLTREE_ESTIMATE_DEPTH 512u

struct calltree_node {
    uint32_t parent;   /* PROFILE_NONE: the root, which is never a row */
    uint32_t function; /* PROFILE_NONE: a thread, or the root */
    uint32_t context;  /* PROFILE_NONE: apportioned, or the root */
    uint32_t thread, depth;
    uint32_t first_child, child_count; /* valid when loaded; contiguous, in order */
    bool loaded, open, was_open, on_hot_path;
    struct values values;
};

struct calltree_nodes {
    const struct profile *profile;
    uint32_t metric, thread;
    bool apportioned;
    ARRAY(struct calltree_node) list; /* [0] is the root */
};

void calltree_nodes_init(struct calltree_nodes *nodes, const struct profile *profile,
                         uint32_t metric, uint32_t thread);
void calltree_nodes_done(struct calltree_nodes *nodes);

/* Makes the children of a node unless they are there. Pointers to nodes become invalid. */
void calltree_nodes_load(struct calltree_nodes *nodes, uint32_t node);
/* Whether it has any, without making them. */
bool calltree_nodes_has_children(const struct calltree_nodes *nodes, uint32_t node);
/* Whether the same function is among the ancestors. */
bool calltree_nodes_is_recursive(const struct calltree_nodes *nodes, uint32_t node);

/* Apportioned trees only: the functions that nobody calls, or whose calls are not all accounted
 * for. */
void calltree_estimate_roots(struct calltree_nodes *nodes);
void calltree_estimate_children(struct calltree_nodes *nodes, uint32_t node);

/* Appends one child; the caller counts it. */
void calltree_nodes_add(struct calltree_nodes *nodes, uint32_t parent, uint32_t function,
                        uint32_t context, struct values values);

#endif
