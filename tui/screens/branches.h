/* A call tree as a table with branches that open and close; of one file, or of two. */
#ifndef NCPROF_TUI_SCREENS_BRANCHES_H
#define NCPROF_TUI_SCREENS_BRANCHES_H

#include "tui/actions.h"
#include "tui/analysis/calltree.h"
#include "tui/analysis/filter.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/table.h"

struct branches {
    struct calltree *tree; /* the screen's */
    struct table table;
    struct filter *match; /* of `filter` */
    char filter[256];
    bool all_open;
};

/* A new tree, without filter; one row alone is opened. */
void branches_begin(struct branches *branches, struct calltree *tree);
void branches_free(struct branches *branches); /* not the tree */
void branches_set_filter(struct branches *branches, const char *text);
/* After the tree was opened or closed. */
void branches_recount(struct branches *branches);
bool branches_has_rows(const struct branches *branches);
struct calltree_row branches_cursor(const struct branches *branches);
/* From the cursor down; the cursor goes to its end. */
void branches_hot_path(struct branches *branches);
/* What moves through the tree; enum reaction. */
unsigned branches_act(struct branches *branches, const struct action *action);
/* The indentation and the branch's mark; returns the cells taken. */
int branches_draw_mark(const struct calltree_row *row, struct canvas *canvas, struct rect area);
/* At the right end; returns the cells taken. Nothing where there is no room for a name as well. */
int branches_draw_note(struct canvas *canvas, struct rect area, const char *note,
                       const char *brief_note);
/* Of the hot path and recursion: "  ← hot path  ↻", or in fewer cells. */
const char *branches_note(const struct calltree_row *row, bool brief);

#endif
