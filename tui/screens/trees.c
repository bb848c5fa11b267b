/* The call trees of A and B on one row each. */
#include "tui/analysis/aligned.h"

#include "tui/screens/branches.h"
#include "tui/screens/pairing.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <string.h>

struct trees_state {
    struct aligned *aligned; /* NULL: the two cannot be compared */
    struct branches branches;
    struct pairing pairing;
    struct column columns[TABLE_COLUMNS_MAX + 1];
    bool by_b;
};

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct trees_state *state = owner;
    bool of_growth = !strcmp(column->id, "cumtime_ratio") || !strcmp(column->id, "delta") ||
                     !strcmp(column->id, "cumtime_exponent");
    if (!of_growth && strcmp(column->id, "ncalls_exponent") != 0)
        return STYLE_NORMAL;
    struct aligned_row r = aligned_row(state->aligned, row);
    return pairing_style(pairing_has_sizes(&state->pairing),
                         &r.change[of_growth ? COMPARE_CUMTIME : COMPARE_NCALLS]);
}

/* Where growth enters says more than where the hot path ends. */
static int draw_note(const struct aligned_row *row, struct canvas *canvas, struct rect area)
{
    char mark[64], brief[64], note[80], brief_note[80];
    aligned_mark(row, false, mark, sizeof mark);
    aligned_mark(row, true, brief, sizeof brief);
    if (!row->blame)
        return branches_draw_note(canvas, area, branches_note(&row->row, false),
                                  branches_note(&row->row, true));
    snprintf(note, sizeof note, "  %s", mark);
    snprintf(brief_note, sizeof brief_note, " %s", brief);
    return branches_draw_note(canvas, area, note, brief_note);
}

static void draw_name(const void *owner, uint32_t number, struct canvas *canvas, struct rect area)
{
    const struct trees_state *state = owner;
    struct aligned_row row = aligned_row(state->aligned, number);
    const struct function *function = aligned_function(state->aligned, number);
    char thread[256];
    int used = branches_draw_mark(&row.row, canvas, area);
    struct rect rest = {area.row, area.column + used, 1, area.columns - used};
    rest.columns -= draw_note(&row, canvas, rest);
    int tag = pairing_tag(canvas, rest, row.status);
    rest.column += tag;
    rest.columns -= tag;
    if (function) {
        screen_name(canvas, rest, function, state->branches.table.shift);
        return;
    }
    aligned_thread(state->aligned, number, thread, sizeof thread);
    canvas_text_cut(canvas, rest.row, rest.column, rest.columns, STYLE_TITLE, thread);
}

static void leave_out(struct column *columns, const char *id)
{
    struct column *to = columns;
    for (; columns->id; columns++)
        if (strcmp(columns->id, id) != 0)
            *to++ = *columns;
    *to = *columns;
}

static void renew(struct trees_state *state)
{
    const struct pairing *pairing = &state->pairing;
    struct aligned_query query = ALIGNED_QUERY_DEFAULT;
    aligned_free(state->aligned);
    state->aligned = NULL;
    state->branches.tree = NULL;
    table_show(&state->branches.table, NULL);
    list_count(&state->branches.table.list, 0);
    if (pairing->failed)
        return;
    query.metric_a = pairing->metric_a;
    query.metric_b = pairing->metric_b;
    query.size_a = pairing->size_a;
    query.size_b = pairing->size_b;
    query.time_factor = pairing->time_factor;
    query.calls_factor = pairing->calls_factor;
    query.by_b = state->by_b;
    state->aligned = aligned_new(pairing->a, pairing->b, &query);
    branches_begin(&state->branches, aligned_tree(state->aligned));
    pairing_columns(pairing, aligned_columns, state->columns);
    leave_out(state->columns, "status"); /* these two stand beside the name */
    leave_out(state->columns, "blame");
    struct table *table = &state->branches.table;
    table->columns = state->columns;
    table_show(table, state->aligned);
    table->owner = state;
    table->flags = pairing->a->flags & pairing->b->flags;
    table->style = style;
    table->name = draw_name;
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct trees_state *state = opaque;
    if (pairing_update(&state->pairing, subject))
        renew(state);
    if (state->aligned && strcmp(state->branches.filter, subject->filter) != 0)
        branches_set_filter(&state->branches, subject->filter);
}

