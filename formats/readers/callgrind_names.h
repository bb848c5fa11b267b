/*
 * The names in a callgrind file: compressed by numbers, and what their texts say besides.
 */
#ifndef NCPROF_FORMATS_READERS_CALLGRIND_NAMES_H
#define NCPROF_FORMATS_READERS_CALLGRIND_NAMES_H

#include "formats/readers/callgraph.h"
#include "formats/readers/numbered.h"
#include "formats/readers/slice.h"

/* Each with numbers of its own. */
enum callgrind_space { CALLGRIND_OBJECTS, CALLGRIND_FILES, CALLGRIND_FUNCTIONS, CALLGRIND_SPACES };

/* Programs whose names say more than others'. */
enum callgrind_creator {
    CALLGRIND_BY_OTHER,
    CALLGRIND_BY_CALLGRIND,
    CALLGRIND_BY_YAPPI,
    CALLGRIND_BY_NCPROF,
};

/* A name of a function. */
struct callgrind_spelling {
    uint32_t text;
    uint32_t outer;            /* "work" of "work'2"; 0: no such level */
    uint32_t name, file, line; /* of YAPPI's "work dir/work.py:12"; file 0: it is not like that */
};

struct callgrind_names {
    struct build *build;
    enum callgrind_creator creator;
    struct numbered numbers[CALLGRIND_SPACES];
    ARRAY(struct callgrind_spelling) spellings;
    ARRAY(uint32_t) outer_names; /* by node */
    uint64_t unknown;            /* numbers that were never explained */
};

/*
 * What "(17) main", "(17)" or "main" stands for: a text of the builder, 0 when it is unknown; of a
 * function the index of its spelling.
 */
uint32_t callgrind_name(struct callgrind_names *names, enum callgrind_space space,
                        struct slice text);
uint32_t callgrind_node(struct callgrind_names *names, struct callgraph *graph, uint32_t object,
                        uint32_t file, uint32_t function);
/* Once all nodes are there: which of them are deeper levels of which. */
void callgrind_find_levels(const struct callgrind_names *names, struct callgraph *graph);
void callgrind_names_free(struct callgrind_names *names);

#endif
