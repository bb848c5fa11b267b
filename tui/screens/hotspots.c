/* Hotspots: one row a function, by any column. */
#include "tui/analysis/hotspots.h"
#include "formats/profile/memory.h"
#include "tui/numbers.h"
#include "tui/screens/marks.h"
#include "tui/screens/screen.h"

#include <stdlib.h>
#include <string.h>

struct hotspots_state {
    struct hotspots *hotspots;
    struct table table;
    struct marks marks;       /* functions */
    struct values *in_thread; /* by function, of the thread chosen; NULL: of all */
    char filter[256];
    double threshold;
};

static double share(const struct hotspots *hotspots, int64_t value)
{
    return hotspots->total > 0 ? (double)value / (double)hotspots->total : 0;
}

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct hotspots_state *state = owner;
    const struct values *values = &state->hotspots->rows[row].values;
    if (!strncmp(column->id, "tottime", 7))
        return theme_heat(share(state->hotspots, values->self));
    if (!strncmp(column->id, "cumtime", 7))
        return values->total ? STYLE_NORMAL : STYLE_DIM;
    return STYLE_NORMAL;
}

static const struct function *function_of(const struct hotspots_state *state, uint32_t row)
{
    return &state->hotspots->profile->functions[state->hotspots->rows[row].function];
}

static void draw_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area)
{
    const struct hotspots_state *state = owner;
    screen_name(canvas, area, function_of(state, row), state->table.shift);
}

static bool is_marked(const void *owner, uint32_t row)
{
    const struct hotspots_state *state = owner;
    return marks_has(&state->marks, state->hotspots->rows[row].function);
}

static uint32_t under_cursor(const struct hotspots_state *state)
{
    return state->table.list.cursor < state->table.list.count
               ? state->hotspots->rows[state->table.list.cursor].function
               : PROFILE_NONE;
}

static void show(void *opaque, int side, uint32_t function)
{
    struct hotspots_state *state = opaque;
    (void)side;
    for (uint32_t row = 0; row < state->hotspots->count; row++) {
        if (state->hotspots->rows[row].function == function) {
            list_go(&state->table.list, row);
            return;
        }
    }
}

/* What is marked may be hidden by a filter: its values are not among the rows then. */
static void fill_thread(struct hotspots_state *state, const struct subject *subject)
{
    free(state->in_thread);
    state->in_thread = NULL;
    if (subject->thread == PROFILE_NONE)
        return;
    state->in_thread = memory_zeroed(subject->profile->function_count, sizeof *state->in_thread);
    profile_thread_functions(subject->profile, subject->thread, subject->metric, state->in_thread);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct hotspots_state *state = opaque;
    uint32_t before = state->hotspots ? under_cursor(state) : PROFILE_NONE;
    struct hotspots_query query = {
        .metric = subject->metric,
        .thread = subject->thread,
        .sort = state->table.sort ? state->table.sort->id : NULL,
        .reverse = state->table.reverse,
        .filter = subject->filter,
        .threshold = subject->threshold,
    };
    struct hotspots *hotspots = NULL;
    struct error err;
    if (hotspots_new(&hotspots, subject->profile, &query, &err))
        return; /* only an unknown sort word fails, and this one is a column's own */
    hotspots_free(state->hotspots);
    state->hotspots = hotspots;
    fill_thread(state, subject);
    state->threshold = subject->threshold;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    struct table *table = &state->table;
    table->columns = hotspot_columns;
    table_show(table, hotspots);
    table->owner = state;
    table->flags = subject->profile->flags;
    table->sort = hotspots->sort;
    table->style = style;
    table->name = draw_name;
    table->marked = is_marked;
    list_count(&table->list, hotspots->count);
    show(state, 0, before);
}

static void close_state(void *opaque)
{
    struct hotspots_state *state = opaque;
    hotspots_free(state->hotspots);
    marks_free(&state->marks);
    free(state->in_thread);
}

static void fit(void *opaque, struct rect area)
{
    table_fit(&((struct hotspots_state *)opaque)->table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    table_draw(&((const struct hotspots_state *)opaque)->table, canvas);
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct hotspots_state *state = opaque;
    uint32_t function = under_cursor(state);
    switch (action->id) {
    case ACTION_OPEN:
        if (function != PROFILE_NONE)
            app_open_butterfly(app, -1, function);
        return REACTION_HANDLED;
    case ACTION_HOT_PATH:
        if (function != PROFILE_NONE)
            app_open_hot_path(app, function);
        return REACTION_HANDLED;
    case ACTION_MARK:
        if (function != PROFILE_NONE)
            marks_toggle(&state->marks, function);
        list_act(&state->table.list, ACTION_DOWN);
        return REACTION_HANDLED;
    case ACTION_CANCEL:
        return marks_clear(&state->marks) ? REACTION_HANDLED : REACTION_NONE;
    default:
        return REACTION_NONE;
    }
}

static struct table *table(void *opaque)
{
    return &((struct hotspots_state *)opaque)->table;
}

static uint32_t function(const void *opaque, int *side)
{
    *side = -1;
    return under_cursor(opaque);
}

static void marked_status(const struct hotspots_state *state, char *buffer, size_t size)
{
    const struct profile *profile = state->hotspots->profile;
    int64_t self = 0;
    for (uint32_t i = 0; i < state->marks.count; i++) {
        uint32_t function = state->marks.ids[i];
        self += state->in_thread
                    ? state->in_thread[function].self
                    : profile_function(profile, function, state->hotspots->metric).self;
    }
    const struct metric *metric = &profile->metrics[state->hotspots->metric];
    char value[32], percent[32];
    number_value(number_in_unit(self, metric), metric, value, sizeof value);
    number_percent(share(state->hotspots, self), percent, sizeof percent);
    snprintf(buffer, size, "%u marked: %s of tottime, %s %%", state->marks.count, value, percent);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct hotspots_state *state = opaque;
    const struct hotspots *hotspots = state->hotspots;
    char matched[40], functions[40], percent[40], hidden[128];
    size_t used = 0;
    buffer[0] = '\0';
    if (state->marks.count) {
        marked_status(state, buffer, size);
        used = strlen(buffer);
    }
    if (state->filter[0]) {
        number_count(hotspots->matched, matched, sizeof matched);
        number_count(hotspots->functions, functions, sizeof functions);
        number_percent(share(hotspots, hotspots->matched_self), percent, sizeof percent);
        snprintf(buffer + used, size - used, "%s%s of %s · %s %% of tottime", used ? " · " : "",
                 matched, functions, percent);
        used = strlen(buffer);
    }
    hotspots_hidden_sentence(hotspots, state->threshold, hidden, sizeof hidden);
    if (hidden[0])
        snprintf(buffer + used, size - used, "%s%s", used ? " · " : "", hidden);
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct hotspots_state *state = opaque;
    if (state->hotspots->count)
        hotspots_sentence(state->hotspots, state->table.list.cursor, buffer, size);
    else if (state->hotspots->hidden)
        snprintf(buffer, size, "Every function is below %g %%. p shows them.",
                 state->threshold * 100);
    else if (state->filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.", state->filter);
    else
        snprintf(buffer, size, "This profile holds no function.");
}

const struct screen_ops hotspots_screen = {
    .title = "Hotspots",
    .initial = "Hot",
    .place = PLACE_HOTSPOTS,
    .state_size = sizeof(struct hotspots_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .table = table,
    .function = function,
    .show = show,
    .status = status,
    .sentence = sentence,
};
