/* A function between its callers, above, and its callees, below. */
#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"
#include "tui/screens/wing.h"
#include "tui/widgets/glyph.h"

#include <stdlib.h>
#include <string.h>

struct butterfly_state {
    struct butterfly *butterfly;
    uint32_t function, metric;
    const struct profile *profile;
    struct wing wings[2]; /* callers, callees */
    struct table tables[2];
    int focus;
    int centre; /* the row of the function's own line */
    struct rect area;
    char filter[256];
};

enum { CALLERS, CALLEES };

/* The rows of a wing that the filter lets through. "(itself)" always is. */
static void fill_wing(struct butterfly_state *state, int side, const struct filter *filter)
{
    struct wing *wing = &state->wings[side];
    const struct butterfly *butterfly = state->butterfly;
    const struct butterfly_row *rows = side == CALLERS ? butterfly->callers : butterfly->callees;
    uint32_t count = side == CALLERS ? butterfly->caller_count : butterfly->callee_count;
    free(wing->rows);
    *wing = (struct wing){butterfly, memory_zeroed(count, sizeof *wing->rows), 0, side == CALLERS};
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].function == PROFILE_NONE ||
            filter_matches_function(filter, &state->profile->functions[rows[i].function]))
            wing->rows[wing->count++] = i;
    struct table *table = &state->tables[side];
    table->columns = side == CALLERS ? caller_columns : callee_columns;
    table->data = table->owner = wing;
    table->flags = state->profile->flags;
    table->style = wing_style;
    table->name = wing_name;
    list_count(&table->list, wing->count);
}

static void make(struct butterfly_state *state)
{
    butterfly_free(state->butterfly);
    state->butterfly = butterfly_new(state->profile, state->function, state->metric);
    struct filter *filter = filter_new(state->filter);
    fill_wing(state, CALLERS, filter);
    fill_wing(state, CALLEES, filter);
    filter_free(filter);
}

/* With nothing chosen: the function that takes the most time itself. */
static uint32_t hottest(const struct profile *profile, uint32_t metric)
{
    uint32_t best = PROFILE_NONE;
    int64_t most = -1;
    for (uint32_t f = 0; f < profile->function_count; f++) {
        int64_t self = profile_function(profile, f, metric).self;
        if (self > most) {
            most = self;
            best = f;
        }
    }
    return best;
}

/* The first row that leads somewhere; -1: none. */
static int64_t first_function(const struct wing *wing)
{
    for (uint32_t row = 0; row < wing->count; row++)
        if (wing_row(wing, row)->function != PROFILE_NONE)
            return row;
    return -1;
}

static void show(void *opaque, uint32_t function)
{
    struct butterfly_state *state = opaque;
    if (state->function == function && state->butterfly)
        return;
    state->function = function;
    make(state);
    for (int side = CALLERS; side <= CALLEES; side++)
        list_go(&state->tables[side].list, first_function(&state->wings[side]));
    state->focus = first_function(&state->wings[CALLEES]) >= 0 || !state->wings[CALLERS].count
                       ? CALLEES
                       : CALLERS;
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct butterfly_state *state = opaque;
    bool first = state->profile != subject->profile;
    state->profile = subject->profile;
    state->metric = subject->metric;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    if (!first && state->butterfly) {
        make(state);
        return;
    }
    uint32_t function = hottest(subject->profile, subject->metric);
    if (function != PROFILE_NONE)
        show(state, function);
}

static void close_state(void *opaque)
{
    struct butterfly_state *state = opaque;
    butterfly_free(state->butterfly);
    free(state->wings[CALLERS].rows);
    free(state->wings[CALLEES].rows);
}

/* A header and a line at least. */
static int wanted_rows(const struct wing *wing)
{
    return 1 + (wing->count ? (int)wing->count : 1);
}

/* Each half gets what it needs; where both want more than half, half. */
static void fit(void *opaque, struct rect area)
{
    struct butterfly_state *state = opaque;
    state->area = area;
    if (!state->butterfly)
        return;
    int room = area.rows - 1;
    int above = wanted_rows(&state->wings[CALLERS]), below = wanted_rows(&state->wings[CALLEES]);
    if (above + below > room) {
        int half = room / 2;
        above = below < half ? room - below : above < half ? above : half;
    }
    above = above < room ? above : room;
    above = above > 0 ? above : 0;
    state->centre = area.row + above;
    table_fit(&state->tables[CALLERS], (struct rect){area.row, 0, above, area.columns});
    table_fit(&state->tables[CALLEES],
              (struct rect){state->centre + 1, 0, room - above, area.columns});
    state->tables[CALLERS].unfocused = state->focus != CALLERS;
    state->tables[CALLEES].unfocused = state->focus != CALLEES;
}

