/* The call tree: who called what, from the threads down. */
#include "tui/analysis/calltree.h"

#include "tui/analysis/filter.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <stdlib.h>
#include <string.h>

struct tree_state {
    struct calltree *tree;
    const struct profile *profile;
    struct table table;
    struct filter *match;
    char filter[256];
    uint32_t metric, thread;
    bool all_open;
};

enum { INDENT = 2 };

static struct calltree_row cursor_row(const struct tree_state *state)
{
    return calltree_row(state->tree, state->table.list.cursor);
}

static bool has_rows(const struct tree_state *state)
{
    return state->tree && state->table.list.count > 0;
}

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct tree_state *state = owner;
    struct calltree_row r = calltree_row(state->tree, row);
    int64_t total = calltree_total(state->tree);
    if (total <= 0 || strncmp(column->id, "cumtime", 7) != 0)
        return STYLE_NORMAL;
    return theme_heat((double)r.values.total / (double)total);
}

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

/* At the right end, in as many words as there is room for; returns the cells taken. */
static int draw_note(const struct calltree_row *row, struct canvas *canvas, struct rect area)
{
    static const char *const notes[2][4] = {{"", "  ← hot path", "  ↻", "  ← hot path  ↻"},
                                            {"", " ←", " ↻", " ←↻"}};
    int which = (row->on_hot_path && !row->open ? 1 : 0) + (row->recursive ? 2 : 0);
    const char *note = notes[0][which];
    if (area.columns < glyph_width(note) + 20)
        note = notes[1][which];
    int width = glyph_width(note);
    if (area.columns < width + 4)
        return 0;
    canvas_text(canvas, area.row, area.column + area.columns - width, width, STYLE_WARM, note);
    return width;
}

static void draw_name(const void *owner, uint32_t number, struct canvas *canvas, struct rect area)
{
    const struct tree_state *state = owner;
    struct calltree_row row = calltree_row(state->tree, number);
    const char *mark = !row.has_children ? "• " : row.open ? "▾ " : "▸ ";
    int used = draw_indent(&row, canvas, area);
    used += canvas_text(canvas, area.row, area.column + used, area.columns - used,
                        row.on_hot_path ? STYLE_WARM : STYLE_DIM, mark);
    struct rect rest = {area.row, area.column + used, 1, area.columns - used};
    rest.columns -= draw_note(&row, canvas, rest);
    if (row.function != PROFILE_NONE)
        screen_name(canvas, rest, &state->profile->functions[row.function], state->table.shift);
    else
        canvas_text_cut(canvas, rest.row, rest.column, rest.columns, STYLE_TITLE,
                        state->profile->threads[row.thread].name[0]
                            ? state->profile->threads[row.thread].name
                            : "(thread)");
}

static void renew(struct tree_state *state, const struct subject *subject)
{
    calltree_free(state->tree);
    state->profile = subject->profile;
    state->metric = subject->metric;
    state->thread = subject->thread;
    state->tree = calltree_new(subject->profile, subject->metric, subject->thread);
    state->filter[0] = '\0';
    state->all_open = false;
    if (calltree_count(state->tree) == 1)
        calltree_toggle(state->tree, 0); /* one closed row says nothing */
    struct table *table = &state->table;
    table->columns = calltree_columns;
    table->data = state->tree;
    table->owner = state;
    table->flags = subject->profile->flags;
    table->style = style;
    table->name = draw_name;
}

static void set_filter(struct tree_state *state, const char *text)
{
    filter_free(state->match);
    state->match = filter_new(text);
    snprintf(state->filter, sizeof state->filter, "%s", text);
    calltree_filter(state->tree, text[0] ? text : NULL);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct tree_state *state = opaque;
    bool other = state->profile != subject->profile || state->metric != subject->metric ||
                 state->thread != subject->thread;
    if (!state->tree || other)
        renew(state, subject);
    if (strcmp(state->filter, subject->filter) != 0)
        set_filter(state, subject->filter);
    list_count(&state->table.list, calltree_count(state->tree));
}

static void close_state(void *opaque)
{
    struct tree_state *state = opaque;
    calltree_free(state->tree);
    filter_free(state->match);
}

