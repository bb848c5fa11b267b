/* A function in A and in B between its callers, above, and its callees, below. */
#include "tui/analysis/butterflies.h"

#include "formats/profile/memory.h"
#include "tui/analysis/filter.h"
#include "tui/numbers.h"
#include "tui/screens/pairing.h"
#include "tui/screens/screen.h"
#include "tui/screens/twin.h"
#include "tui/screens/wings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct butterflies_state {
    struct pairing pairing;
    struct blame *blame;             /* NULL: the two cannot be compared */
    struct butterflies *butterflies; /* NULL: likewise, or no function is known */
    uint32_t functions[2];           /* the centre in A and in B */
    struct twin halves[2];           /* callers, callees */
    struct column columns[2][TABLE_COLUMNS_MAX + 1];
    struct wings wings;
    char filter[256];
};

static void fill_half(struct butterflies_state *state, int half, const struct filter *filter)
{
    struct table *table = &state->wings.tables[half];
    twin_fill(&state->halves[half], state->butterflies, half == CALLERS, filter);
    pairing_columns(&state->pairing, half == CALLERS ? twin_caller_columns : twin_callee_columns,
                    state->columns[half]);
    table->columns = state->columns[half];
    table->owner = &state->halves[half];
    table_show(table, &state->halves[half]);
    table->flags = state->pairing.a->flags & state->pairing.b->flags;
    table->style = twin_style;
    table->name = twin_name;
    list_count(&table->list, state->halves[half].count);
}

static void make(struct butterflies_state *state)
{
    const struct pairing *pairing = &state->pairing;
    butterflies_free(state->butterflies);
    state->butterflies = NULL;
    if (!state->blame ||
        (state->functions[0] == PROFILE_NONE && state->functions[1] == PROFILE_NONE))
        return;
    state->butterflies = butterflies_new(state->blame, state->functions[0], state->functions[1],
                                         pairing->time_factor, pairing->calls_factor);
    struct filter *filter = filter_new(state->filter);
    fill_half(state, CALLERS, filter);
    fill_half(state, CALLEES, filter);
    filter_free(filter);
}

/* The cursor goes to the first row that leads somewhere. */
static void settle(struct butterflies_state *state)
{
    for (int half = CALLERS; half <= CALLEES; half++)
        list_go(&state->wings.tables[half].list, twin_first_function(&state->halves[half]));
    state->wings.focus =
        twin_first_function(&state->halves[CALLEES]) >= 0 || !state->halves[CALLERS].count
            ? CALLEES
            : CALLERS;
}

static void show(void *opaque, int side, uint32_t function)
{
    struct butterflies_state *state = opaque;
    if (!state->blame || (state->functions[side] == function && state->butterflies))
        return;
    state->functions[side] = function;
    state->functions[!side] =
        side ? blame_in_a(state->blame, function) : blame_in_b(state->blame, function);
    make(state);
    settle(state);
}

/* With nothing chosen: the function that takes the most time itself in B. */
static uint32_t hottest(const struct pairing *pairing)
{
    uint32_t best = PROFILE_NONE;
    int64_t most = -1;
    for (uint32_t f = 0; f < pairing->b->function_count; f++) {
        int64_t self = profile_function(pairing->b, f, pairing->metric_b).self;
        if (self > most) {
            most = self;
            best = f;
        }
    }
    return best;
}

/* Another pair of profiles; swapped, the same function stays. */
static void renew(struct butterflies_state *state, const struct pairing *before)
{
    const struct pairing *pairing = &state->pairing;
    struct blame_query query = {pairing->metric_a, pairing->metric_b, pairing->size_a,
                                pairing->size_b};
    uint32_t functions[2] = {state->functions[0], state->functions[1]};
    bool same = before->a == pairing->a && before->b == pairing->b;
    bool swapped = before->a == pairing->b && before->b == pairing->a;
    bool known = (same || swapped) && state->butterflies;
    butterflies_free(state->butterflies);
    state->butterflies = NULL;
    blame_free(state->blame);
    state->blame = pairing->failed ? NULL : blame_new(pairing->a, pairing->b, &query);
    if (known) {
        state->functions[0] = functions[swapped];
        state->functions[1] = functions[!swapped];
        make(state);
        if (state->butterflies)
            settle(state);
        return;
    }
    uint32_t function = hottest(pairing);
    state->functions[0] = state->functions[1] = PROFILE_NONE;
    if (function != PROFILE_NONE)
        show(state, 1, function);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct butterflies_state *state = opaque;
    struct pairing before = state->pairing;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    if (pairing_update(&state->pairing, subject))
        renew(state, &before);
    else
        make(state);
}

