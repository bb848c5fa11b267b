#include "tui/app.h"

#include "formats/format.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

static const struct screen_ops *const screens[VIEW_COUNT] = {
    [VIEW_COMPARE] = &compare_screen, [VIEW_HOTSPOTS] = &hotspots_screen,
    [VIEW_TREE] = &tree_screen,       [VIEW_BUTTERFLY] = &butterfly_screen,
    [VIEW_INFO] = &info_screen,       [VIEW_HELP] = &help_screen,
};

const struct screen_ops *app_ops(enum view_kind view)
{
    return screens[view];
}

struct app_file *app_file(struct app *app)
{
    return &app->files[app->side];
}

struct view *app_view(struct app *app)
{
    int side = app->view == VIEW_COMPARE || app->view == VIEW_HELP ? 0 : app->side;
    return &app->files[side].views[app->view];
}

int app_side(const struct app *app, int side)
{
    return side < 0 ? app->side : side;
}

unsigned app_has(const struct app *app)
{
    const struct profile *profile = app->files[app->side].profile;
    unsigned has = app->file_count > 1 ? NEEDS_TWO_FILES : NEEDS_ONE_FILE;
    has |= app->history.count ? NEEDS_BACK : 0u;
    if (profile && profile->thread_count > 1 && (profile->flags & PROFILE_HAS_TREE))
        has |= NEEDS_THREADS;
    if (profile && profile->metric_count > 1)
        has |= NEEDS_METRICS;
    return has;
}

bool app_view_exists(const struct app *app, enum view_kind view)
{
    return view != VIEW_HELP && (view != VIEW_COMPARE || app->file_count > 1);
}

const char *app_lacking(const struct app *app, enum view_kind view, int side)
{
    const struct screen_ops *ops = screens[view];
    const struct profile *profile = app->files[side].profile;
    return profile && (ops->needs & ~profile->flags) ? ops->lacking : NULL;
}

unsigned app_place(const struct app *app)
{
    return app_lacking(app, app->view, app->side) ? (unsigned)PLACE_INFO
                                                  : screens[app->view]->place;
}

struct table *app_table(struct app *app)
{
    const struct screen_ops *ops = screens[app->view];
    void *state = app_view(app)->state;
    return state && ops->table && !app_lacking(app, app->view, app->side) ? ops->table(state)
                                                                          : NULL;
}

/* ---- rows ---- */

void app_stale(struct app *app, int side)
{
    for (int i = 0; i < app->file_count; i++)
        for (int view = 0; view < VIEW_COUNT; view++)
            if (side < 0 || side == i || view == VIEW_COMPARE)
                app->files[i].views[view].stale = true;
}

static struct subject subject_of(const struct app *app, const struct view *view)
{
    const struct app_file *file = &app->files[app->side];
    const struct app_file *other = &app->files[1];
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
    if (app->view == VIEW_COMPARE) {
        subject.other = other->profile;
        subject.other_metric = other->metric;
        subject.other_size = other->size;
    }
    return subject;
}

void app_refresh(struct app *app)
{
    const struct screen_ops *ops = screens[app->view];
    struct view *view = app_view(app);
    if (!app->file_count || app_lacking(app, app->view, app->side))
        return;
    if (view->state && !view->stale)
        return;
    if (!view->state)
        view->state = memory_zeroed(1, ops->state_size);
    view->stale = false;
    struct subject subject = subject_of(app, view);
    ops->rebuild(view->state, &subject);
}

static void close_views(struct app_file *file)
{
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (file->views[view].state)
            screens[view]->close(file->views[view].state);
        free(file->views[view].state);
        file->views[view] = (struct view){0};
    }
}

static void close_file(struct app_file *file)
{
    close_views(file);
    profile_free(file->profile);
    free(file->path);
    *file = (struct app_file){0};
}

/* ---- the way there and back ---- */

uint32_t app_function(struct app *app, int *side)
{
    const struct screen_ops *ops = screens[app->view];
    const void *state = app_view(app)->state;
    int of = -1;
    uint32_t function = PROFILE_NONE;
    if (ops->function && state && !app_lacking(app, app->view, app->side))
        function = ops->function(state, &of);
    *side = app_side(app, of);
    return function;
}

uint32_t app_counterpart(const struct app *app, int side, uint32_t function)
{
    if (function == PROFILE_NONE || app->file_count < 2)
        return PROFILE_NONE;
    const struct function *wanted = &app->files[side].profile->functions[function];
    const struct profile *other = app->files[!side].profile;
    uint32_t found = PROFILE_NONE;
    for (uint32_t f = 0; f < other->function_count; f++) {
        const struct function *candidate = &other->functions[f];
        if (strcmp(candidate->name, wanted->name) != 0)
            continue;
        if (!strcmp(candidate->file, wanted->file) && !strcmp(candidate->module, wanted->module))
            return f;
        found = f;
    }
    return found;
}

static void remember(struct app *app)
{
    int side;
    uint32_t function = app->view == VIEW_BUTTERFLY ? app_function(app, &side) : PROFILE_NONE;
    *array_push(&app->history) = (struct visited){app->view, app->side, function};
}

