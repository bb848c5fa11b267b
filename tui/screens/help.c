/* The help: the table of actions, those of the place it was opened from first to the eye. */
#include "tui/screens/screen.h"

#include <stdio.h>

enum { KEYS_WIDTH = 22 };

struct help_state {
    struct list list;
    struct rect area;
    unsigned place;
};

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

struct line {
    const char *title;           /* a group begins; or */
    const struct action *action; /* an action; neither: a blank line */
};

/* Calls `paint` for every line, in order; returns how many there are. */
static uint32_t each_line(const struct help_state *state,
                          void (*paint)(const struct help_state *, uint32_t, const struct line *,
                                        struct canvas *),
                          struct canvas *canvas)
{
    uint32_t count = 0;
    for (const struct action *action = actions; action->help; action++) {
        struct line title = {.title = action_group(action)}, line = {.action = action};
        if (title.title && group_applies(state, action)) {
            struct line blank = {0};
            if (count && paint)
                paint(state, count, &blank, canvas);
            count += count > 0;
            if (paint)
                paint(state, count, &title, canvas);
            count++;
        }
        if (!applies(state, action))
            continue;
        if (paint)
            paint(state, count, &line, canvas);
        count++;
    }
    return count;
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
    if (!line->action)
        return;
    char keys[80];
    action_keys(line->action, keys, sizeof keys);
    int at = canvas_text(canvas, row, column + 3, width - 3, STYLE_KEY, keys) + 3 + 2;
    at = at < KEYS_WIDTH && width > 2 * KEYS_WIDTH ? KEYS_WIDTH : at;
    canvas_text_cut(canvas, row, column + at, width - at, STYLE_NORMAL, line->action->help);
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
        snprintf(buffer, size, "Lines %u to %u of %u.", state->list.top + 1,
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
