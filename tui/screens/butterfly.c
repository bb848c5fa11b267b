/* A function between its callers, above, and its callees, below. */
#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"
#include "tui/screens/wing.h"
#include "tui/screens/wings.h"

#include <stdlib.h>
#include <string.h>

struct butterfly_state {
    struct butterfly *butterfly;
    uint32_t function, metric;
    const struct profile *profile;
    struct wing halves[2]; /* callers, callees */
    struct wings wings;
    char filter[256];
};

/* The rows of a wing that the filter lets through. "(itself)" always is. */
static void fill_wing(struct butterfly_state *state, int side, const struct filter *filter)
{
    struct wing *wing = &state->halves[side];
    const struct butterfly *butterfly = state->butterfly;
    const struct butterfly_row *rows = side == CALLERS ? butterfly->callers : butterfly->callees;
    uint32_t count = side == CALLERS ? butterfly->caller_count : butterfly->callee_count;
    free(wing->rows);
    *wing = (struct wing){butterfly, memory_zeroed(count, sizeof *wing->rows), 0, side == CALLERS};
    for (uint32_t i = 0; i < count; i++)
        if (rows[i].function == PROFILE_NONE ||
            filter_matches_function(filter, &state->profile->functions[rows[i].function]))
            wing->rows[wing->count++] = i;
    struct table *table = &state->wings.tables[side];
    table->columns = side == CALLERS ? caller_columns : callee_columns;
    table->owner = wing;
    table_show(table, wing);
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

static void show(void *opaque, int side, uint32_t function)
{
    struct butterfly_state *state = opaque;
    (void)side;
    if (state->function == function && state->butterfly)
        return;
    state->function = function;
    make(state);
    for (int half = CALLERS; half <= CALLEES; half++)
        list_go(&state->wings.tables[half].list, first_function(&state->halves[half]));
    state->wings.focus =
        first_function(&state->halves[CALLEES]) >= 0 || !state->halves[CALLERS].count ? CALLEES
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
        show(state, 0, function);
}

static void close_state(void *opaque)
{
    struct butterfly_state *state = opaque;
    butterfly_free(state->butterfly);
    free(state->halves[CALLERS].rows);
    free(state->halves[CALLEES].rows);
}

static void fit(void *opaque, struct rect area)
{
    struct butterfly_state *state = opaque;
    if (state->butterfly)
        wings_fit(&state->wings, area);
}

static void draw_centre(const struct butterfly_state *state, struct canvas *canvas)
{
    const struct butterfly *butterfly = state->butterfly;
    const struct metric *metric = &state->profile->metrics[state->metric];
    char self[40], total[40], sums[128], brief[64];
    number_value(number_in_unit(butterfly->values.self, metric), metric, self, sizeof self);
    number_value(number_in_unit(butterfly->values.total, metric), metric, total, sizeof total);
    snprintf(sums, sizeof sums, " tottime %s · cumtime %s ", self, total);
    snprintf(brief, sizeof brief, " %s ", total);
    wings_draw_centre(&state->wings, canvas, &state->profile->functions[state->function], sums,
                      brief);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct butterfly_state *state = opaque;
    if (!state->butterfly)
        return;
    draw_centre(state, canvas);
    wings_draw(&state->wings, canvas,
               state->filter[0]                           ? "(none that matches)"
               : state->profile->flags & PROFILE_HAS_TREE ? "(nothing: a thread began here)"
                                                          : "(no caller is recorded)");
}

static uint32_t under_cursor(const struct butterfly_state *state)
{
    const struct table *table = &state->wings.tables[state->wings.focus];
    if (!state->butterfly || table->list.cursor >= table->list.count)
        return PROFILE_NONE;
    return wing_row(table->data, table->list.cursor)->function;
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
    return wings_act(&state->wings, action->id);
}

static unsigned click(void *opaque, int row, int column)
{
    struct butterfly_state *state = opaque;
    return state->butterfly ? wings_click(&state->wings, row, column) : REACTION_NONE;
}

static struct table *table(void *opaque)
{
    return wings_table(&((struct butterfly_state *)opaque)->wings);
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
    snprintf(buffer, size, "%u of %u callers · %u of %u callees", state->halves[CALLERS].count,
             state->butterfly->caller_count, state->halves[CALLEES].count - itself,
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
    .initial = "Bfly",
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
