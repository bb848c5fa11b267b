/*
 * The nodes behind a call tree: made when their parent is opened, measured or apportioned, of one
 * profile or of two side by side.
 *
 * Of two profiles, children of a node are paired by their functions as match.h pairs them. A frame
 * whose function only one of the profiles knows is stepped over: what stood at its place in the
 * other one, and is called by it here, is paired below it. So a helper that came in between, or
 * the frame that a profiler calls a script from, does not tear the trees apart.
 */
#ifndef NCPROF_TUI_ANALYSIS_CALLTREE_NODES_H
#define NCPROF_TUI_ANALYSIS_CALLTREE_NODES_H

#include "formats/profile/memory.h"
#include "formats/profile/profile.h"

/*
 * An apportioned tree has no measured depth; further down its estimates mean nothing, and
 * every node's way up is walked to find recursion.
 */
#define CALLTREE_ESTIMATE_DEPTH 512u

struct calltree_source {
    const struct profile *profile;
    uint32_t metric, thread; /* thread PROFILE_NONE: all */
    double factor;           /* the second's values times this are comparable with the first's */
    bool apportioned;        /* set by calltree_nodes_init() */
};

/* What a node is in one of the profiles. */
struct calltree_side {
    bool present;
    uint32_t function; /* PROFILE_NONE: a thread, or the root */
    uint32_t context;  /* PROFILE_NONE: apportioned, or the root */
    uint32_t thread;
    struct values values;
};

struct calltree_sides {
    struct calltree_side *data;
    uint32_t count, capacity;
};

/* Looked up when it is first asked for: that takes the whole way up. */
enum calltree_recursion { RECURSION_UNKNOWN, RECURSION_NONE, RECURSION_FOUND };

struct calltree_node {
    uint32_t parent; /* PROFILE_NONE: the root, which is never a row */
    uint32_t depth;
    uint32_t first_child, child_count;     /* valid when loaded; contiguous, in order */
    uint32_t first_adopted, adopted_count; /* of the profile that lacks this node */
    bool loaded, open, was_open, on_hot_path;
    uint8_t recursion;             /* enum calltree_recursion */
    struct calltree_side sides[2]; /* of one profile the first only */
};

enum calltree_order { CALLTREE_BY_CHANGE, CALLTREE_BY_SECOND };

struct calltree_nodes {
    struct calltree_source sources[2];
    uint32_t source_count;
    enum calltree_order order; /* of two profiles; of one it is by total */
    uint32_t *partner[2];      /* by function, the same in the other; two profiles only */
    bool *moved; /* by function of the second: its pair is called or placed otherwise */
    ARRAY(struct calltree_node) list;    /* [0] is the root */
    struct calltree_sides found[2];      /* children in each profile, before they are paired */
    struct calltree_sides below;         /* likewise, of a frame that may be stepped over */
    ARRAY(struct calltree_side) adopted; /* what was paired below a frame stepped over */
};

void calltree_nodes_init(struct calltree_nodes *nodes, const struct calltree_source *sources,
                         uint32_t source_count, enum calltree_order order);
void calltree_nodes_done(struct calltree_nodes *nodes);

/* Makes the children of a node unless they are there. Pointers to nodes become invalid. */
void calltree_nodes_load(struct calltree_nodes *nodes, uint32_t node);
/* Whether it has any, without making them. */
bool calltree_nodes_has_children(const struct calltree_nodes *nodes, uint32_t node);
/* Whether the same function is among the ancestors. */
bool calltree_nodes_is_recursive(const struct calltree_nodes *nodes, uint32_t node);

/*
 * The node where a function of that profile takes most, or as near to it as the tree leads; 0, the
 * root, when it is not there.
 */
uint32_t calltree_nodes_find(struct calltree_nodes *nodes, uint32_t source, uint32_t function);

/* The profile that a node is named from: the second, where it is there. */
uint32_t calltree_node_source(const struct calltree_node *node);
/* What nodes are ordered by, callees included, and the node's own part of it. */
int64_t calltree_node_weight(const struct calltree_nodes *nodes, const struct calltree_node *node);
int64_t calltree_node_own(const struct calltree_nodes *nodes, const struct calltree_node *node);

/* ---- the tree over them, see calltree.h ---- */

struct calltree;

struct calltree *calltree_new_aligned(const struct calltree_source sources[2],
                                      enum calltree_order order);
const struct calltree_nodes *calltree_nodes_of(const struct calltree *tree);
uint32_t calltree_row_node(const struct calltree *tree, uint32_t row);

/* ---- for the parts of the nodes ---- */

/* Appends what a side calls in its profile. */
void calltree_collect(const struct calltree_nodes *nodes, uint32_t source,
                      const struct calltree_side *parent, struct calltree_sides *out);
/* Apportioned trees only: the functions that nobody calls, or whose calls are not all accounted
 * for. */
void calltree_estimate_roots(const struct calltree_source *source, struct calltree_sides *out);
void calltree_estimate_children(const struct calltree_source *source,
                                const struct calltree_side *parent, struct calltree_sides *out);
/* Appends a child for each pair of nodes->found and for what is left over. */
void calltree_pair(struct calltree_nodes *nodes, uint32_t parent);

struct calltree_side calltree_function_side(uint32_t function, struct values values);
/* Appends one child. */
void calltree_nodes_add(struct calltree_nodes *nodes, uint32_t parent,
                        const struct calltree_side *first, const struct calltree_side *second);

#endif
