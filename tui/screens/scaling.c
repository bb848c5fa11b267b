/* How functions grow over the runs: one row a function, one column a size. */
#include "tui/analysis/scaling.h"

#include "formats/profile/memory.h"
#include "tui/numbers.h"
#include "tui/screens/marks.h"
#include "tui/screens/screen.h"

#include <math.h>
#include <string.h>

enum { NAME_LEAST = 16 }; /* the numbers are many */

struct scaling_state {
    struct scaling *scaling; /* the app's; NULL: there is none */
    unsigned number;
    struct table table;
    struct marks marks; /* rows */
    char sort[32];      /* the column's id: a scaling's columns go with it */
    enum compare_measure measure;
    bool has_measure; /* chosen; else cumtime */
    char filter[256];
    double threshold;
    struct error error; /* why there is none */
};

static const struct scaling_row *row_at(const struct scaling_state *state, uint32_t index)
{
    return &state->scaling->rows[state->scaling->order[index]];
}

static enum style style(const void *owner, uint32_t index, const struct column *column)
{
    const struct scaling_state *state = owner;
    const struct scaling *scaling = state->scaling;
    uint32_t row = scaling->order[index], last = scaling->size_count - 1;
    bool steep = scaling->rows[row].growth[scaling->measure] >= GROWTH_SUPERLINEAR;
    if (!strcmp(column->id, "exponent") || !strcmp(column->id, "class"))
        return steep ? STYLE_WORSE : STYLE_NORMAL;
    if (!strcmp(column->id, "share"))
        return theme_heat(scaling_share(scaling, row, scaling->measure, last));
    if (!strcmp(column->id, "projected"))
        return theme_heat(scaling_projected_share(scaling, row, scaling->measure));
    return STYLE_NORMAL;
}

static void draw_name(const void *owner, uint32_t index, struct canvas *canvas, struct rect area)
{
    const struct scaling_state *state = owner;
    screen_name(canvas, area, scaling_function(state->scaling, state->scaling->order[index]),
                state->table.shift);
}

static bool is_marked(const void *owner, uint32_t index)
{
    const struct scaling_state *state = owner;
    return marks_has(&state->marks, state->scaling->order[index]);
}

static bool has_rows(const struct scaling_state *state)
{
    return state->scaling && state->table.list.cursor < state->scaling->count;
}

static void show(void *opaque, int side, uint32_t row)
{
    struct scaling_state *state = opaque;
    (void)side;
    for (uint32_t i = 0; state->scaling && i < state->scaling->count; i++)
        if (state->scaling->order[i] == row) {
            list_go(&state->table.list, i);
            return;
        }
}

static void set_table(struct scaling_state *state)
{
    struct table *table = &state->table;
    struct scaling *scaling = state->scaling;
    table->owner = state;
    table->style = style;
    table->name = draw_name;
    table->marked = is_marked;
    table->hide = "r2";
    table->columns = scaling->columns->list;
    table_show(table, scaling); /* another measure, another width */
    table->sort = scaling->sort;
    snprintf(state->sort, sizeof state->sort, "%s", scaling->sort->id);
    list_count(&table->list, scaling->count);
}

/* Of what may have been chosen in a scaling of other files; the usual order when that is gone. */
static void select_rows(struct scaling_state *state, const struct subject *subject)
{
    struct scaling_query query = {
        .measure = state->has_measure ? state->measure : COMPARE_CUMTIME,
        .at = subject->at,
        .sort = state->sort[0] ? state->sort : NULL,
        .reverse = state->table.reverse,
        .filter = subject->filter,
        .threshold = subject->threshold,
    };
    struct error ignored = {0};
    if (!scaling_select(state->scaling, &query, &ignored))
        return;
    query.sort = NULL;
    query.at = NAN;
    scaling_select(state->scaling, &query, &ignored);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct scaling_state *state = opaque;
    bool same = state->scaling && state->number == subject->scaling_number;
    uint32_t row = same && has_rows(state) ? state->scaling->order[state->table.list.cursor] : 0;
    if (same && state->table.sort) /* what the user has chosen since */
        snprintf(state->sort, sizeof state->sort, "%s", state->table.sort->id);
    if (!same)
        marks_clear(&state->marks);
    state->scaling = subject->scaling;
    state->number = subject->scaling_number;
    state->threshold = subject->threshold;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    if (!state->scaling) {
        state->error = *subject->no_scaling;
        state->table = (struct table){.columns = NULL};
        return;
    }
    select_rows(state, subject);
    scaling_blame(state->scaling); /* not when the first sentence asks for it */
    set_table(state);
    if (same)
        show(state, 0, row);
}

static void close_state(void *opaque)
{
    marks_free(&((struct scaling_state *)opaque)->marks);
}

