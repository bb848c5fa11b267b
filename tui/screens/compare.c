/* Side by side: one row a function of either file. */
#include "tui/analysis/compare.h"

#include "formats/profile/memory.h"
#include "tui/analysis/blame.h"
#include "tui/analysis/match.h"
#include "tui/analysis/names.h"
#include "tui/numbers.h"
#include "tui/screens/compare_columns.h"
#include "tui/screens/marks.h"
#include "tui/screens/pairing.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { WIDE = 100, NAME_LEAST = 14 }; /* the numbers are many */

struct compare_state {
    struct comparison *comparison; /* NULL: the two cannot be compared */
    struct blame *blame;           /* likewise */
    struct match *pairs;           /* the functions of both, found once */
    uint32_t pair_count;
    struct pairing pairing;
    struct table table;
    struct column columns[TABLE_COLUMNS_MAX + 1];
    struct marks marks; /* functions of B, or of A where B has none, as keys */
    char filter[256];
    double threshold;
    unsigned only; /* the rows kept, as in compare.h; 0: all */
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

static enum style style(const void *owner, uint32_t row, const struct column *column)
{
    const struct compare_state *state = owner;
    const struct compare_row *r = row_of(state, row);
    if (r->uncertain)
        return STYLE_DIM;
    const char *mark = strrchr(column->id, '_');
    if (!strcmp(column->id, "delta") || !strcmp(column->id, "bar"))
        return pairing_style(pairing_has_sizes(&state->pairing), &r->change[COMPARE_CUMTIME]);
    if (!mark || !strcmp(mark, "_a") || !strcmp(mark, "_b"))
        return STYLE_NORMAL;
    enum compare_measure measure = !strncmp(column->id, "cum", 3)   ? COMPARE_CUMTIME
                                   : !strncmp(column->id, "tot", 3) ? COMPARE_TOTTIME
                                                                    : COMPARE_NCALLS;
    return pairing_style(pairing_has_sizes(&state->pairing), &r->change[measure]);
}

static void draw_name(const void *owner, uint32_t row, struct canvas *canvas, struct rect area)
{
    const struct compare_state *state = owner;
    const struct compare_row *r = row_of(state, row);
    int tag = pairing_tag(canvas, area, r->status);
    area.column += tag;
    area.columns -= tag;
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

static void set_table(struct compare_state *state)
{
    struct table *table = &state->table;
    const struct comparison *comparison = state->comparison;
    compare_screen_columns(&state->pairing, state->columns);
    table->columns = state->columns;
    table_show(table, comparison);
    table->owner = state;
    table->flags = state->pairing.a->flags & state->pairing.b->flags;
    table->sort = comparison ? column_find(state->columns, comparison->sort->id) : NULL;
    table->told = "delta"; /* by A, B and their ratio */
    table->style = style;
    table->name = draw_name;
    table->marked = is_marked;
    list_count(&table->list, comparison ? comparison->count : 0);
}

static void compare(struct compare_state *state)
{
    struct pairing *pairing = &state->pairing;
    struct compare_side a = {&pairing->a, 1, &pairing->metric_a, pairing->size_a};
    struct compare_side b = {&pairing->b, 1, &pairing->metric_b, pairing->size_b};
    struct compare_query query = {
        .sort = state->table.sort ? state->table.sort->id : NULL,
        .reverse = state->table.reverse,
        .filter = state->filter,
        .threshold = state->threshold,
        .only = state->only,
        .normalise = pairing->normalise,
        .normalise_function = pairing->function,
        .allow_unlike = pairing->allow_unlike,
        .pairs = state->pairs,
        .pair_count = state->pair_count,
    };
    compare_free(state->comparison);
    state->comparison = NULL;
    if (!pairing->failed && compare_new(&state->comparison, &a, &b, &query, &pairing->error)) {
        state->comparison = NULL;
        pairing->failed = true;
    }
}

static void lay_blame(struct compare_state *state)
{
    const struct pairing *pairing = &state->pairing;
    struct blame_query query = {pairing->metric_a, pairing->metric_b, pairing->size_a,
                                pairing->size_b};
    blame_free(state->blame);
    state->blame = pairing->failed ? NULL
                                   : blame_new_matched(pairing->a, pairing->b, &query, state->pairs,
                                                       state->pair_count);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct compare_state *state = opaque;
    const struct compare_row *before = under_cursor(state);
    uint32_t key = before ? key_of(before) : UINT32_MAX;
    bool other = pairing_update(&state->pairing, subject);
    state->threshold = subject->threshold;
    snprintf(state->filter, sizeof state->filter, "%s", subject->filter);
    if (other) {
        free(state->pairs);
        state->pairs = match_functions(state->pairing.a, state->pairing.b, &state->pair_count);
    }
    compare(state);
    if (other)
        lay_blame(state);
    set_table(state);
    if (state->comparison)
        go_to_key(state, key);
}

static void close_state(void *opaque)
{
    struct compare_state *state = opaque;
    compare_free(state->comparison);
    blame_free(state->blame);
    free(state->pairs);
    marks_free(&state->marks);
}

static void fit(void *opaque, struct rect area)
{
    struct table *table = &((struct compare_state *)opaque)->table;
    table->name_least = area.columns <= WIDE ? NAME_LEAST : 0;
    table_fit(table, area);
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

/* The next class of rows of which there are any. */
static void next_class(struct compare_state *state)
{
    static const unsigned classes[] = {0,
                                       COMPARE_ONLY_CHANGED,
                                       COMPARE_ONLY(COMPARE_MATCHED),
                                       COMPARE_ONLY(COMPARE_MOVED),
                                       COMPARE_ONLY(COMPARE_NEW),
                                       COMPARE_ONLY(COMPARE_GONE)};
    size_t at = 0, count = sizeof classes / sizeof *classes;
    while (classes[at] != state->only)
        at++;
    do
        at = (at + 1) % count;
    while (at > 1 && !state->comparison->of_status[at - 2 + COMPARE_MATCHED]);
    state->only = classes[at];
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct compare_state *state = opaque;
    const struct compare_row *row = under_cursor(state);
    int side;
    uint32_t here = function(state, &side);
    switch (action->id) {
    case ACTION_OPEN:
    case ACTION_BUTTERFLY:
        if (here != PROFILE_NONE && action->id == ACTION_OPEN)
            app_open_trees(app, side, here);
        else if (here != PROFILE_NONE)
            app_open_butterfly(app, side, here);
        return REACTION_HANDLED;
    case ACTION_CLASS:
        if (!state->comparison)
            return REACTION_HANDLED;
        next_class(state);
        return REACTION_HANDLED | REACTION_REBUILD | REACTION_FIRST;
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

/* The next piece of a line of pieces. */
__attribute__((format(printf, 3, 4))) static void add(char *buffer, size_t size, const char *format,
                                                      ...)
{
    va_list arguments;
    size_t used = strlen(buffer);
    if (used && used + sizeof " · " < size)
        used += (size_t)snprintf(buffer + used, size - used, " · ");
    va_start(arguments, format);
    vsnprintf(buffer + used, size - used, format, arguments);
    va_end(arguments);
}

static const char *class_name(unsigned only)
{
    for (int status = 0; status < COMPARE_STATUSES; status++)
        if (only == COMPARE_ONLY(status))
            return compare_status_name((enum compare_status)status);
    return "changed";
}

static void status(const void *opaque, char *buffer, size_t size)
{
    const struct compare_state *state = opaque;
    const struct comparison *comparison = state->comparison;
    char pairing[300];
    buffer[0] = '\0';
    if (!comparison)
        return;
    if (state->marks.count)
        marked_status(state, buffer, size);
    pairing_status(&state->pairing, pairing, sizeof pairing);
    if (pairing[0])
        add(buffer, size, "%s", pairing);
    if (state->only)
        add(buffer, size, "only %s", class_name(state->only));
    if (state->only || state->filter[0])
        add(buffer, size, "%u of %u functions", comparison->matched, comparison->functions);
    if (comparison->hidden)
        add(buffer, size, "%u function%s below %g %% on both sides hidden", comparison->hidden,
            comparison->hidden == 1 ? "" : "s", state->threshold * 100);
}

/* Where its growth enters says more than how it grows, which stands in the table. */
static void row_sentence(const struct compare_state *state, char *buffer, size_t size)
{
    const struct compare_row *row = under_cursor(state);
    char where[600] = "";
    if (state->blame && row->function_b != PROFILE_NONE)
        blame_sentence(state->blame, row->function_b, where, sizeof where);
    if (!where[0]) {
        compare_sentence(state->comparison, state->table.list.cursor, buffer, size);
        return;
    }
    compare_change_sentence(state->comparison, state->table.list.cursor, buffer, size);
    size_t used = strlen(buffer);
    snprintf(buffer + used, size - used, " %s", where);
}

static bool refused(const void *opaque, char *buffer, size_t size)
{
    const struct compare_state *state = opaque;
    if (state->comparison)
        return false;
    pairing_error(&state->pairing, buffer, size);
    return true;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct compare_state *state = opaque;
    if (has_rows(state))
        row_sentence(state, buffer, size);
    else if (state->comparison->hidden)
        snprintf(buffer, size, "Every function is below %g %% on both sides. p shows them.",
                 state->threshold * 100);
    else if (state->filter[0])
        snprintf(buffer, size, "No function matches /%s/. Esc clears the filter.", state->filter);
    else if (state->only)
        snprintf(buffer, size, "No function is %s. f shows others.", class_name(state->only));
    else
        snprintf(buffer, size, "Neither file holds a function.");
}

const struct screen_ops compare_screen = {
    .title = "Side by side",
    .brief = "Sides",
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
    .refused = refused,
    .sentence = sentence,
};