static void close_state(void *opaque)
{
    struct trees_state *state = opaque;
    aligned_free(state->aligned);
    branches_free(&state->branches);
}

static void fit(void *opaque, struct rect area)
{
    struct trees_state *state = opaque;
    /* Branches are indented; on the smallest screens a value matters more. */
    state->branches.table.name_least = area.columns < 30 ? 0 : area.columns * 45 / 100;
    if (state->aligned)
        table_fit(&state->branches.table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct trees_state *state = opaque;
    if (state->aligned)
        table_draw(&state->branches.table, canvas);
}

static uint32_t function(const void *opaque, int *side)
{
    const struct trees_state *state = opaque;
    *side = 1;
    if (!state->aligned || !branches_has_rows(&state->branches))
        return PROFILE_NONE;
    struct calltree_row row = branches_cursor(&state->branches);
    *side = (int)row.source;
    return row.function;
}

static void show(void *opaque, int side, uint32_t function)
{
    struct trees_state *state = opaque;
    if (!state->aligned || !branches_has_rows(&state->branches))
        return;
    uint32_t row = calltree_reveal(state->branches.tree, (uint32_t)side, function);
    branches_recount(&state->branches);
    list_go(&state->branches.table.list, row);
}

/* The other order begins anew, at the function under the cursor. */
static void change_order(struct trees_state *state)
{
    int side;
    uint32_t here = function(state, &side);
    char filter[sizeof state->branches.filter];
    snprintf(filter, sizeof filter, "%s", state->branches.filter);
    state->by_b = !state->by_b;
    renew(state);
    if (filter[0])
        branches_set_filter(&state->branches, filter);
    if (here != PROFILE_NONE)
        show(state, side, here);
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct trees_state *state = opaque;
    int side;
    uint32_t here = function(state, &side);
    if (!state->aligned)
        return REACTION_NONE;
    if (action->id == ACTION_ORDER) {
        change_order(state);
        return REACTION_HANDLED;
    }
    if (action->id != ACTION_BUTTERFLY)
        return branches_act(&state->branches, action);
    if (here != PROFILE_NONE)
        app_open_butterfly(app, side, here);
    return REACTION_HANDLED;
}

static struct table *table(void *opaque)
{
    struct trees_state *state = opaque;
    return state->aligned ? &state->branches.table : NULL;
}

static bool matches(const void *opaque, uint32_t row)
{
    const struct trees_state *state = opaque;
    const struct function *function = aligned_function(state->aligned, row);
    return state->branches.match && function &&
           filter_matches_function(state->branches.match, function);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct trees_state *state = opaque;
    char pairing[300];
    size_t used = 0;
    buffer[0] = '\0';
    if (!state->aligned)
        return;
    if (state->branches.filter[0])
        used = (size_t)snprintf(buffer, size, "only branches with /%s/ · ", state->branches.filter);
    else if (aligned_is_apportioned(state->aligned, 0) || aligned_is_apportioned(state->aligned, 1))
        used = (size_t)snprintf(buffer, size, "~ apportioned: a format stores no call tree · ");
    pairing_status(&state->pairing, pairing, sizeof pairing);
    if (pairing[0] && used < size)
        used += (size_t)snprintf(buffer + used, size - used, "%s · ", pairing);
    if (state->by_b && used < size)
        used += (size_t)snprintf(buffer + used, size - used, "by cumtime B · ");
    if (used)
        buffer[used - strlen(" · ")] = '\0';
}

static bool refused(const void *opaque, char *buffer, size_t size)
{
    const struct trees_state *state = opaque;
    if (state->aligned)
        return false;
    pairing_error(&state->pairing, buffer, size);
    return true;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct trees_state *state = opaque;
    if (branches_has_rows(&state->branches))
        aligned_sentence(state->aligned, state->branches.table.list.cursor, buffer, size);
    else if (state->branches.filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.",
                 state->branches.filter);
    else
        snprintf(buffer, size, "Neither profile holds a call.");
}

const struct screen_ops trees_screen = {
    .title = "Tree A|B",
    .brief = "Trees",
    .place = PLACE_TREES,
    .needs = PROFILE_HAS_EDGES,
    .lacking = "One of the files holds neither a call tree nor callers and callees: only sums a "
               "function (a YAPPI table does). Record with ncprof record, or save pstats.",
    .state_size = sizeof(struct trees_state),
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
    .refused = refused,
    .sentence = sentence,
};
