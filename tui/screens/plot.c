/* One function's growth: its runs in a log-log plot, and the edges that carry it. */
#include "tui/widgets/plot.h"

#include "formats/profile/memory.h"
#include "tui/analysis/names.h"
#include "tui/analysis/scaling.h"
#include "tui/numbers.h"
#include "tui/screens/screen.h"
#include "tui/widgets/glyph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { EDGES_MAX = 4, ROWS_FOR_EDGES = 10, ROWS_FOR_NAME = 4, PAGE = 10, NAMES_LEAST = 12 };

struct plot_state {
    struct scaling *scaling; /* the app's; NULL: there is none */
    unsigned number;
    uint32_t index; /* of its order */
    enum compare_measure measure;
    bool has_measure;
    struct plot_point *points; /* one a run */
    struct rect area;
    struct blame_edge edges[EDGES_MAX];
    uint32_t edge_count;
    struct error error;
};

static bool has_row(const struct plot_state *state)
{
    return state->scaling && state->index < state->scaling->count;
}

static uint32_t row_of(const struct plot_state *state)
{
    return state->scaling->order[state->index];
}

static void take_points(struct plot_state *state)
{
    const struct scaling *scaling = state->scaling;
    state->points = memory_resize(state->points, scaling->run_count, sizeof *state->points);
    for (uint32_t run = 0; run < scaling->run_count; run++)
        state->points[run] =
            (struct plot_point){scaling->runs[run].size,
                                scaling_run_value(scaling, row_of(state), state->measure, run)};
}

static void add_edge(struct plot_state *state, const struct blame_edge *edge)
{
    if (state->edge_count < EDGES_MAX)
        state->edges[state->edge_count++] = *edge;
}

/* Those into the function and out of it; else where its growth comes from at all. */
static void take_edges(struct plot_state *state)
{
    const struct scaling_row *row = &state->scaling->rows[row_of(state)];
    struct blame_edge edge;
    uint32_t count;
    state->edge_count = 0;
    if (row->run != state->scaling->run_count - 1)
        return;
    const struct blame_edge *edges = scaling_edges(state->scaling, &count);
    for (uint32_t i = 0; i < count; i++)
        if (edges[i].callee == row->function || edges[i].caller == row->function)
            add_edge(state, &edges[i]);
    const struct blame *blame = scaling_blame(state->scaling);
    if (!state->edge_count && blame_function(blame, row->function, &edge) != BLAME_NOWHERE)
        add_edge(state, &edge);
}

static void take(struct plot_state *state)
{
    if (!has_row(state))
        return;
    take_points(state);
    take_edges(state);
}

static void show(void *opaque, int side, uint32_t row)
{
    struct plot_state *state = opaque;
    (void)side;
    for (uint32_t i = 0; state->scaling && i < state->scaling->count; i++)
        if (state->scaling->order[i] == row)
            state->index = i;
    state->has_measure = false;
    if (state->scaling)
        state->measure = state->scaling->measure;
    take(state);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct plot_state *state = opaque;
    bool same = state->number == subject->scaling_number;
    state->scaling = subject->scaling;
    state->number = subject->scaling_number;
    state->error = *subject->no_scaling;
    if (!state->scaling)
        return;
    if (!same)
        state->index = 0;
    if (!state->has_measure)
        state->measure = state->scaling->measure;
    scaling_set_at(state->scaling, subject->at);
    take(state);
}

static void close_state(void *opaque)
{
    free(((struct plot_state *)opaque)->points);
}

static void fit(void *opaque, struct rect area)
{
    ((struct plot_state *)opaque)->area = area;
}

static double curve(const void *owner, double x)
{
    const struct plot_state *state = owner;
    return fit_at(&state->scaling->rows[row_of(state)].fit[state->measure], x);
}

static void x_text(const void *owner, double x, char *buffer, size_t size)
{
    (void)owner;
    number_size_short(x, buffer, size);
}

/* "3.500 s" -> "3.5 s", "7.000 s" -> "7 s" */
static void drop_zeros(char *text)
{
    char *point = strchr(text, '.'), *end = point ? point + 1 : NULL, *kept = point;
    if (!point)
        return;
    for (; *end >= '0' && *end <= '9'; end++)
        if (*end != '0')
            kept = end + 1;
    memmove(kept, end, strlen(end) + 1);
}

static void y_text(const void *owner, double y, char *buffer, size_t size)
{
    const struct plot_state *state = owner;
    if (state->measure != COMPARE_NCALLS) {
        number_value(y, scaling_metric(state->scaling), buffer, size);
        drop_zeros(buffer);
    } else {
        number_size_short(y, buffer, y == floor(y) ? size : 1); /* there are no halves of calls */
    }
}

/* "concat  backtest:40                                   cumtime over size" */
static void draw_name(const struct plot_state *state, struct canvas *canvas, struct rect line)
{
    char what[64];
    snprintf(what, sizeof what, "%s over size", compare_measures[state->measure]);
    int used = (int)strlen(what);
    struct rect name = line;
    name.column += 1;
    name.columns -= used + 4;
    if (name.columns >= 8)
        canvas_text_right(canvas, line.row, line.column, line.columns - 1, STYLE_DIM, what);
    else
        name.columns = line.columns - 1;
    screen_name(canvas, name, scaling_function(state->scaling, row_of(state)), 0);
}

/* "run_loop → concat" within `room` cells: each name has half of them, and what the other leaves.
 */