static void fit(void *opaque, struct rect area)
{
    struct scaling_state *state = opaque;
    state->table.name_least = area.columns >= 60 && area.columns <= 100 ? NAME_LEAST : 0;
    if (state->scaling)
        table_fit(&state->table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct scaling_state *state = opaque;
    if (state->scaling)
        table_draw(&state->table, canvas);
}

static unsigned change_measure(struct scaling_state *state, enum compare_measure measure)
{
    state->measure = measure;
    state->has_measure = true;
    return REACTION_REBUILD;
}

static unsigned act_on_row(struct scaling_state *state, struct app *app, enum action_id action)
{
    if (!has_rows(state))
        return REACTION_HANDLED;
    uint32_t index = state->table.list.cursor, row = state->scaling->order[index];
    const struct scaling_row *r = row_at(state, index);
    switch (action) {
    case ACTION_OPEN:
        app_open_plot(app, row);
        break;
    case ACTION_BUTTERFLY:
        app_open_butterfly(app, (int)state->scaling->runs[r->run].input, r->function);
        break;
    default:
        marks_toggle(&state->marks, row);
        list_act(&state->table.list, ACTION_DOWN);
    }
    return REACTION_HANDLED;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct scaling_state *state = opaque;
    switch (action->id) {
    case ACTION_OPEN:
    case ACTION_BUTTERFLY:
    case ACTION_MARK:
        return act_on_row(state, app, action->id);
    case ACTION_CANCEL:
        return marks_clear(&state->marks) ? REACTION_HANDLED : REACTION_NONE;
    case ACTION_SORT_NCALLS:
        return change_measure(state, COMPARE_NCALLS);
    case ACTION_SORT_TOTTIME:
        return change_measure(state, COMPARE_TOTTIME);
    case ACTION_SORT_CUMTIME:
        return change_measure(state, COMPARE_CUMTIME);
    default:
        return REACTION_NONE;
    }
}

static struct table *table(void *opaque)
{
    struct scaling_state *state = opaque;
    return state->scaling ? &state->table : NULL;
}

static uint32_t function(const void *opaque, int *side)
{
    const struct scaling_state *state = opaque;
    if (!has_rows(state))
        return PROFILE_NONE;
    const struct scaling_row *row = row_at(state, state->table.list.cursor);
    *side = (int)state->scaling->runs[row->run].input;
    return row->function;
}

/* "2 marked: tottime 0.6 s at 16,000, 61.0 %" */
static void marked_status(const struct scaling_state *state, char *buffer, size_t size)
{
    const struct scaling *scaling = state->scaling;
    uint32_t last = scaling->size_count - 1;
    char value[40], at[40], share[32];
    double sum = 0;
    for (uint32_t i = 0; i < state->marks.count; i++) {
        double tottime = scaling_value(scaling, state->marks.ids[i], COMPARE_TOTTIME, last);
        sum += isnan(tottime) ? 0 : tottime;
    }
    number_value(sum, scaling_metric(scaling), value, sizeof value);
    number_size(scaling->sizes[last], at, sizeof at);
    number_percent(sum / scaling->totals[last], share, sizeof share);
    snprintf(buffer, size, "%u marked: tottime %s at %s, %s %%", state->marks.count, value, at,
             share);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct scaling_state *state = opaque;
    size_t used = 0;
    buffer[0] = '\0';
    if (!state->scaling)
        return;
    if (state->marks.count)
        marked_status(state, buffer, size);
    used = strlen(buffer);
    if (state->filter[0])
        snprintf(buffer + used, size - used, "%s%u of %u functions", used ? " · " : "",
                 state->scaling->matched, state->scaling->functions);
    used = strlen(buffer);
    if (state->scaling->hidden)
        snprintf(buffer + used, size - used, "%s%u function%s always below %g %% hidden",
                 used ? " · " : "", state->scaling->hidden, state->scaling->hidden == 1 ? "" : "s",
                 state->threshold * 100);
}

static bool refused(const void *opaque, char *buffer, size_t size)
{
    const struct scaling_state *state = opaque;
    if (state->scaling)
        return false;
    error_text(&state->error, buffer, size);
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, ". d puts two of them side by side, x shows one.");
    return true;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct scaling_state *state = opaque;
    if (has_rows(state))
        scaling_sentence(state->scaling, state->scaling->order[state->table.list.cursor],
                         state->scaling->measure, buffer, size);
    else if (state->scaling->hidden)
        snprintf(buffer, size, "Every function is always below %g %%. p shows them.",
                 state->threshold * 100);
    else if (state->filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.", state->filter);
    else
        snprintf(buffer, size, "No file holds a function.");
}

const struct screen_ops scaling_screen = {
    .title = "Scaling",
    .initial = "Scale",
    .place = PLACE_SCALING,
    .state_size = sizeof(struct scaling_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .table = table,
    .function = function,
    .show = show,
    .status = status,
    .refused = refused,
    .sentence = sentence,
};
