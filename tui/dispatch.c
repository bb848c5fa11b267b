/* From an event to what it does. Keys are looked up in the table of actions only. */
#include "tui/app.h"

#include <stdlib.h>
#include <string.h>

/* ---- from a key to an action ---- */

static void react(struct app *app, unsigned reaction)
{
    if (!(reaction & REACTION_REBUILD))
        return;
    app_view(app)->stale = true;
    app_refresh(app);
    struct table *table = app_table(app);
    if (table && (reaction & REACTION_FIRST))
        list_go(&table->list, 0);
}

static void do_action(struct app *app, const struct action *action, uint32_t key)
{
    const struct screen_ops *ops = app_ops(app->view);
    void *state = app_view(app)->state;
    unsigned reaction = REACTION_NONE;
    if (ops->act && state && !app_lacking(app, app->view, app->shown))
        reaction = ops->act(state, app, action);
    if (reaction) {
        react(app, reaction);
        return;
    }
    struct table *table = app_table(app);
    if (table && list_act(&table->list, action->id))
        return;
    app_do(app, action->id, key);
}

static void key_in_prompt(struct app *app, uint32_t key)
{
    enum prompt_result result = prompt_key(&app->prompt, key);
    if (result == PROMPT_CHANGED && app->prompt_changed)
        app->prompt_changed(app);
    if (result != PROMPT_DONE && result != PROMPT_CANCELLED)
        return;
    app->mode = MODE_BROWSE;
    void (*finish)(struct app *) = result == PROMPT_DONE ? app->prompt_done : app->prompt_cancelled;
    if (finish)
        finish(app);
}

static void choose(struct app *app)
{
    uint32_t item = app->menu.list.cursor;
    app->mode = MODE_BROWSE;
    menu_close(&app->menu);
    app->menu_done(app, item);
}

/* A menu moves as lists do everywhere. */
static void key_in_menu(struct app *app, uint32_t key)
{
    const struct action *action = action_for_key(key, PLACE_HOTSPOTS, NEEDS_BACK);
    enum action_id id = action ? action->id : ACTION_NONE;
    if (list_act(&app->menu.list, id))
        return;
    if (id == ACTION_OPEN || id == ACTION_MARK) {
        choose(app);
    } else if (id == ACTION_CANCEL || id == ACTION_QUIT || id == ACTION_BACK) {
        app->mode = MODE_BROWSE;
        menu_close(&app->menu);
    }
}

static void on_key(struct app *app, uint32_t key)
{
    app->message[0] = '\0';
    if (app->mode == MODE_PROMPT) {
        key_in_prompt(app, key);
    } else if (app->mode == MODE_MENU) {
        key_in_menu(app, key);
    } else if (!app->file_count || app->loader) {
        const struct action *action = action_for_key(key, PLACE_HOTSPOTS, 0);
        if (action && (action->id == ACTION_QUIT || action->id == ACTION_CANCEL))
            app_stop_loading(app);
    } else {
        const struct action *action = action_for_key(key, app_place(app), app_has(app));
        if (action)
            do_action(app, action, key);
    }
}

/* ---- the mouse ---- */

/* Whether a row was hit. */
static int click_in_body(struct app *app, const struct event *event)
{
    const struct screen_ops *ops = app_ops(app->view);
    void *state = app_view(app)->state;
    if (ops->click && state && ops->click(state, event->row, event->column))
        return 1;
    struct table *table = app_table(app);
    if (!table || event->row < table->area.row || event->row >= table->area.row + table->area.rows)
        return 0;
    const struct column *column = table_click(table, event->row, event->column);
    if (column && (app_ops(app->view)->place & PLACE_SORTED))
        app_sort_by(app, column);
    return !column;
}

static void on_mouse(struct app *app, const struct event *event)
{
    if (app->mode == MODE_PROMPT || !app->file_count || app->loader)
        return;
    if (app->mode == MODE_MENU) {
        if (event->key == KEYS_WHEEL)
            list_wheel(&app->menu.list, event->delta);
        else if (menu_click(&app->menu, event->row, event->column))
            choose(app);
        return;
    }
    const struct action *action = action_for_key(event->key, app_place(app), app_has(app));
    if (event->key == KEYS_WHEEL) {
        for (int i = 0; i < abs(event->delta); i++)
            on_key(app, event->delta < 0 ? KEYS_UP : KEYS_DOWN);
        return;
    }
    app->message[0] = '\0';
    int digit = app_tab_at(app, event->row, event->column);
    if (digit)
        app_view_by_digit(app, (uint32_t)('0' + digit));
    else if (click_in_body(app, event) && event->key == KEYS_DOUBLE_CLICK && action)
        do_action(app, action, KEYS_ENTER);
}

void app_event(struct app *app, const struct event *event)
{
    switch (event->kind) {
    case EVENT_KEY:
        on_key(app, event->key);
        break;
    case EVENT_MOUSE:
        on_mouse(app, event);
        break;
    case EVENT_RESIZE:
        app_resize(app, event->row, event->column);
        break;
    case EVENT_LOADED:
        app_loaded(app);
        break;
    case EVENT_SIGNAL:
        app->quit = true;
        break;
    default:
        break;
    }
}