static int draw_names(struct canvas *canvas, int row, int at, int room, const char *text)
{
    static const char arrow[] = " → ";
    const char *callee = strstr(text, arrow);
    char caller[600];
    int wanted = callee ? glyph_width(callee) : 0, half = room / 2;
    if (!callee || glyph_width(text) <= room || half < NAMES_LEAST / 2)
        return canvas_text_cut(canvas, row, at, room, STYLE_NORMAL, text);
    snprintf(caller, sizeof caller, "%.*s", (int)(callee - text), text);
    int first = room - (wanted < half ? wanted : half);
    int used = canvas_text_cut(canvas, row, at, first, STYLE_NORMAL, caller);
    used += canvas_text(canvas, row, at + used, room - used, STYLE_NORMAL, arrow);
    return used + canvas_text_cut(canvas, row, at + used, room - used, STYLE_NORMAL,
                                  callee + strlen(arrow));
}

/* The names give way, not the numbers. */
static void draw_edges(const struct plot_state *state, struct canvas *canvas, struct rect area)
{
    const struct scaling_run *last = &state->scaling->runs[state->scaling->run_count - 1];
    for (uint32_t i = 0; i < state->edge_count && (int)i < area.rows; i++) {
        char text[1200], facts[200];
        int row = area.row + (int)i, at = area.column + 2, room = area.columns - 3;
        scaling_edge_text(last->profile, &state->edges[i], text, sizeof text);
        scaling_edge_facts(&state->edges[i], facts, sizeof facts);
        int names = room - glyph_width(facts);
        at += draw_names(canvas, row, at, names > NAMES_LEAST ? names : room, text);
        canvas_text(canvas, row, at, area.columns - at, STYLE_NORMAL, facts);
    }
}

/* Cuts rows off the top or the bottom. */
static struct rect cut(struct rect *area, int top, int bottom)
{
    struct rect part = *area;
    part.rows = top + bottom;
    part.row = top ? area->row : area->row + area->rows - bottom;
    area->row += top;
    area->rows -= top + bottom;
    return part;
}

static void draw(const void *opaque, struct canvas *canvas)
{
    const struct plot_state *state = opaque;
    struct rect area = state->area;
    if (!has_row(state))
        return;
    struct plot plot = {.points = state->points,
                        .count = state->scaling->run_count,
                        .marks = state->scaling->sizes,
                        .mark_count = state->scaling->size_count,
                        .owner = state,
                        .curve = curve,
                        .x_text = x_text,
                        .y_text = y_text};
    if (area.rows >= ROWS_FOR_NAME)
        draw_name(state, canvas, cut(&area, 1, 0));
    if (area.rows >= ROWS_FOR_EDGES && state->edge_count)
        draw_edges(state, canvas, cut(&area, 0, (int)state->edge_count));
    plot_draw(&plot, canvas, area);
}

static unsigned move(struct plot_state *state, struct app *app, int64_t to)
{
    if (!has_row(state))
        return REACTION_HANDLED;
    int64_t last = (int64_t)state->scaling->count - 1;
    state->index = (uint32_t)(to < 0 ? 0 : to > last ? last : to);
    take(state);
    app_plot_moved(app, row_of(state));
    return REACTION_HANDLED;
}

static unsigned change_measure(struct plot_state *state, enum compare_measure measure)
{
    state->measure = measure;
    state->has_measure = true;
    take(state);
    return REACTION_HANDLED;
}

static unsigned open_butterfly(const struct plot_state *state, struct app *app)
{
    if (!has_row(state))
        return REACTION_HANDLED;
    const struct scaling_row *row = &state->scaling->rows[row_of(state)];
    app_open_butterfly(app, (int)state->scaling->runs[row->run].input, row->function);
    return REACTION_HANDLED;
}

static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct plot_state *state = opaque;
    int64_t index = state->index;
    switch (action->id) {
    case ACTION_LEFT:
    case ACTION_UP:
    case ACTION_PREVIOUS_MATCH:
        return move(state, app, index - 1);
    case ACTION_RIGHT:
    case ACTION_DOWN:
    case ACTION_NEXT_MATCH:
        return move(state, app, index + 1);
    case ACTION_PAGE_UP:
        return move(state, app, index - PAGE);
    case ACTION_PAGE_DOWN:
        return move(state, app, index + PAGE);
    case ACTION_FIRST:
        return move(state, app, 0);
    case ACTION_LAST:
        return move(state, app, INT32_MAX);
    case ACTION_SORT_NCALLS:
        return change_measure(state, COMPARE_NCALLS);
    case ACTION_SORT_TOTTIME:
        return change_measure(state, COMPARE_TOTTIME);
    case ACTION_SORT_CUMTIME:
        return change_measure(state, COMPARE_CUMTIME);
    case ACTION_OPEN:
        return open_butterfly(state, app);
    default:
        return REACTION_NONE;
    }
}

static uint32_t function(const void *opaque, int *side)
{
    const struct plot_state *state = opaque;
    if (!has_row(state))
        return PROFILE_NONE;
    const struct scaling_row *row = &state->scaling->rows[row_of(state)];
    *side = (int)state->scaling->runs[row->run].input;
    return row->function;
}

static bool refused(const void *opaque, char *buffer, size_t size)
{
    const struct plot_state *state = opaque;
    if (state->scaling)
        return false;
    error_text(&state->error, buffer, size);
    return true;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct plot_state *state = opaque;
    if (has_row(state))
        scaling_sentence(state->scaling, row_of(state), state->measure, buffer, size);
    else
        snprintf(buffer, size, "There is no function to plot.");
}

const struct screen_ops plot_screen = {
    .title = "Plot",
    .place = PLACE_PLOT,
    .state_size = sizeof(struct plot_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .function = function,
    .show = show,
    .refused = refused,
    .sentence = sentence,
};
