/* Side by side: one row a function of either file. */
#include "tui/analysis/compare.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/marks.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <string.h>

struct compare_state {
    struct comparison *comparison; /* NULL: the two cannot be compared */
    struct table table;
    struct marks marks; /* functions of B, or of A where B has none, as keys */
    char filter[256];
    double threshold;
    struct error error; /* why they cannot */
};

static const struct compare_row *row_of(const struct compare_state *state, uint32_t row)
{
    return &state->comparison->rows[row];
}

/* A row's name that outlives sorting. */
static uint32_t key_of(const struct compare_row *row)
{
    bool in_b = row->function_b != PROFILE_NONE;
    return in_b ? row->function_b << 1 | 1 : row->function_a << 1;
}

/*
 * A function that does more on a larger input is not worse for it: growth is judged by its class
 * where the sizes are known, by the ratio alone where they are not.
 */
static enum style change_style(const struct comparison *comparison,
                               const struct compare_change *change)
{
    if (isnan(change->delta) || change->delta == 0)
        return STYLE_NORMAL;
    if (!isnan(comparison->size_ratio) && comparison->size_ratio != 1)
        return change->growth >= GROWTH_SUPERLINEAR ? STYLE_WORSE : STYLE_NORMAL;
    if (change->ratio > 1.2)
        return STYLE_WORSE;
    return change->ratio < 0.8 ? STYLE_BETTER : STYLE_NORMAL;
}

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct compare_state *state = owner;
    const struct compare_row *r = row_of(state, row);
    const char *mark = strrchr(column->id, '_');
    if (!strcmp(column->id, "delta"))
        return change_style(state->comparison, &r->change[COMPARE_CUMTIME]);
    if (!mark || !strcmp(mark, "_a") || !strcmp(mark, "_b"))
        return STYLE_NORMAL;
    enum compare_measure measure = !strncmp(column->id, "cum", 3)   ? COMPARE_CUMTIME
                                   : !strncmp(column->id, "tot", 3) ? COMPARE_TOTTIME
                                                                    : COMPARE_NCALLS;
    return change_style(state->comparison, &r->change[measure]);
}

static void draw_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area)
{
    const struct compare_state *state = owner;
    const struct compare_row *r = row_of(state, row);
    if (r->status != COMPARE_MATCHED && area.columns > 12) {
        const char *word = compare_status_name(r->status);
        enum style tag = r->status == COMPARE_GONE ? STYLE_BETTER : STYLE_MARKED;
        int used = canvas_text(canvas, area.row, area.column, area.columns, tag, word) + 1;
        area.column += used;
        area.columns -= used;
    }
    screen_name(canvas, area, compare_function(state->comparison, row), state->table.shift);
}

static bool is_marked(const void *owner, uint32_t row)
{
    const struct compare_state *state = owner;
    return marks_has(&state->marks, key_of(row_of(state, row)));
}

static bool has_rows(const struct compare_state *state)
{
    return state->comparison && state->table.list.cursor < state->comparison->count;
}

static const struct compare_row *under_cursor(const struct compare_state *state)
{
    return has_rows(state) ? row_of(state, state->table.list.cursor) : NULL;
}

static void go_to_key(struct compare_state *state, uint32_t key)
{
    for (uint32_t row = 0; row < state->comparison->count; row++) {
        if (key_of(row_of(state, row)) == key) {
            list_go(&state->table.list, row);
            return;
        }
    }
}