static void draw_centre(const struct butterfly_state *state, struct canvas *canvas)
{
    const struct butterfly *butterfly = state->butterfly;
    const struct metric *metric = &state->profile->metrics[state->metric];
    const struct function *function = &state->profile->functions[state->function];
    char name[1024], place[512], self[40], total[40], sums[128];
    int row = state->centre, width = canvas->columns;
    function_name(function, name, sizeof name);
    function_place(function, place, sizeof place);
    number_value(number_in_unit(butterfly->values.self, metric), metric, self, sizeof self);
    number_value(number_in_unit(butterfly->values.total, metric), metric, total, sizeof total);
    snprintf(sums, sizeof sums, " tottime %s · cumtime %s ", self, total);
    if (glyph_width(sums) + 24 > width)
        snprintf(sums, sizeof sums, " %s ", total);
    for (int column = 0; column < width; column++)
        canvas_text(canvas, row, column, 1, STYLE_DIM, "─");
    int end = width - glyph_width(sums) - 2;
    end = end > 10 ? end : width;
    int at = 2 + canvas_text(canvas, row, 2, 1, STYLE_TITLE, " ");
    at += canvas_text_cut(canvas, row, at, end - at - 2, STYLE_TITLE, name);
    if (place[0] && at + glyph_width(place) + 4 < end) {
        at += canvas_text(canvas, row, at, 2, STYLE_DIM, "  ");
        at += canvas_text(canvas, row, at, end - at, STYLE_DIM, place);
    }
    canvas_text(canvas, row, at, 1, STYLE_NORMAL, " ");
    if (end < width)
        canvas_text(canvas, row, end, width - end, STYLE_NORMAL, sums);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct butterfly_state *state = opaque;
    if (!state->butterfly)
        return;
    table_draw(&state->tables[CALLERS], canvas);
    draw_centre(state, canvas);
    table_draw(&state->tables[CALLEES], canvas);
    const struct rect *above = &state->tables[CALLERS].area;
    if (!state->wings[CALLERS].count && above->rows > 1)
        canvas_text(canvas, above->row + 1, 2, canvas->columns - 2, STYLE_DIM,
                    state->filter[0]                           ? "(none that matches)"
                    : state->profile->flags & PROFILE_HAS_TREE ? "(nothing: a thread began here)"
                                                               : "(no caller is recorded)");
}

static uint32_t under_cursor(const struct butterfly_state *state)
{
    const struct table *table = &state->tables[state->focus];
    if (!state->butterfly || table->list.cursor >= table->list.count)
        return PROFILE_NONE;
    return wing_row(table->data, table->list.cursor)->function;
}

/* Over the function's own line from one table into the other. */
static bool cross(struct butterfly_state *state, enum action_id action)
{
    const struct list *list = &state->tables[state->focus].list;
    int other = !state->focus;
    if (!state->tables[other].list.count)
        return false;
    bool down = action == ACTION_DOWN && state->focus == CALLERS &&
                (!list->count || list->cursor + 1 == list->count);
    bool up = action == ACTION_UP && state->focus == CALLEES && list->cursor == 0;
    if (!down && !up)
        return false;
    state->focus = other;
    list_go(&state->tables[other].list, down ? 0 : UINT32_MAX);
    return true;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct butterfly_state *state = opaque;
    if (!state->butterfly)
        return REACTION_NONE;
    if (action->id == ACTION_OPEN) {
        uint32_t function = under_cursor(state);
        if (function != PROFILE_NONE && function != state->function)
            app_open_butterfly(app, -1, function);
        return REACTION_HANDLED;
    }
    if (action->id == ACTION_SHARES)
        state->tables[!state->focus].show =
            (enum table_show)((state->tables[state->focus].show + 1) % TABLE_SHOWS);
    return cross(state, action->id) ? REACTION_HANDLED : REACTION_NONE;
}

static unsigned click(void *opaque, int row, int column)
{
    struct butterfly_state *state = opaque;
    for (int side = CALLERS; state->butterfly && side <= CALLEES; side++) {
        struct table *table = &state->tables[side];
        if (row <= table->area.row || row >= table->area.row + table->area.rows)
            continue;
        state->focus = side;
        table_click(table, row, column);
        return REACTION_HANDLED;
    }
    return REACTION_NONE;
}

static struct table *table(void *opaque)
{
    struct butterfly_state *state = opaque;
    return &state->tables[state->focus];
}

/* The function shown, not the one under the cursor: that is where Enter would go. */
static uint32_t function(const void *opaque, int *side)
{
    *side = -1;
    return ((const struct butterfly_state *)opaque)->function;
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct butterfly_state *state = opaque;
    buffer[0] = '\0';
    if (!state->butterfly || !state->filter[0])
        return;
    uint32_t itself = 0;
    for (uint32_t i = 0; i < state->butterfly->callee_count; i++)
        itself += state->butterfly->callees[i].function == PROFILE_NONE;
    snprintf(buffer, size, "%u of %u callers · %u of %u callees", state->wings[CALLERS].count,
             state->butterfly->caller_count, state->wings[CALLEES].count - itself,
             state->butterfly->callee_count - itself);
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct butterfly_state *state = opaque;
    if (state->butterfly)
        butterfly_sentence(state->butterfly, buffer, size);
    else
        snprintf(buffer, size, "This profile holds no function.");
}

const struct screen_ops butterfly_screen = {
    .title = "Butterfly",
    .place = PLACE_BUTTERFLY,
    .needs = PROFILE_HAS_EDGES,
    .lacking = "This file does not say who called whom: only sums a function (a YAPPI table does). "
               "Record with ncprof record, or save pstats, to see callers and callees.",
    .state_size = sizeof(struct butterfly_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .click = click,
    .table = table,
    .function = function,
    .show = show,
    .status = status,
    .sentence = sentence,
};
