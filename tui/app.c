#include "tui/app.h"

#include "tui/analysis/match.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct screen_ops *const screens[VIEW_COUNT] = {
    [VIEW_SCALING] = &scaling_screen,     [VIEW_COMPARE] = &compare_screen,
    [VIEW_TREES] = &trees_screen,         [VIEW_BUTTERFLIES] = &butterflies_screen,
    [VIEW_HOTSPOTS] = &hotspots_screen,   [VIEW_TREE] = &tree_screen,
    [VIEW_BUTTERFLY] = &butterfly_screen, [VIEW_INFO] = &info_screen,
    [VIEW_HELP] = &help_screen,           [VIEW_PLOT] = &plot_screen,
};

const struct screen_ops *app_ops(enum view_kind view)
{
    return screens[view];
}

struct app_file *app_file(struct app *app)
{
    return &app->files[app->shown];
}

bool app_is_of_pair(enum view_kind view)
{
    return view == VIEW_COMPARE || view == VIEW_TREES || view == VIEW_BUTTERFLIES;
}

bool app_is_unlike(const struct app *app)
{
    const struct app_file *a = &app->files[app->pair[0]], *b = &app->files[app->pair[1]];
    return !compare_is_alike(&a->profile->metrics[a->metric], &b->profile->metrics[b->metric]);
}

/* Whether a view is about one file and stands with it. */
static bool is_of_one(enum view_kind view)
{
    return view != VIEW_SCALING && !app_is_of_pair(view) && view != VIEW_HELP && view != VIEW_PLOT;
}

struct view *app_view(struct app *app)
{
    return is_of_one(app->view) ? &app_file(app)->views[app->view] : &app->views[app->view];
}

int app_side(const struct app *app, int side)
{
    if (side < 0)
        return app->shown;
    return app_is_of_pair(app->view) ? app->pair[side] : side;
}

unsigned app_has(const struct app *app)
{
    const struct profile *profile = app->files[app->shown].profile;
    unsigned has = app->file_count > 1 ? NEEDS_TWO_FILES : NEEDS_ONE_FILE;
    has |= app->file_count > 2 ? NEEDS_RUNS : 0u;
    has |= app->file_count > 1 && app_is_unlike(app) ? NEEDS_UNLIKE : 0u;
    has |= app->history.count ? NEEDS_BACK : 0u;
    if (profile && profile->thread_count > 1 && (profile->flags & PROFILE_HAS_TREE))
        has |= NEEDS_THREADS;
    if (profile && profile->metric_count > 1)
        has |= NEEDS_METRICS;
    for (int i = 0; i < app->file_count; i++)
        if (app->files[i].profile && app->files[i].profile->correction.raw)
            has |= NEEDS_CORRECTION;
    return has;
}

bool app_view_exists(const struct app *app, enum view_kind view)
{
    if (view == VIEW_SCALING)
        return app->file_count > 2;
    if (app_is_of_pair(view))
        return app->file_count > 1;
    return view != VIEW_HELP && view != VIEW_PLOT;
}

const char *app_lacking(const struct app *app, enum view_kind view, int file)
{
    const struct screen_ops *ops = screens[view];
    const struct profile *profile = app->files[file].profile;
    const struct profile *other = app_is_of_pair(view) ? app->files[app->pair[1]].profile : profile;
    unsigned flags = profile && other ? profile->flags & other->flags : ops->needs;
    return ops->needs & ~flags ? ops->lacking : NULL;
}

bool app_refused(const struct app *app, char *buffer, size_t size)
{
    const struct screen_ops *ops = screens[app->view];
    const struct view *views = is_of_one(app->view) ? app->files[app->shown].views : app->views;
    const void *state = views[app->view].state;
    const char *lacking = app_lacking(app, app->view, app->shown);
    if (lacking)
        snprintf(buffer, size, "%s", lacking);
    return lacking || (state && ops->refused && ops->refused(state, buffer, size));
}

unsigned app_place(const struct app *app)
{
    char reason[8];
    if (app_lacking(app, app->view, app->shown))
        return PLACE_NOTHING;
    if (app_refused(app, reason, sizeof reason))
        return app_is_of_pair(app->view) ? PLACE_UNLIKE : PLACE_NOTHING;
    return screens[app->view]->place;
}

struct table *app_table(struct app *app)
{
    const struct screen_ops *ops = screens[app->view];
    void *state = app_view(app)->state;
    char reason[8];
    return state && ops->table && !app_refused(app, reason, sizeof reason) ? ops->table(state)
                                                                           : NULL;
}

/* ---- rows ---- */

void app_stale(struct app *app, int file)
{
    for (int view = 0; view < VIEW_COUNT; view++) {
        app->views[view].stale = true;
        for (int i = 0; i < app->file_count; i++)
            if (file < 0 || file == i)
                app->files[i].views[view].stale = true;
    }
}

static struct subject subject_of(struct app *app, const struct view *view, struct error *err)
{
    const struct app_file *file = &app->files[app->shown];
    const struct app_file *other = &app->files[app->pair[1]];
    struct subject subject = {
        .profile = file->profile,
        .metric = file->metric,
        .thread = file->thread,
        .size = file->size,
        .other_size = NAN,
        .threshold = app->threshold ? 0.05 : 0,
        .filter = view->filter,
        .place = app->help_place,
    };
    if (app->view == VIEW_SCALING || app->view == VIEW_PLOT) {
        subject.scaling = app_scaling(app, err);
        subject.no_scaling = err;
        subject.scaling_number = app->scalings;
        subject.at = app->at;
    }
    if (app_is_of_pair(app->view)) {
        subject.other = other->profile;
        subject.pair = (struct subject_pair){app->pair_as.normalise, app->pair_as.function,
                                             app->pair_as.allow_unlike};
        subject.other_metric = other->metric;
        subject.other_size = other->size;
    }
    return subject;
}

