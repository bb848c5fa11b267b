/* The call tree: who called what, from the threads down. */
#include "tui/analysis/calltree.h"

#include "tui/numbers.h"
#include "tui/screens/branches.h"
#include "tui/screens/screen.h"

#include <stdlib.h>
#include <string.h>

enum { SMALL_NAME = 6 };

struct tree_state {
    struct branches branches; /* its tree is owned */
    const struct profile *profile;
    uint32_t metric, thread;
};

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct tree_state *state = owner;
    struct calltree_row r = calltree_row(state->branches.tree, row);
    int64_t total = calltree_total(state->branches.tree);
    if (total <= 0 || strncmp(column->id, "cumtime", 7) != 0)
        return STYLE_NORMAL;
    return theme_heat((double)r.values.total / (double)total);
}

static void draw_name(const void *owner, uint32_t number, struct canvas *canvas, struct rect area)
{
    const struct tree_state *state = owner;
    struct calltree_row row = calltree_row(state->branches.tree, number);
    int used = branches_draw_mark(&row, canvas, area);
    struct rect rest = {area.row, area.column + used, 1, area.columns - used};
    rest.columns -=
        branches_draw_note(canvas, rest, branches_note(&row, false), branches_note(&row, true));
    if (row.function != PROFILE_NONE)
        screen_name(canvas, rest, &state->profile->functions[row.function],
                    state->branches.table.shift);
    else
        canvas_text_cut(canvas, rest.row, rest.column, rest.columns, STYLE_TITLE,
                        state->profile->threads[row.thread].name[0]
                            ? state->profile->threads[row.thread].name
                            : "(thread)");
}

static void renew(struct tree_state *state, const struct subject *subject)
{
    calltree_free(state->branches.tree);
    state->profile = subject->profile;
    state->metric = subject->metric;
    state->thread = subject->thread;
    branches_begin(&state->branches,
                   calltree_new(subject->profile, subject->metric, subject->thread));
    struct table *table = &state->branches.table;
    table->columns = calltree_columns;
    table_show(table, state->branches.tree);
    table->owner = state;
    table->flags = subject->profile->flags;
    table->style = style;
    table->name = draw_name;
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct tree_state *state = opaque;
    bool other = state->profile != subject->profile || state->metric != subject->metric ||
                 state->thread != subject->thread;
    if (!state->branches.tree || other)
        renew(state, subject);
    if (strcmp(state->branches.filter, subject->filter) != 0)
        branches_set_filter(&state->branches, subject->filter);
}

static void close_state(void *opaque)
{
    struct tree_state *state = opaque;
    calltree_free(state->branches.tree);
    branches_free(&state->branches);
}

static void fit(void *opaque, struct rect area)
{
    struct table *table = &((struct tree_state *)opaque)->branches.table;
    table->name_least = area.columns < 30 ? SMALL_NAME : 0; /* a value matters more */
    table_fit(table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    table_draw(&((const struct tree_state *)opaque)->branches.table, canvas);
}

static uint32_t function(const void *opaque, int *side)
{
    const struct tree_state *state = opaque;
    *side = -1;
    return branches_has_rows(&state->branches) ? branches_cursor(&state->branches).function
                                               : PROFILE_NONE;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct tree_state *state = opaque;
    int side;
    uint32_t here = function(state, &side);
    if (action->id != ACTION_BUTTERFLY)
        return branches_act(&state->branches, action);
    if (here != PROFILE_NONE)
        app_open_butterfly(app, side, here);
    return REACTION_HANDLED;
}

static struct table *table(void *opaque)
{
    return &((struct tree_state *)opaque)->branches.table;
}

/* The hot path down from the roots, ending at `function` where it lies on it. */
static void show(void *opaque, int side, uint32_t function)
{
    struct tree_state *state = opaque;
    struct calltree *tree = state->branches.tree;
    (void)side;
    if (!branches_has_rows(&state->branches))
        return;
    list_go(&state->branches.table.list, 0);
    branches_hot_path(&state->branches);
    for (uint32_t row = 0; row < calltree_count(tree); row++) {
        struct calltree_row r = calltree_row(tree, row);
        if (r.function == function && r.on_hot_path) {
            list_go(&state->branches.table.list, row);
            return;
        }
    }
}

static bool matches(const void *opaque, uint32_t row)
{
    const struct tree_state *state = opaque;
    struct calltree_row r = calltree_row(state->branches.tree, row);
    return state->branches.match && r.function != PROFILE_NONE &&
           filter_matches_function(state->branches.match, &state->profile->functions[r.function]);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct tree_state *state = opaque;
    buffer[0] = '\0';
    if (state->branches.filter[0])
        snprintf(buffer, size, "only branches with /%s/", state->branches.filter);
    else if (calltree_is_apportioned(state->branches.tree))
        snprintf(buffer, size, "~ apportioned: this format stores no call tree");
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct tree_state *state = opaque;
    if (branches_has_rows(&state->branches))
        calltree_sentence(state->branches.tree, state->branches.table.list.cursor, buffer, size);
    else if (state->branches.filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.",
                 state->branches.filter);
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
