/* The files: loading them, one after another, and their order. */
#include "formats/format.h"
#include "tui/analysis/names.h"
#include "tui/analysis/scaling.h"
#include "tui/analysis/tasks.h"
#include "tui/app.h"

#include <stdlib.h>
#include <string.h>

double app_size(const struct app_file *file)
{
    return isnan(file->size) ? compare_size(file->profile) : file->size;
}

/* Where the component before `name` begins; the path itself at its begin. */
static const char *component_before(const char *path, const char *name)
{
    while (name > path && name[-1] == '/')
        name--;
    while (name > path && name[-1] != '/')
        name--;
    return name;
}

static bool ends_with(const char *path, const char *name)
{
    size_t length = strlen(path), tail = strlen(name);
    return length >= tail && !strcmp(path + length - tail, name) &&
           (length == tail || path[length - tail - 1] == '/');
}

const char *app_name(const struct app *app, int file)
{
    const char *path = app->files[file].path, *name = path_base(path);
    for (int i = 0; i < app->file_count; i++)
        while (strcmp(app->files[i].path, path) != 0 && name > path &&
               ends_with(app->files[i].path, name))
            name = component_before(path, name);
    return name;
}

/* Whether it is still of these files and their metrics. */
static bool is_current(const struct app *app, const struct scaling *scaling)
{
    if (scaling->run_count != (uint32_t)app->file_count)
        return false;
    for (uint32_t i = 0; i < scaling->run_count; i++) {
        const struct app_file *file = &app->files[scaling->runs[i].input];
        if (scaling->runs[i].profile != file->profile || scaling->runs[i].metric != file->metric)
            return false;
    }
    return true;
}

static void drop_scaling(struct app *app)
{
    scaling_free(app->scaling);
    app->scaling = NULL;
}

struct scaling *app_scaling(struct app *app, struct error *err)
{
    if (app->scaling && is_current(app, app->scaling))
        return app->scaling;
    drop_scaling(app);
    struct scaling_input *inputs = memory_zeroed((size_t)app->file_count, sizeof *inputs);
    for (int i = 0; i < app->file_count; i++) {
        const struct app_file *file = &app->files[i];
        inputs[i] = (struct scaling_input){file->profile, file->metric, file->size};
    }
    if (scaling_new(&app->scaling, inputs, (uint32_t)app->file_count, err))
        app->scaling = NULL;
    app->scalings++;
    free(inputs);
    return app->scaling;
}

static void close_views(struct view *views)
{
    for (int view = 0; view < VIEW_COUNT; view++) {
        if (views[view].state)
            app_ops((enum view_kind)view)->close(views[view].state);
        free(views[view].state);
        views[view] = (struct view){0};
    }
}

static void close_file(struct app_file *file)
{
    close_views(file->views);
    profile_free(file->profile);
    free(file->path);
    *file = (struct app_file){0};
}

static struct app_file *new_file(struct app *app)
{
    if (app->replaces && app->file_count > 1) {
        struct app_file *b = &app->files[app->pair[1]];
        close_file(b);
        return b;
    }
    app->files = memory_resize(app->files, (size_t)app->file_count + 1, sizeof *app->files);
    return &app->files[app->file_count++];
}

/* The sizes given are of the files in the order in which they come. */
static double given_size(const struct app *app)
{
    size_t index = (size_t)app->file_count - 1;
    return !app->replaces && index < app->size_count ? app->sizes[index] : NAN;
}

static int by_size(const void *left, const void *right)
{
    double a = app_size(left), b = app_size(right);
    if (isnan(a) || isnan(b))
        return isnan(a) - isnan(b);
    return (a > b) - (a < b);
}

/* From three files on they stand by their size; of two, the first is A. */
static void arrange(struct app *app)
{
    for (int i = 1; app->file_count > 2 && i < app->file_count; i++) {
        struct app_file file = app->files[i];
        int at = i;
        for (; at > 0 && by_size(&app->files[at - 1], &file) > 0; at--)
            app->files[at] = app->files[at - 1];
        app->files[at] = file;
    }
}

/* What is shown first when there is a file more. */
static void show_first(struct app *app)
{
    int last = app->file_count - 1;
    app->view = last > 1 ? VIEW_SCALING : last == 1 ? VIEW_COMPARE : VIEW_HOTSPOTS;
    app->pair[0] = 0;
    app->pair[1] = last;
    app->shown = last > 1 ? last : 0;
    app->history.count = 0;
    app_stale(app, -1);
}

void app_take(struct app *app, const char *path, struct profile *profile)
{
    struct error err = {0};
    if (app->tasks && tasks_split(&profile, &err))
        app_say_error(app, &err);
    struct app_file *file = new_file(app);
    *file = (struct app_file){.path = memory_string(path), .profile = profile};
    file->size = given_size(app);
    file->thread = PROFILE_NONE;
    app->replaces = false;
    drop_scaling(app);
    close_views(app->views); /* they hold on to files that may be gone */
    arrange(app);
    show_first(app);
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
    if (profile_load_part(&profile, app->loading, app->how, app->part, &err))
        failed(app, &err);
    else
        app_take(app, app->loading, profile);
}

/* One file is there, or is not: on to the next. */
static void finished(struct app *app)
{
    free(app->loading);
    app->loading = NULL;
    app->replaces = false;
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
    app->loader = app->threaded ? loader_start(path, app->how, app->part) : NULL;
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
    size_t left = app->starting ? app->waiting_count + 1 : 0;
    loader_abandon(app->loader);
    app->loader = NULL;
    app->waiting_count = 0;
    if (!app->file_count) {
        app->quit = true;
        return;
    }
    finished(app);
    if (left)
        app_say(app, "Loading was stopped: %zu of %zu files are here.", (size_t)app->file_count,
                (size_t)app->file_count + left);
    else
        app_say(app, "Loading was stopped.");
}

int app_open(struct app *app, const char *const *paths, size_t count,
             const struct browse_options *options, bool threaded, struct error *err)
{
    *app = (struct app){.how = &options->how,
                        .part = options->range ? &options->part : NULL,
                        .range = options->range,
                        .tasks = options->tasks,
                        .threaded = threaded,
                        .starting = count > 0};
    app->at = NAN;
    app->sizes = options->sizes;
    app->size_count = options->size_count;
    if (!count)
        return 0;
    if (options->merged) {
        app_take(app, options->merged->path, options->merged);
        app->starting = false;
        app_refresh(app);
        return 0;
    }
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
    free(app->files);
    close_views(app->views);
    drop_scaling(app);
    array_free(&app->history);
    menu_close(&app->menu);
    canvas_free(&app->canvas);
    free(app->loading);
    free(app->overwrite);
    *app = (struct app){0};
}
