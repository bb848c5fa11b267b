/* What actions do that concern the app as a whole, or every table alike. */
#include "tui/app.h"

void app_view_by_digit(struct app *app, uint32_t key)
{
    int wanted = (int)key - '0';
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (!app_view_exists(app, (enum view_kind)view) || --wanted)
            continue;
        int file;
        uint32_t function = app_function(app, &file);
        bool butterfly = view == VIEW_BUTTERFLY || view == VIEW_BUTTERFLIES;
        bool carry = butterfly && view != (int)app->view;
        app->history.count = 0;
        app_go(app, (enum view_kind)view, file, false);
        if (carry)
            app_show_function(app, file, function);
        return;
    }
}

/* The digit of the view shown; of the last one when that has none. */
static int digit_of_view(const struct app *app)
{
    int digit = 0;
    for (int view = 0; view < VIEW_COUNT && view <= (int)app->view; view++)
        digit += app_view_exists(app, (enum view_kind)view);
    return digit;
}

static int view_count(const struct app *app)
{
    int count = 0;
    for (int view = 0; view < VIEW_COUNT; view++)
        count += app_view_exists(app, (enum view_kind)view);
    return count;
}

static void on_view(struct app *app, uint32_t key)
{
    app_view_by_digit(app, key);
}

static void on_next_view(struct app *app, uint32_t key)
{
    (void)key;
    app_view_by_digit(app, (uint32_t)('1' + digit_of_view(app) % view_count(app)));
}

static void on_previous_view(struct app *app, uint32_t key)
{
    (void)key;
    int count = view_count(app);
    app_view_by_digit(app, (uint32_t)('1' + (digit_of_view(app) + count - 2) % count));
}

static void on_back(struct app *app, uint32_t key)
{
    (void)key;
    app_back(app);
}

static void on_cancel(struct app *app, uint32_t key)
{
    (void)key;
    if (app_view(app)->filter[0])
        app_set_filter(app, "");
    else
        app_back(app);
}

static void on_quit(struct app *app, uint32_t key)
{
    (void)key;
    if (!app_back(app))
        app->quit = true;
}

static void on_help(struct app *app, uint32_t key)
{
    (void)key;
    if (app->view == VIEW_HELP)
        return;
    app->help_place = app_ops(app->view)->place;
    app->views[VIEW_HELP].stale = true;
    app_go(app, VIEW_HELP, app->shown, true);
}

static void on_filter(struct app *app, uint32_t key)
{
    (void)key;
    request_filter(app);
}

static void on_clear_filter(struct app *app, uint32_t key)
{
    (void)key;
    app_set_filter(app, "");
}

static void to_match(struct app *app, int direction)
{
    const struct screen_ops *ops = app_ops(app->view);
    struct table *table = app_table(app);
    if (!table)
        return;
    int64_t row = table->list.cursor;
    for (row += direction; row >= 0 && row < table->list.count; row += direction) {
        if (!ops->matches || ops->matches(app_view(app)->state, (uint32_t)row)) {
            list_go(&table->list, row);
            return;
        }
    }
    app_say(app, "No match further %s.", direction > 0 ? "down" : "up");
}

static void on_next_match(struct app *app, uint32_t key)
{
    (void)key;
    to_match(app, 1);
}

static void on_previous_match(struct app *app, uint32_t key)
{
    (void)key;
    to_match(app, -1);
}

static void on_sort_menu(struct app *app, uint32_t key)
{
    (void)key;
    request_sort(app);
}

static void sort_beside(struct app *app, int direction)
{
    const struct table *table = app_table(app);
    if (table)
        app_sort_by(app, table_neighbour(table, direction));
}

static void on_sort_left(struct app *app, uint32_t key)
{
    (void)key;
    sort_beside(app, -1);
}

static void on_sort_right(struct app *app, uint32_t key)
{
    (void)key;
    sort_beside(app, 1);
}

static void on_reverse(struct app *app, uint32_t key)
{
    (void)key;
    struct table *table = app_table(app);
    if (table)
        app_sort_by(app, table->sort);
}

static void sort_by_name(struct app *app, const char *name)
{
    const struct table *table = app_table(app);
    const struct column *column = table ? column_find(table->columns, name) : NULL;
    if (!column || column == table->sort)
        return;
    if (column->needs & ~table->flags)
        app_say(app, "This file holds no %s to sort by.", name);
    else
        app_sort_by(app, column);
}

static void on_sort_ncalls(struct app *app, uint32_t key)
{
    (void)key;
    sort_by_name(app, "ncalls");
}

static void on_sort_tottime(struct app *app, uint32_t key)
{
    (void)key;
    sort_by_name(app, "tottime");
}