static void set_table(struct compare_state *state, const struct subject *subject)
{
    struct table *table = &state->table;
    table->columns = compare_columns;
    table->data = state->comparison;
    table->owner = state;
    table->flags = subject->profile->flags & subject->other->flags;
    table->sort = state->comparison ? state->comparison->sort : NULL;
    table->hide = "status";
    table->style = style;
    table->name = draw_name;
    table->marked = is_marked;
    list_count(&table->list, state->comparison ? state->comparison->count : 0);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct compare_state *state = opaque;
    const struct compare_row *before = under_cursor(state);
    uint32_t key = before ? key_of(before) : UINT32_MAX;
    struct compare_side a = {&subject->profile, 1, &subject->metric, subject->size};
    struct compare_side b = {&subject->other, 1, &subject->other_metric, subject->other_size};
    struct compare_query query = {
        .sort = state->table.sort ? state->table.sort->id : NULL,
        .reverse = state->table.reverse,
        .filter = subject->filter,
        .threshold = subject->threshold,
    };
    compare_free(state->comparison);
    state->comparison = NULL;
    state->error = (struct error){0};
    if (compare_new(&state->comparison, &a, &b, &query, &state->error))
        state->comparison = NULL;
    state->threshold = subject->threshold;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    set_table(state, subject);
    if (state->comparison)
        go_to_key(state, key);
}

static void close_state(void *opaque)
{
    struct compare_state *state = opaque;
    compare_free(state->comparison);
    marks_free(&state->marks);
}

static void fit(void *opaque, struct rect area)
{
    table_fit(&((struct compare_state *)opaque)->table, area);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    table_draw(&((const struct compare_state *)opaque)->table, canvas);
}

static uint32_t function(const void *opaque, int *side)
{
    const struct compare_row *row = under_cursor(opaque);
    *side = row && row->function_b == PROFILE_NONE ? 0 : 1;
    if (!row)
        return PROFILE_NONE;
    return *side ? row->function_b : row->function_a;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct compare_state *state = opaque;
    const struct compare_row *row = under_cursor(state);
    int side;
    uint32_t here = function(state, &side);
    switch (action->id) {
    case ACTION_OPEN:
        if (here != PROFILE_NONE)
            app_open_butterfly(app, side, here);
        return REACTION_HANDLED;
    case ACTION_MARK:
        if (row)
            marks_toggle(&state->marks, key_of(row));
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
    return &((struct compare_state *)opaque)->table;
}

static void marked_status(const struct compare_state *state, char *buffer, size_t size)
{
    const struct comparison *comparison = state->comparison;
    double a = 0, b = 0;
    for (uint32_t row = 0; row < comparison->count; row++) {
        if (!is_marked(state, row))
            continue;
        const struct compare_change *change = &row_of(state, row)->change[COMPARE_TOTTIME];
        a += isnan(change->a) ? 0 : change->a;
        b += isnan(change->b) ? 0 : change->b;
    }
    const struct metric *metric = &comparison->a->metrics[comparison->metric_a];
    char in_a[40], in_b[40];
    number_value(a, metric, in_a, sizeof in_a);
    number_value(b, metric, in_b, sizeof in_b);
    snprintf(buffer, size, "%u marked: tottime %s in A, %s in B", state->marks.count, in_a, in_b);
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct compare_state *state = opaque;
    size_t used = 0;
    buffer[0] = '\0';
    if (!state->comparison)
        return;
    if (state->marks.count)
        marked_status(state, buffer, size);
    used = strlen(buffer);
    if (state->filter[0])
        snprintf(buffer + used, size - used, "%s%u of %u functions", used ? " · " : "",
                 state->comparison->matched, state->comparison->functions);
    used = strlen(buffer);
    if (state->comparison->hidden)
        snprintf(buffer + used, size - used, "%s%u function%s below %g %% on both sides hidden",
                 used ? " · " : "", state->comparison->hidden,
                 state->comparison->hidden == 1 ? "" : "s", state->threshold * 100);
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct compare_state *state = opaque;
    if (!state->comparison)
        error_text(&state->error, buffer, size);
    else if (has_rows(state))
        compare_sentence(state->comparison, state->table.list.cursor, buffer, size);
    else if (state->comparison->hidden)
        snprintf(buffer, size, "Every function is below %g %% on both sides. p shows them.",
                 state->threshold * 100);
    else if (state->filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.", state->filter);
    else
        snprintf(buffer, size, "Neither file holds a function.");
}

const struct screen_ops compare_screen = {
    .title = "Side by side",
    .place = PLACE_COMPARE,
    .state_size = sizeof(struct compare_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .table = table,
    .function = function,
    .status = status,
    .sentence = sentence,
};
