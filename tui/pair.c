/* How A and B are compared: by which normaliser, and whether at all. */
#include "tui/analysis/compare.h"
#include "tui/app.h"

#include <string.h>

enum { NORMALISERS = COMPARE_NORMALISE_SIZE + 1 };

/* In the order of the key. */
static const enum compare_normalise order[NORMALISERS] = {
    COMPARE_NORMALISE_NONE, COMPARE_NORMALISE_TOTAL,    COMPARE_NORMALISE_CALLS,
    COMPARE_NORMALISE_SIZE, COMPARE_NORMALISE_FUNCTION,
};

static const struct app_file *file_of(const struct app *app, int side)
{
    return &app->files[app->pair[side]];
}

/* The function under the cursor, if both files have it. */
static const struct function *common_function(struct app *app)
{
    int file;
    uint32_t function = app_function(app, &file);
    int other = file == app->pair[0] ? app->pair[1] : app->pair[0];
    if (function == PROFILE_NONE || app_counterpart(app, file, function, other) == PROFILE_NONE)
        return NULL;
    return &app->files[file].profile->functions[function];
}

static bool is_possible(struct app *app, enum compare_normalise normalise)
{
    double ratio = app_size(file_of(app, 1)) / app_size(file_of(app, 0));
    unsigned flags = file_of(app, 0)->profile->flags & file_of(app, 1)->profile->flags;
    switch (normalise) {
    case COMPARE_NORMALISE_CALLS:
        return flags & PROFILE_HAS_CALLS;
    case COMPARE_NORMALISE_SIZE:
        return isfinite(ratio) && ratio != 1;
    case COMPARE_NORMALISE_FUNCTION:
        return common_function(app) != NULL;
    default:
        return true;
    }
}

static void take_function(struct app *app)
{
    const struct function *function = common_function(app);
    app->pair_as.function[0] = '\0';
    if (app->pair_as.normalise == COMPARE_NORMALISE_FUNCTION && function)
        snprintf(app->pair_as.function, sizeof app->pair_as.function, "%s", function->name);
}

void pair_normaliser(const struct app *app, char *buffer, size_t size)
{
    if (app->pair_as.normalise == COMPARE_NORMALISE_NONE)
        snprintf(buffer, size, "as measured");
    else
        snprintf(buffer, size, "by %s", compare_normalise_name(app->pair_as.normalise));
}

void pair_normalise(struct app *app)
{
    char by[64];
    int at = 0;
    while (order[at] != app->pair_as.normalise)
        at++;
    do
        at = (at + 1) % NORMALISERS;
    while (!is_possible(app, order[at]));
    app->pair_as.normalise = order[at];
    take_function(app);
    app_stale_pair(app);
    app_refresh(app);
    pair_normaliser(app, by, sizeof by);
    if (app->pair_as.function[0])
        app_say(app, "B is scaled so that %.100s takes as long as in A.", app->pair_as.function);
    else if (order[at] == COMPARE_NORMALISE_NONE)
        app_say(app, "Both as measured.");
    else
        app_say(app, "B is scaled to A %s.", by);
}

void pair_anyway(struct app *app)
{
    app->pair_as.allow_unlike = !app->pair_as.allow_unlike;
    app_stale_pair(app);
    app_refresh(app);
}
