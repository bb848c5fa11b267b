/*
 * Where costs in a callgrind file belong: what its lines of names have come to.
 */
#ifndef NCPROF_FORMATS_READERS_CALLGRIND_PLACE_H
#define NCPROF_FORMATS_READERS_CALLGRIND_PLACE_H

#include "formats/readers/callgrind_names.h"

struct callgrind_place {
    uint32_t object, file, function_file, function;
    bool has_function;
    bool file_is_new; /* no costs have come since; whoever reads some says so */
    uint32_t node;    /* of the function; PROFILE_NONE: not looked up yet */
    struct {
        uint32_t object, file, function;
        bool has_object, has_file, has_function;
    } called;
};

/* A line of names, "fn=(1) main"; false when it is something else. */
bool callgrind_place_line(struct callgrind_place *place, struct callgrind_names *names,
                          struct slice line);
/* The function that costs are of. */
uint32_t callgrind_place_node(struct callgrind_place *place, struct callgrind_names *names,
                              struct callgraph *graph);
/* The function that is called; the next call names its object and file again. */
uint32_t callgrind_place_callee(struct callgrind_place *place, struct callgrind_names *names,
                                struct callgraph *graph);

#endif
