#include "tui/screens/branches.h"

#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <stdio.h>

enum { INDENT = 2 };

struct calltree_row branches_cursor(const struct branches *branches)
{
    return calltree_row(branches->tree, branches->table.list.cursor);
}

bool branches_has_rows(const struct branches *branches)
{
    return branches->tree && branches->table.list.count > 0;
}

void branches_recount(struct branches *branches)
{
    list_count(&branches->table.list, calltree_count(branches->tree));
}

void branches_begin(struct branches *branches, struct calltree *tree)
{
    branches->tree = tree;
    branches->filter[0] = '\0';
    branches->all_open = false;
    if (calltree_count(tree) == 1)
        calltree_toggle(tree, 0); /* one closed row says nothing */
    branches_recount(branches);
}

void branches_free(struct branches *branches)
{
    filter_free(branches->match);
}

void branches_set_filter(struct branches *branches, const char *text)
{
    filter_free(branches->match);
    branches->match = filter_new(text);
    snprintf(branches->filter, sizeof branches->filter, "%s", text);
    calltree_filter(branches->tree, text[0] ? text : NULL);
    branches_recount(branches);
}

/* ---- drawing ---- */

static int draw_indent(const struct calltree_row *row, struct canvas *canvas, struct rect area)
{
    int room = area.columns / 2;
    int depth = (int)(row->depth < 100000 ? row->depth : 100000);
    if (depth * INDENT <= room)
        return depth * INDENT;
    /* Too deep to be drawn: the number says how deep. */
    char text[24];
    snprintf(text, sizeof text, "%d›", depth);
    return canvas_text_right(canvas, area.row, area.column, room, STYLE_DIM, text);
}

int branches_draw_mark(const struct calltree_row *row, struct canvas *canvas, struct rect area)
{
    const char *mark = !row->has_children ? "• " : row->open ? "▾ " : "▸ ";
    int used = draw_indent(row, canvas, area);
    return used + canvas_text(canvas, area.row, area.column + used, area.columns - used,
                              row->on_hot_path ? STYLE_WARM : STYLE_DIM, mark);
}

const char *branches_note(const struct calltree_row *row, bool brief)
{
    static const char *const notes[2][4] = {{"", "  ← hot path", "  ↻", "  ← hot path  ↻"},
                                            {"", " ←", " ↻", " ←↻"}};
    return notes[brief][(row->on_hot_path && !row->open ? 1 : 0) + (row->recursive ? 2 : 0)];
}

int branches_draw_note(struct canvas *canvas, struct rect area, const char *note,
                       const char *brief_note)
{
    if (area.columns < glyph_width(note) + 20)
        note = brief_note;
    int width = glyph_width(note);
    if (area.columns < width + 4)
        return 0;
    canvas_text(canvas, area.row, area.column + area.columns - width, width, STYLE_WARM, note);
    return width;
}

/* ---- acting ---- */

static void toggle(struct branches *branches, uint32_t row)
{
    calltree_toggle(branches->tree, row);
    branches_recount(branches);
}

/* Closes an open branch; from a closed one goes to its caller. */
static void go_left(struct branches *branches)
{
    uint32_t cursor = branches->table.list.cursor;
    struct calltree_row row = branches_cursor(branches);
    if (row.open && row.has_children)
        toggle(branches, cursor);
    else
        list_go(&branches->table.list, calltree_parent(branches->tree, cursor));
}

/* Opens a closed branch; from an open one goes to its first callee. */
static void go_right(struct branches *branches)
{
    struct calltree_row row = branches_cursor(branches);
    if (!row.has_children)
        return;
    if (row.open)
        list_go(&branches->table.list, (int64_t)branches->table.list.cursor + 1);
    else
        toggle(branches, branches->table.list.cursor);
}

static void expand_all(struct branches *branches)
{
    branches->all_open = !branches->all_open;
    if (branches->all_open)
        calltree_expand_all(branches->tree, UINT32_MAX);
    else
        calltree_collapse_all(branches->tree);
    branches_recount(branches);
}

static void expand(struct branches *branches)
{
    uint32_t cursor = branches->table.list.cursor;
    struct calltree_row row = branches_cursor(branches);
    if (row.open && row.has_children)
        calltree_toggle(branches->tree, cursor);
    else
        calltree_expand(branches->tree, cursor, UINT32_MAX);
    branches_recount(branches);
}

void branches_hot_path(struct branches *branches)
{
    uint32_t end = calltree_hot_path(branches->tree, branches->table.list.cursor);
    branches_recount(branches);
    list_go(&branches->table.list, end);
}

unsigned branches_act(struct branches *branches, const struct action *action)
{
    if (!branches_has_rows(branches))
        return REACTION_NONE;
    switch (action->id) {
    case ACTION_OPEN:
        if (branches_cursor(branches).has_children)
            toggle(branches, branches->table.list.cursor);
        return REACTION_HANDLED;
    case ACTION_LEFT:
        go_left(branches);
        return REACTION_HANDLED;
    case ACTION_RIGHT:
        go_right(branches);
        return REACTION_HANDLED;
    case ACTION_EXPAND:
        expand(branches);
        return REACTION_HANDLED;
    case ACTION_EXPAND_ALL:
        expand_all(branches);
        return REACTION_HANDLED;
    case ACTION_HOT_PATH:
        branches_hot_path(branches);
        return REACTION_HANDLED;
    default:
        return REACTION_NONE;
    }
}
