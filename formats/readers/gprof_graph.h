/*
 * What gprof's tables say of functions and their calls, collected in any order and stated at the
 * end. A function is known by its number in the call graph; rows of the flat profile have a name.
 */
#ifndef NCPROF_FORMATS_READERS_GPROF_GRAPH_H
#define NCPROF_FORMATS_READERS_GPROF_GRAPH_H

#include "formats/profile/build.h"
#include "formats/profile/index.h"
#include "formats/profile/memory.h"
#include "formats/readers/names.h"
#include "formats/readers/numbered.h"

/* More than this is no time that anything took: 36 years in ns. */
#define GPROF_VALUE_MAX (INT64_C(1) << 60)

struct gprof_function {
    size_t name; /* an item of `names` */
    uint32_t number, cycle;
    uint64_t calls, again; /* again: calls of itself, not in `calls` */
    int64_t self, children;
    bool told; /* by its own entry or row, not only as caller or callee */
};

struct gprof_call {
    uint32_t caller, callee;
    uint64_t calls;
    int64_t time;
};

/* A zeroed struct is empty. */
struct gprof_graph {
    ARRAY(struct gprof_function) functions;
    ARRAY(struct gprof_call) calls;
    struct numbered numbers; /* of the call graph to functions */
    struct names names;      /* to the first function of that name */
    struct index call_index;
    int64_t sum;      /* of all self times */
    uint64_t dropped; /* values that do not fit into it */
    bool cycles, graph;
};

/* The function that the call graph numbers so. */
uint32_t gprof_numbered(struct gprof_graph *graph, uint64_t number, struct slice name);
/* The function of that name, whatever its number; *added when there was none. */
uint32_t gprof_named(struct gprof_graph *graph, struct slice name, bool *added);
void gprof_entry(struct gprof_graph *graph, const struct gprof_function *entry, uint32_t at);
/* Each call stands twice in the file, below its caller and above its callee: the first counts. */
void gprof_call(struct gprof_graph *graph, const struct gprof_call *call);
void gprof_state(struct gprof_graph *graph, struct build *build);
void gprof_free(struct gprof_graph *graph);

#endif