static void close_state(void *opaque)
{
    struct butterflies_state *state = opaque;
    butterflies_free(state->butterflies);
    blame_free(state->blame);
    twin_free(&state->halves[CALLERS]);
    twin_free(&state->halves[CALLEES]);
}

static void fit(void *opaque, struct rect area)
{
    struct butterflies_state *state = opaque;
    if (state->butterflies)
        wings_fit(&state->wings, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct butterflies_state *state = opaque;
    const struct butterflies *both = state->butterflies;
    char a[40], b[40], ratio[40], sums[160], brief[60];
    if (!both)
        return;
    const struct compare_change *time = &both->change[COMPARE_CUMTIME];
    number_value(time->a, both->scale.metric_a, a, sizeof a);
    number_value(time->b, both->scale.metric_a, b, sizeof b);
    number_ratio(time->ratio, ratio, sizeof ratio);
    snprintf(sums, sizeof sums, " cumtime %s → %s %s ", a, b, ratio);
    snprintf(brief, sizeof brief, " %s ", isnan(time->ratio) ? b : ratio);
    wings_draw_centre(&state->wings, canvas, butterflies_function(both), sums, brief);
    wings_draw(&state->wings, canvas,
               state->filter[0] ? "(none that matches)" : "(no caller is recorded)");
}

static uint32_t under_cursor(const struct butterflies_state *state, int *side)
{
    const struct table *table = &state->wings.tables[state->wings.focus];
    *side = 1;
    if (!state->butterflies || table->list.cursor >= table->list.count)
        return PROFILE_NONE;
    const struct butterflies_row *row = twin_row(table->data, table->list.cursor);
    *side = row->in_b;
    if (row->itself)
        return PROFILE_NONE;
    return row->in_b ? row->function_b : row->function_a;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct butterflies_state *state = opaque;
    int side;
    if (!state->butterflies)
        return REACTION_NONE;
    if (action->id == ACTION_OPEN) {
        uint32_t function = under_cursor(state, &side);
        if (function != PROFILE_NONE && function != state->functions[side])
            app_open_butterfly(app, side, function);
        return REACTION_HANDLED;
    }
    return wings_act(&state->wings, action->id);
}

static unsigned click(void *opaque, int row, int column)
{
    struct butterflies_state *state = opaque;
    return state->butterflies ? wings_click(&state->wings, row, column) : REACTION_NONE;
}

static struct table *table(void *opaque)
{
    struct butterflies_state *state = opaque;
    return state->butterflies ? wings_table(&state->wings) : NULL;
}

/* The function shown, not the one under the cursor: that is where Enter would go. */
static uint32_t function(const void *opaque, int *side)
{
    const struct butterflies_state *state = opaque;
    *side = state->functions[1] != PROFILE_NONE;
    return state->butterflies ? state->functions[*side] : PROFILE_NONE;
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct butterflies_state *state = opaque;
    const struct butterflies *both = state->butterflies;
    size_t used = 0;
    buffer[0] = '\0';
    if (!both)
        return;
    if (state->filter[0])
        used = (size_t)snprintf(buffer, size, "%u of %u callers · %u of %u callees · ",
                                twin_functions(&state->halves[CALLERS]), both->caller_count,
                                twin_functions(&state->halves[CALLEES]),
                                both->callee_count - twin_itself(&state->halves[CALLEES]));
    pairing_status(&state->pairing, buffer + used, size - used);
    if (!buffer[used] && used)
        buffer[used - strlen(" · ")] = '\0';
}

static bool refused(const void *opaque, char *buffer, size_t size)
{
    const struct butterflies_state *state = opaque;
    if (state->blame)
        return false;
    pairing_error(&state->pairing, buffer, size);
    return true;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct butterflies_state *state = opaque;
    if (state->butterflies)
        butterflies_sentence(state->butterflies, state->blame, buffer, size);
    else
        snprintf(buffer, size, "Neither profile holds a function.");
}

const struct screen_ops butterflies_screen = {
    .title = "Butterfly A|B",
    .brief = "Butterflies",
    .initial = "Bflies",
    .place = PLACE_BUTTERFLIES,
    .needs = PROFILE_HAS_EDGES,
    .lacking = "One of the files does not say who called whom: only sums a function (a YAPPI table "
               "does). Record with ncprof record, or save pstats, to see callers and callees.",
    .state_size = sizeof(struct butterflies_state),
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
    .refused = refused,
    .sentence = sentence,
};
