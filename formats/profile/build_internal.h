/* What build.c and finish.c share; for nobody else. */
#ifndef NCPROF_FORMATS_PROFILE_BUILD_INTERNAL_H
#define NCPROF_FORMATS_PROFILE_BUILD_INTERNAL_H

#include "formats/profile/build.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "formats/profile/strings.h"

#define BUILD_METRICS_MAX 64u

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
    uint32_t name;
    uint64_t id;
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

/* Values of one metric by index; grown and zeroed on first use of an index. */
struct column_values {
    int64_t *self, *total;
    uint32_t self_capacity, total_capacity;
};

struct build {
    struct strings strings;
    ARRAY(struct build_metric) metrics;
    ARRAY(struct build_function) functions;
    ARRAY(struct context) contexts;
    ARRAY(struct edge) edges;
    ARRAY(struct build_thread) threads;
    ARRAY(struct build_process) processes;
    ARRAY(struct build_pair) metadata;
    ARRAY(uint32_t) notes;
    ARRAY(struct histogram) latency; /* by function; may be shorter than functions */
    struct build_column {
        struct column_values function, context, edge; /* a context's total is derived */
    } columns[BUILD_METRICS_MAX];
    struct index function_index, context_index, edge_index;
    unsigned flags;
    double size;
    int64_t start_ns, wall_ns;
    uint64_t unmatched_leaves, backward_times;
};

/* The place of a value, made when it is not there yet; valid until the next call. */
int64_t *column_at(struct column_values *column, uint32_t index);
int64_t *column_total_at(struct column_values *column, uint32_t index);
uint32_t build_edge(struct build *build, uint32_t caller, uint32_t callee);

#endif