void app_go(struct app *app, enum view_kind view, int side, bool come_back)
{
    if (come_back)
        remember(app);
    app->view = view;
    app->side = view == VIEW_COMPARE ? 0 : side;
    app_refresh(app);
}

bool app_back(struct app *app)
{
    if (!app->history.count)
        return false;
    struct visited last = app->history.data[--app->history.count];
    app_go(app, last.view, last.side, false);
    if (last.function != PROFILE_NONE && app_view(app)->state)
        screens[last.view]->show(app_view(app)->state, last.function);
    return true;
}

/* Goes to a view and shows a function there. */
static void open_at(struct app *app, enum view_kind view, int side, uint32_t function)
{
    app_go(app, view, side, true);
    if (app_view(app)->state && screens[view]->show)
        screens[view]->show(app_view(app)->state, function);
}

void app_open_butterfly(struct app *app, int side, uint32_t function)
{
    open_at(app, VIEW_BUTTERFLY, app_side(app, side), function);
}

void app_open_hot_path(struct app *app, uint32_t function)
{
    open_at(app, VIEW_TREE, app->side, function);
}

void app_open_thread(struct app *app, uint32_t thread)
{
    app_file(app)->thread = thread;
    app_stale(app, app->side);
    app_go(app, VIEW_HOTSPOTS, app->side, true);
}

/* ---- files ---- */

void app_take(struct app *app, const char *path, struct profile *profile)
{
    if (app->file_count == BROWSE_FILES_MAX) {
        close_file(&app->files[--app->file_count]);
        app->files[app->file_count].size = NAN;
    }
    struct app_file *file = &app->files[app->file_count++];
    double size = file->size;
    *file = (struct app_file){.path = memory_string(path), .profile = profile, .size = size};
    file->thread = PROFILE_NONE;
    app_stale(app, -1);
    app->history.count = 0;
    app->view = app->file_count > 1 ? VIEW_COMPARE : VIEW_HOTSPOTS;
    app->side = 0;
}

static void failed(struct app *app, struct error *err)
{
    error_in_file(err, app->loading);
    app_say_error(app, err);
    if (!app->starting)
        return;
    app->failure = *err;
    app->quit = true;
}

static void load_now(struct app *app)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (profile_load(&profile, app->loading, app->from, &err))
        failed(app, &err);
    else
        app_take(app, app->loading, profile);
}

/* One file is there, or is not: on to the next. */
static void finished(struct app *app)
{
    free(app->loading);
    app->loading = NULL;
    if (app->quit)
        return;
    if (app->waiting_count) {
        app->waiting_count--;
        app_load(app, *app->waiting++);
        return;
    }
    app->starting = false;
    app_refresh(app);
}

void app_load(struct app *app, const char *path)
{
    app->loading = memory_string(path);
    app->loader = app->threaded ? loader_start(path, app->from) : NULL;
    if (app->loader)
        return;
    load_now(app);
    finished(app);
}

void app_loaded(struct app *app)
{
    struct profile *profile = NULL;
    struct error err = {0};
    if (!app->loader)
        return;
    if (loader_take(app->loader, &profile, &err))
        failed(app, &err);
    else
        app_take(app, app->loading, profile);
    app->loader = NULL;
    finished(app);
}

void app_stop_loading(struct app *app)
{
    loader_abandon(app->loader);
    app->loader = NULL;
    app->waiting_count = 0;
    if (!app->file_count) {
        app->quit = true;
        return;
    }
    finished(app);
    app_say(app, "Loading was stopped.");
}

void app_swap(struct app *app)
{
    struct app_file *a = &app->files[0], *b = &app->files[1];
    struct app_file kept = *a;
    struct view compare = a->views[VIEW_COMPARE], help = a->views[VIEW_HELP];
    struct view other_compare = b->views[VIEW_COMPARE], other_help = b->views[VIEW_HELP];
    *a = *b;
    *b = kept;
    a->views[VIEW_COMPARE] = compare;
    a->views[VIEW_HELP] = help;
    b->views[VIEW_COMPARE] = other_compare;
    b->views[VIEW_HELP] = other_help;
    a->views[VIEW_COMPARE].stale = true;
    app->history.count = 0;
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

int app_open(struct app *app, const char *const *paths, size_t count,
             const struct browse_options *options, bool threaded, struct error *err)
{
    *app = (struct app){.from = options->from, .threaded = threaded, .starting = count > 0};
    app->files[0].size = options->size_a;
    app->files[1].size = options->size_b;
    if (!count)
        return 0;
    app->waiting = paths + 1;
    app->waiting_count = count - 1;
    app_load(app, paths[0]);
    if (!app->failure.code)
        return 0;
    *err = app->failure;
    app_close(app);
    return -1;
}

void app_close(struct app *app)
{
    loader_abandon(app->loader);
    for (int i = 0; i < app->file_count; i++)
        close_file(&app->files[i]);
    array_free(&app->history);
    menu_close(&app->menu);
    canvas_free(&app->canvas);
    free(app->loading);
    free(app->overwrite);
    *app = (struct app){0};
}
