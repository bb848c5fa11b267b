/*
 * Which function of one profile is which of another.
 *
 * Identity is the qualified name and the module or the end of the file's path: its last two
 * components, where pythonX.Y, site-packages and dist-packages are one folder, or the last alone
 * where one side knows no more or the folder above has another name throughout (a build folder).
 * Line numbers, compiler clone suffixes (.isra.0, .constprop.1, .part.0, .cold, .lto_priv.0,
 * .llvm.1, [clone ...]) and the addresses in names of C functions do not break a match.
 * Of several functions that differ in nothing but their line, those on the same line are paired
 * first, then the others in their order.
 *
 * Formats that know no qualified names (pstats) are matched to those that do by the last part of
 * the name, the file and the line.
 *
 * What is left over is `moved` when exactly one function of that name is left on each side (of a
 * name that very many have, as <module> or __init__, when another went from that file to this), or
 * when it is clearly renamed: in one file and module, of one kind, and two of three say so, the
 * third not speaking against it: its callers and callees (most of those that are matched are the
 * same), its line (the same), its name (alike in more than half). Where one side knows names only,
 * a single function of that name is a match.
 */
#ifndef NCPROF_TUI_ANALYSIS_MATCH_H
#define NCPROF_TUI_ANALYSIS_MATCH_H

#include "formats/profile/profile.h"

struct match {
    uint32_t a, b; /* PROFILE_NONE: the function is missing there */
    bool moved;
};

/*
 * Every function of both sides exactly once: pairs in the order of B, then what is new, in the
 * order of B, then what is gone, in the order of A. The caller frees the list.
 */
struct match *match_functions(const struct profile *a, const struct profile *b, uint32_t *count);

/* Bytes of a name before its compiler clone suffixes. */
size_t match_name_length(const struct function *function);

#endif
