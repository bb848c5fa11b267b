/* Between the files of match.h. */
#ifndef NCPROF_TUI_ANALYSIS_MATCH_INTERNAL_H
#define NCPROF_TUI_ANALYSIS_MATCH_INTERNAL_H

#include "tui/analysis/match.h"

/* What must be alike for a pair. Without one of the first two: the name without clone suffixes. */
enum match_aspect {
    MATCH_EXACT_NAME = 1 << 0,
    MATCH_LAST_NAME = 1 << 1, /* "run" of "Tree.run" */
    MATCH_NO_NAME = 1 << 2,
    MATCH_MODULE = 1 << 3, /* its base name */
    MATCH_TAIL = 1 << 4,   /* the last two components of the file */
    MATCH_FILE = 1 << 5,   /* the last one */
    MATCH_LINE = 1 << 6,
    MATCH_KIND = 1 << 7,
};

struct match_key {
    uint64_t hash;
    uint32_t line, function;
};

/* Hashes of texts that come again and again, by their address. */
#define MATCH_KNOWN 8192
struct match_known {
    const char *text;
    uint64_t hash;
};

struct match_side {
    const struct profile *profile;
    uint32_t *partner; /* PROFILE_NONE: not matched yet */
    bool *moved;
    uint32_t *left; /* what may not be matched yet, in order */
    uint32_t left_count;
    struct match_key *keys; /* of what is not matched, in a pass */
    uint32_t count;
    bool qualified;    /* its Python names are */
    uint64_t *folders; /* above its files, as a hash set; made when it is needed */
    uint32_t folder_slots;
    struct match_known modules[MATCH_KNOWN], tails[MATCH_KNOWN];
};

/* The keys of all that is not matched and has what the aspects go by. */
void match_collect(struct match_side *side, unsigned aspects);
bool match_has_qualified_names(const struct profile *profile);
/* The last two components of a path, or all of it. */
const char *match_file_tail(const char *file);
/* The same module or file, but for what is above it. */
bool match_same_place(struct match_side *a, uint32_t in_a, struct match_side *b, uint32_t in_b);
void match_pair(struct match_side *a, struct match_side *b, uint32_t in_a, uint32_t in_b,
                bool moved);

/* Calls `group` with the keys of both sides that have one hash, by line and function. */
struct match_group {
    const struct match_key *a, *b;
    uint32_t count_a, count_b;
};
void match_join(struct match_side *a, struct match_side *b, unsigned aspects,
                void (*group)(struct match_side *a, struct match_side *b,
                              const struct match_group *keys));

/* Pairs what was clearly renamed. */
void match_renames(struct match_side *a, struct match_side *b);

#endif