static void on_sort_cumtime(struct app *app, uint32_t key)
{
    (void)key;
    sort_by_name(app, "cumtime");
}

static void on_shares(struct app *app, uint32_t key)
{
    (void)key;
    static const char *const said[TABLE_SHOWS] = {"Shares and times.", "Shares only.",
                                                  "Times only."};
    struct table *table = app_table(app);
    if (!table)
        return;
    table->show = (enum table_show)((table->show + 1) % TABLE_SHOWS);
    app_say(app, "%s", said[table->show]);
}

static void on_threshold(struct app *app, uint32_t key)
{
    (void)key;
    app->threshold = !app->threshold;
    app_stale(app, -1);
    app_refresh(app);
    app_say(app, app->threshold ? "Functions below 5 %% are hidden; p shows them."
                                : "All functions are shown.");
}

static void shift_names(struct app *app, int cells)
{
    struct table *table = app_table(app);
    if (!table)
        return;
    table->shift += cells;
    table->shift = table->shift < 0 ? 0 : table->shift > 4000 ? 4000 : table->shift;
}

static void on_left(struct app *app, uint32_t key)
{
    (void)key;
    shift_names(app, -8);
}

static void on_right(struct app *app, uint32_t key)
{
    (void)key;
    shift_names(app, 8);
}

static void on_swap(struct app *app, uint32_t key)
{
    (void)key;
    app_swap(app);
}

static void on_other_file(struct app *app, uint32_t key)
{
    (void)key;
    app_show_file(app, !app->shown);
}

static void on_normalise(struct app *app, uint32_t key)
{
    (void)key;
    pair_normalise(app);
}

static void on_anyway(struct app *app, uint32_t key)
{
    (void)key;
    pair_anyway(app);
}

static void on_choose_run(struct app *app, uint32_t key)
{
    (void)key;
    request_run(app);
}

static void on_project(struct app *app, uint32_t key)
{
    (void)key;
    request_at(app);
}

static void on_thread(struct app *app, uint32_t key)
{
    (void)key;
    request_thread(app);
}

static void on_metric(struct app *app, uint32_t key)
{
    (void)key;
    request_metric(app);
}

static void on_raw(struct app *app, uint32_t key)
{
    (void)key;
    app_toggle_raw(app);
}

static void on_compare_with(struct app *app, uint32_t key)
{
    (void)key;
    if (app->file_count > 2)
        request_pair(app);
    else
        request_file(app);
}

static void on_write(struct app *app, uint32_t key)
{
    (void)key;
    request_write(app);
}

static void (*const handlers[ACTION_COUNT])(struct app *app, uint32_t key) = {
    [ACTION_VIEW] = on_view,
    [ACTION_NEXT_VIEW] = on_next_view,
    [ACTION_PREVIOUS_VIEW] = on_previous_view,
    [ACTION_BACK] = on_back,
    [ACTION_CANCEL] = on_cancel,
    [ACTION_QUIT] = on_quit,
    [ACTION_HELP] = on_help,
    [ACTION_LEFT] = on_left,
    [ACTION_RIGHT] = on_right,
    [ACTION_FILTER] = on_filter,
    [ACTION_CLEAR_FILTER] = on_clear_filter,
    [ACTION_NEXT_MATCH] = on_next_match,
    [ACTION_PREVIOUS_MATCH] = on_previous_match,
    [ACTION_SORT_MENU] = on_sort_menu,
    [ACTION_SORT_LEFT] = on_sort_left,
    [ACTION_SORT_RIGHT] = on_sort_right,
    [ACTION_REVERSE] = on_reverse,
    [ACTION_SORT_NCALLS] = on_sort_ncalls,
    [ACTION_SORT_TOTTIME] = on_sort_tottime,
    [ACTION_SORT_CUMTIME] = on_sort_cumtime,
    [ACTION_SHARES] = on_shares,
    [ACTION_THRESHOLD] = on_threshold,
    [ACTION_SWAP] = on_swap,
    [ACTION_NORMALISE] = on_normalise,
    [ACTION_ANYWAY] = on_anyway,
    [ACTION_OTHER_FILE] = on_other_file,
    [ACTION_CHOOSE_RUN] = on_choose_run,
    [ACTION_PROJECT] = on_project,
    [ACTION_THREAD] = on_thread,
    [ACTION_METRIC] = on_metric,
    [ACTION_RAW] = on_raw,
    [ACTION_COMPARE_WITH] = on_compare_with,
    [ACTION_WRITE] = on_write,
};

void app_do(struct app *app, enum action_id action, uint32_t key)
{
    if (handlers[action])
        handlers[action](app, key);
}
