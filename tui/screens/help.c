/* The help: the actions of the place it was opened from, and what its signs mean. */
#include "tui/screens/screen.h"

#include <stdio.h>

enum { KEYS_WIDTH = 22 };

struct help_state {
    struct list list;
    struct rect area;
    unsigned place;
};

static const struct sign {
    const char *sign;
    unsigned places;
    const char *meaning;
} signs[] = {
    {"▼ ▲", PLACE_SORTED, "In a head: sorted by it, falling or rising."},
    {"▸ ▾ •", PLACE_BRANCHES, "A branch that is closed, open, without callees."},
    {"↻", PLACE_BRANCHES, "It is already running further up: recursion."},
    {"←", PLACE_BRANCHES, "The most expensive path; of two files, where most changed."},
    {"⇐ n^2.0", PLACE_TREES, "Growth enters here: its caller grows by less."},
    {"~", PLACE_BRANCHES | PLACE_BUTTERFLIES, "Apportioned: the format stores no call tree."},
    {"×2.50", PLACE_PAIR & ~PLACE_UNLIKE, "B is so many times A; the bar: ×1 in the middle."},
    {"n^", PLACE_COMPARE | PLACE_TREES | PLACE_BUTTERFLIES | PLACE_SCALING,
     "The exponent by which the value grows with the size."},
    {"~9 ns", PLACE_HOTSPOTS, "A call's own time: too short for what recording it costs."},
    {"±", PLACE_SCALING | PLACE_PLOT, "95 % interval of the exponent."},
    {"▲", PLACE_COMPARE | PLACE_SCALING, "After a class: it grows faster than n^1.5."},
    {"new gone", PLACE_PAIR & ~PLACE_UNLIKE, "The function is only in B, only in A."},
    {"moved", PLACE_PAIR & ~PLACE_UNLIKE, "It has another file or name in B."},
    {"-", PLACE_FUNCTIONS, "Not known, or not clear: too few runs or too much noise."},
    {"n n²", PLACE_PLOT, "Dotted: how linear and quadratic growth would go on."},
};
enum { SIGNS = sizeof signs / sizeof *signs };

static bool applies(const struct help_state *state, const struct action *action)
{
    return (action->places & state->place) != 0;
}

/* Whether any action of the group that begins here applies. */
static bool group_applies(const struct help_state *state, const struct action *first)
{
    for (const struct action *action = first;
         action->help && (action == first || !action_group(action)); action++)
        if (applies(state, action))
            return true;
    return false;
}

struct line;
typedef void painter(const struct help_state *, uint32_t, const struct line *, struct canvas *);

struct line {
    const char *title;           /* a group begins; or */
    const struct action *action; /* an action; or */
    const struct sign *sign;     /* neither: a blank line */
};

/* A group's title, under a blank line. */
static uint32_t begin_group(const struct help_state *state, uint32_t count, const char *title,
                            painter *paint, struct canvas *canvas)
{
    struct line blank = {0}, line = {.title = title};
    if (count && paint)
        paint(state, count, &blank, canvas);
    count += count > 0;
    if (paint)
        paint(state, count, &line, canvas);
    return count + 1;
}

static uint32_t each_sign(const struct help_state *state, uint32_t count, painter *paint,
                          struct canvas *canvas)
{
    bool any = false;
    for (int i = 0; i < SIGNS; i++) {
        struct line line = {.sign = &signs[i]};
        if (!(signs[i].places & state->place))
            continue;
        if (!any)
            count = begin_group(state, count, "Signs", paint, canvas);
        any = true;
        if (paint)
            paint(state, count, &line, canvas);
        count++;
    }
    return count;
}

/* Calls `paint` for every line, in order; returns how many there are. */
static uint32_t each_line(const struct help_state *state, painter *paint, struct canvas *canvas)
{
    uint32_t count = 0;
    for (const struct action *action = actions; action->help; action++) {
        struct line line = {.action = action};
        if (action_group(action) && group_applies(state, action))
            count = begin_group(state, count, action_group(action), paint, canvas);
        if (!applies(state, action))
            continue;
        if (paint)
            paint(state, count, &line, canvas);
        count++;
    }
    return each_sign(state, count, paint, canvas);
}

static void paint_line(const struct help_state *state, uint32_t number, const struct line *line,
                       struct canvas *canvas)
{
    const struct list *list = &state->list;
    if (number < list->top || number - list->top >= list->height)
        return;
    int row = state->area.row + (int)(number - list->top);
    int column = state->area.column, width = state->area.columns;
    if (line->title)
        canvas_text(canvas, row, column + 1, width - 1, STYLE_TITLE, line->title);
    if (!line->action && !line->sign)
        return;
    char keys[80];
    if (line->action)
        action_keys(line->action, keys, sizeof keys);
    else
        snprintf(keys, sizeof keys, "%s", line->sign->sign);
    int at = canvas_text(canvas, row, column + 3, width - 3, STYLE_KEY, keys) + 3 + 2;
    at = at < KEYS_WIDTH && width > 2 * KEYS_WIDTH ? KEYS_WIDTH : at;
    canvas_text_cut(canvas, row, column + at, width - at, STYLE_NORMAL,
                    line->action ? line->action->help : line->sign->meaning);
}

static void rebuild(void *opaque, const struct subject *subject)
{
    struct help_state *state = opaque;
    state->place = subject->place;
    list_count(&state->list, each_line(state, NULL, NULL));
}

static void close_state(void *opaque)
{
    (void)opaque;
}

static void fit(void *opaque, struct rect area)
{
    struct help_state *state = opaque;
    state->area = area;
    list_fit(&state->list, area.rows > 0 ? (uint32_t)area.rows : 0);
}

static void draw(const void *opaque, struct canvas *canvas)
{
    each_line(opaque, paint_line, canvas);
}

/* There is no cursor to see: moving scrolls at once. */
static unsigned act(void *opaque, struct app *app, const struct action *action)
{
    struct help_state *state = opaque;
    (void)app;
    struct list view = state->list;
    view.count = view.count > view.height ? view.count - view.height + 1 : 1;
    view.cursor = state->list.top;
    if (!list_act(&view, action->id))
        return REACTION_NONE;
    state->list.top = state->list.cursor = view.cursor;
    return REACTION_HANDLED;
}

static void sentence(const void *opaque, char *buffer, size_t size)
{
    const struct help_state *state = opaque;
    if (state->list.count > state->list.height)
        snprintf(buffer, size, "Lines %u to %u of %u; PgDn and PgUp move.", state->list.top + 1,
                 state->list.top + state->list.height, state->list.count);
    else
        buffer[0] = '\0';
}

const struct screen_ops help_screen = {
    .title = "Help",
    .place = PLACE_HELP,
    .state_size = sizeof(struct help_state),
    .rebuild = rebuild,
    .close = close_state,
    .fit = fit,
    .draw = draw,
    .act = act,
    .sentence = sentence,
};