static void fit(void *opaque, struct rect area)
{
    table_fit(&((struct tree_state *)opaque)->table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    table_draw(&((const struct tree_state *)opaque)->table, canvas);
}

static void recount(struct tree_state *state)
{
    list_count(&state->table.list, calltree_count(state->tree));
}

static void toggle(struct tree_state *state, uint32_t row)
{
    calltree_toggle(state->tree, row);
    recount(state);
}

/* Closes an open branch; from a closed one goes to its caller. */
static void go_left(struct tree_state *state)
{
    uint32_t cursor = state->table.list.cursor;
    struct calltree_row row = cursor_row(state);
    if (row.open && row.has_children)
        toggle(state, cursor);
    else
        list_go(&state->table.list, calltree_parent(state->tree, cursor));
}

/* Opens a closed branch; from an open one goes to its first callee. */
static void go_right(struct tree_state *state)
{
    struct calltree_row row = cursor_row(state);
    if (!row.has_children)
        return;
    if (row.open)
        list_go(&state->table.list, (int64_t)state->table.list.cursor + 1);
    else
        toggle(state, state->table.list.cursor);
}

static void expand_all(struct tree_state *state)
{
    state->all_open = !state->all_open;
    if (state->all_open)
        calltree_expand_all(state->tree, UINT32_MAX);
    else
        calltree_collapse_all(state->tree);
    recount(state);
}

static void expand(struct tree_state *state)
{
    uint32_t cursor = state->table.list.cursor;
    struct calltree_row row = cursor_row(state);
    if (row.open && row.has_children)
        calltree_toggle(state->tree, cursor);
    else
        calltree_expand(state->tree, cursor, UINT32_MAX);
    recount(state);
}

static void hot_path(struct tree_state *state)
{
    uint32_t end = calltree_hot_path(state->tree, state->table.list.cursor);
    recount(state);
    list_go(&state->table.list, end);
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct tree_state *state = opaque;
    if (!has_rows(state))
        return REACTION_NONE;
    switch (action->id) {
    case ACTION_OPEN:
        if (cursor_row(state).has_children)
            toggle(state, state->table.list.cursor);
        return REACTION_HANDLED;
    case ACTION_LEFT:
        go_left(state);
        return REACTION_HANDLED;
    case ACTION_RIGHT:
        go_right(state);
        return REACTION_HANDLED;
    case ACTION_EXPAND:
        expand(state);
        return REACTION_HANDLED;
    case ACTION_EXPAND_ALL:
        expand_all(state);
        return REACTION_HANDLED;
    case ACTION_HOT_PATH:
        hot_path(state);
        return REACTION_HANDLED;
    case ACTION_BUTTERFLY:
        if (cursor_row(state).function != PROFILE_NONE)
            app_open_butterfly(app, -1, cursor_row(state).function);
        return REACTION_HANDLED;
    default:
        return REACTION_NONE;
    }
}

static struct table *table(void *opaque)
{
    return &((struct tree_state *)opaque)->table;
}

static uint32_t function(const void *opaque, int *side)
{
    const struct tree_state *state = opaque;
    *side = -1;
    return has_rows(state) ? cursor_row(state).function : PROFILE_NONE;
}

/* The hot path down from the roots, ending at `function` where it lies on it. */
static void show(void *opaque, uint32_t function)
{
    struct tree_state *state = opaque;
    if (!has_rows(state))
        return;
    list_go(&state->table.list, 0);
    hot_path(state);
    uint32_t count = calltree_count(state->tree);
    for (uint32_t row = 0; row < count; row++) {
        struct calltree_row r = calltree_row(state->tree, row);
        if (r.function == function && r.on_hot_path) {
            list_go(&state->table.list, row);
            return;
        }
    }
}

static bool matches(const void *opaque, uint32_t row)
{
    const struct tree_state *state = opaque;
    struct calltree_row r = calltree_row(state->tree, row);
    return state->match && r.function != PROFILE_NONE &&
           filter_matches_function(state->match, &state->profile->functions[r.function]);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct tree_state *state = opaque;
    buffer[0] = '\0';
    if (state->filter[0])
        snprintf(buffer, size, "only branches with /%s/", state->filter);
    else if (calltree_is_apportioned(state->tree))
        snprintf(buffer, size, "~ apportioned: this format stores no call tree");
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct tree_state *state = opaque;
    if (has_rows(state))
        calltree_sentence(state->tree, state->table.list.cursor, buffer, size);
    else if (state->filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.", state->filter);
    else
        snprintf(buffer, size, "This profile holds no call.");
}

const struct screen_ops tree_screen = {
    .title = "Tree",
    .place = PLACE_TREE,
    .needs = PROFILE_HAS_EDGES,
    .lacking = "This file holds neither a call tree nor callers and callees: only sums a function "
               "(a YAPPI table does). Record with ncprof record, or save pstats, to get one.",
    .state_size = sizeof(struct tree_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .table = table,
    .function = function,
    .show = show,
    .matches = matches,
    .status = status,
    .sentence = sentence,
};
