/* What the builder's files share; for nobody else. */
#ifndef NCPROF_FORMATS_PROFILE_BUILD_INTERNAL_H
#define NCPROF_FORMATS_PROFILE_BUILD_INTERNAL_H

#include "formats/profile/build.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "formats/profile/strings.h"

#include <pthread.h>

#define BUILD_METRICS_MAX 64u
#define BUILD_SUM_MAX     (UINT64_C(1) << 62)

struct build_metric {
    uint32_t name, unit;
    enum metric_kind kind;
    double scale;
};

struct build_function {
    uint32_t name, module, file, line;
    enum function_kind kind;
    uint64_t calls, primitive;
};

struct build_process {
    uint32_t name, command, parent, status, next;
    enum process_end end;
    uint64_t id;
};

/*
 * A node of the trees, in the order of their coming; a parent comes before its children. The list
 * of children has no order while they are looked up (build_tree.c). Of samples most nodes are on
 * the way only and have no values. At the end each gets its place in the profile (finish_tree.c).
 */
struct build_context {
    uint32_t parent;
    union {
        uint32_t function;
        uint32_t place; /* once it has it */
    };
    union {
        uint32_t first_child;
        uint32_t size; /* contexts in its tree */
    };
    union {
        uint32_t next_sibling;
        uint32_t next_place; /* of the next one in its tree */
    };
    uint32_t row; /* of its values, from 1 on; 0: it has none */
};

struct build_frame {
    uint32_t context;
    int64_t start;
};

struct build_thread {
    uint32_t name, process, root;
    uint64_t id;
    bool started;
    int64_t first, last; /* times of its events */
    ARRAY(struct build_frame) stack;
};

struct build_pair {
    uint32_t key, value;
};

/* Values of one metric by index; those behind `count` are 0. */
struct values_array {
    int64_t *data;
    uint32_t count, capacity;
};

struct column_values {
    struct values_array self, total;
};

struct build {
    pthread_mutex_t mutex;   /* over texts and functions, when two threads are at work */
    struct preview *preview; /* NULL: nobody looks on */
    struct strings strings;
    ARRAY(struct build_metric) metrics;
    ARRAY(struct build_function) functions;
    ARRAY(struct build_context) contexts;
    uint32_t rows;                 /* of contexts' values */
    ARRAY(uint64_t) context_calls; /* by row; those behind the last one are 0 */
    ARRAY(struct edge) edges;      /* as stated, the same pair perhaps several times */
    ARRAY(struct build_thread) threads;
    ARRAY(struct build_process) processes;
    ARRAY(struct build_pair) metadata;
    ARRAY(uint32_t) notes;
    ARRAY(struct histogram) latency; /* by function; may be shorter than functions */
    struct build_column {
        struct column_values function, edge;
        struct values_array context; /* self, by row; the total is derived */
        uint64_t sum;                /* of the absolute self values of contexts */
    } columns[BUILD_METRICS_MAX];
    ARRAY(uint32_t) first_of_name; /* function by string; PROFILE_NONE, or shorter, for none */
    struct index function_index;   /* those that are not the first of their name */
    struct index context_index;    /* the children of those that have many */
    ARRAY(uint32_t) branches;      /* of build_paths(), by function: 0 between its splits */
    uint32_t *numbers;             /* of the functions in the profile, by index; NULL: as here */
    unsigned flags;
    struct correction correction;
    double size;
    int64_t start_ns, wall_ns;
    uint64_t lost_events, open_frames, missing_calls;
    int64_t cut_ns;
    uint64_t bound; /* bytes of memory; 0: any */
    uint64_t unmatched_leaves, backward_times, too_large;
};

/* More than the largest or smallest value there is stays that value. */
static inline void values_add(int64_t *value, int64_t more)
{
    if (__builtin_add_overflow(*value, more, value))
        *value = more < 0 ? INT64_MIN : INT64_MAX;
}

static inline uint64_t build_mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0xd6e8feb86659fd93);
    return hash ^ hash >> 32;
}

/* Makes room for the value of `index`; new ones are 0. */
void build_reach(struct values_array *values, uint32_t index);

/* The place of a value; valid until the next call. */
static inline int64_t *value_at(struct values_array *values, uint32_t index)
{
    if (index == values->count && index < values->capacity)
        values->data[values->count++] = 0;
    else if (index >= values->count)
        build_reach(values, index);
    return &values->data[index];
}

static inline void build_show(struct build *build)
{
    if (!build->preview || !preview_is_asked(build->preview))
        return;
    build_lock(build);
    preview_answer(build->preview, build);
    build_unlock(build);
}

void build_column_free(struct build_column *column);

/* A function's latencies, empty when it has none yet; valid until the next call. */
struct histogram *build_latency_of(struct build *build, uint32_t function);

static inline uint32_t function_number(const struct build *build, uint32_t function)
{
    return build->numbers ? build->numbers[function] : function;
}

/* How many metrics the profile may have, from 1 on; bound.c. */
uint32_t bound_metrics(const struct build *build);
/* Whether a profile of so many contexts may come to more memory than it may take. */
bool bound_is_near(const struct build *build, uint64_t contexts);

/* Children of a context that are a list; when they are more, they are in the index. */
#define TREE_CHILDREN_LISTED 8u
/* Behind the first one then. */
#define TREE_MANY (PROFILE_NONE - 1)

/* A child that is in the index; PROFILE_NONE: there is none. */
uint32_t tree_find_indexed(const struct build *build, uint32_t parent, uint32_t function);

/* A further child; its parent's are fewer than TREE_CHILDREN_LISTED and of other functions. */
uint32_t tree_add_child(struct build *build, uint32_t parent, uint32_t function);
/* The context that a row of calls from `context` leads to, outermost first. */
uint32_t tree_path(struct build *build, uint32_t context, const uint32_t *functions, size_t count);
/* The same under a context without children, where nothing has to be looked up. */
uint32_t tree_add_chain(struct build *build, uint32_t context, const uint32_t *functions,
                        size_t count);

/* Contexts; so many are worked on in two threads. */
#define TREE_WORTH_A_THREAD (UINT32_C(1) << 18)

/* Hands the trees over to a profile whose metrics are there, depth first; the builder's are gone.
 */
void tree_hand_over(struct profile *p, struct build *build);
/* States what functions and edges have in the profile's trees, recursion counted once. */
void tree_derive(struct build *build, const struct profile *p);
/*
 * Makes the edges of a profile whose functions are there out of what was stated: each pair once, in
 * both orders.
 */
void edges_make(struct profile *p, const struct build *build);

#endif