void app_refresh(struct app *app)
{
    const struct screen_ops *ops = screens[app->view];
    struct view *view = app_view(app);
    if (!app->file_count || app_lacking(app, app->view, app->shown))
        return;
    if (view->state && !view->stale)
        return;
    if (!view->state)
        view->state = memory_zeroed(1, ops->state_size);
    view->stale = false;
    struct error err = {0};
    struct subject subject = subject_of(app, view, &err);
    ops->rebuild(view->state, &subject);
}

/* ---- the way there and back ---- */

uint32_t app_function(struct app *app, int *file)
{
    const struct screen_ops *ops = screens[app->view];
    const void *state = app_view(app)->state;
    int of = -1;
    uint32_t function = PROFILE_NONE;
    if (ops->function && state && !app_lacking(app, app->view, app->shown))
        function = ops->function(state, &of);
    *file = app_side(app, of);
    return function;
}

uint32_t app_counterpart(const struct app *app, int from, uint32_t function, int to)
{
    if (function == PROFILE_NONE)
        return PROFILE_NONE;
    uint32_t count, found = PROFILE_NONE;
    struct match *pairs = match_functions(app->files[from].profile, app->files[to].profile, &count);
    for (uint32_t i = 0; i < count && found == PROFILE_NONE; i++)
        if (pairs[i].a == function)
            found = pairs[i].b;
    free(pairs);
    return found;
}

static void remember(struct app *app)
{
    bool kept = app->view == VIEW_BUTTERFLY || app->view == VIEW_BUTTERFLIES;
    int file = app->shown;
    uint32_t function = kept ? app_function(app, &file) : PROFILE_NONE;
    *array_push(&app->history) = (struct visited){app->view, app->shown, function, file};
}

void app_go(struct app *app, enum view_kind view, int file, bool come_back)
{
    if (come_back)
        remember(app);
    app->view = view;
    app->shown = app_is_of_pair(view) ? app->pair[0] : file;
    app_refresh(app);
}

void app_show_function(struct app *app, int file, uint32_t function)
{
    const struct screen_ops *ops = screens[app->view];
    if (app_is_of_pair(app->view) && file != app->pair[0] && file != app->pair[1]) {
        uint32_t in_b = app_counterpart(app, file, function, app->pair[1]);
        bool only_a = in_b == PROFILE_NONE;
        function = only_a ? app_counterpart(app, file, function, app->pair[0]) : in_b;
        file = app->pair[!only_a];
    }
    if (function != PROFILE_NONE && ops->show && app_view(app)->state)
        ops->show(app_view(app)->state, file == app->pair[1], function);
}

bool app_back(struct app *app)
{
    if (!app->history.count)
        return false;
    struct visited last = app->history.data[--app->history.count];
    app_go(app, last.view, last.file, false);
    app_show_function(app, last.function_file, last.function);
    return true;
}

/* Goes to a view and shows a function there. */
static void open_at(struct app *app, enum view_kind view, int file, uint32_t function)
{
    app_go(app, view, file, true);
    app_show_function(app, file, function);
}

void app_open_butterfly(struct app *app, int side, uint32_t function)
{
    enum view_kind view = app_is_of_pair(app->view) ? VIEW_BUTTERFLIES : VIEW_BUTTERFLY;
    open_at(app, view, app_side(app, side), function);
}

void app_open_trees(struct app *app, int side, uint32_t function)
{
    open_at(app, VIEW_TREES, app_side(app, side), function);
}

void app_open_hot_path(struct app *app, uint32_t function)
{
    open_at(app, VIEW_TREE, app->shown, function);
}

void app_open_plot(struct app *app, uint32_t row)
{
    open_at(app, VIEW_PLOT, app->shown, row);
}

void app_plot_moved(struct app *app, uint32_t row)
{
    const struct view *view = &app->views[VIEW_SCALING];
    if (view->state && !view->stale) /* else its rows are of another scaling */
        scaling_screen.show(view->state, 0, row);
}

void app_open_thread(struct app *app, uint32_t thread)
{
    app_file(app)->thread = thread;
    app_stale(app, app->shown);
    app_go(app, VIEW_HOTSPOTS, app->shown, true);
}

void app_show_file(struct app *app, int file)
{
    int from;
    uint32_t function = app_function(app, &from);
    uint32_t there = app_counterpart(app, from, function, file);
    app_go(app, app->view, file, false);
    app_show_function(app, file, there);
}

void app_side_by_side(struct app *app, int a, int b)
{
    app->pair[0] = a;
    app->pair[1] = b;
    app_stale_pair(app);
    app->history.count = 0;
    app_go(app, app_is_of_pair(app->view) ? app->view : VIEW_COMPARE, a, false);
}

void app_swap(struct app *app)
{
    app_side_by_side(app, app->pair[1], app->pair[0]);
}

void app_stale_pair(struct app *app)
{
    for (int view = 0; view < VIEW_COUNT; view++)
        if (app_is_of_pair((enum view_kind)view))
            app->views[view].stale = true;
}

void app_say(struct app *app, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(app->message, sizeof app->message, format, arguments);
    va_end(arguments);
    app->message_is_error = false;
}

void app_say_error(struct app *app, const struct error *err)
{
    error_text(err, app->message, sizeof app->message);
    app->message_is_error = true;
}
