/*
 * The browser's state and what can be done with it. Knows no terminal: events
 * go in, a canvas comes out.
 *
 *   app.c       views, their rows, the way back
 *   files.c     loading, and the order of the files
 *   dispatch.c  from an event to an action
 *   handlers.c  what actions do that are not a screen's own
 *   requests.c  questions to the user: filter, order, thread, file names
 *   pair.c      how A and B are compared
 *   frame.c     the screen: title, views, table, sentence, keys; title.c its first line
 */
#ifndef NCPROF_TUI_APP_H
#define NCPROF_TUI_APP_H

#include "formats/profile/memory.h"
#include "formats/profile/profile.h"
#include "tui/browse.h"
#include "tui/keys.h"
#include "tui/loader.h"
#include "tui/screens/screen.h"
#include "tui/widgets/canvas.h"
#include "tui/widgets/menu.h"
#include "tui/widgets/prompt.h"

#include <stdbool.h>

enum view_kind {
    VIEW_SCALING, /* from three files on */
    VIEW_COMPARE, /* these three: of A and B */
    VIEW_TREES,
    VIEW_BUTTERFLIES,
    VIEW_HOTSPOTS,
    VIEW_TREE,
    VIEW_BUTTERFLY,
    VIEW_INFO,
    VIEW_HELP, /* these two not in the line of views */
    VIEW_PLOT,
    VIEW_COUNT,
};

struct view {
    void *state; /* the screen's; NULL until it is first shown */
    bool stale;  /* its rows are to be made anew before they are shown */
    char filter[256];
};

struct app_file {
    char *path;
    struct profile *profile;
    double size; /* NAN unknown */
    uint32_t metric, thread;
    struct view views[VIEW_COUNT]; /* those of one file */
};

struct visited {
    enum view_kind view;
    int file;
    uint32_t function; /* butterfly: whose, and of which file that is; else PROFILE_NONE */
    int function_file;
};

struct app_pair {
    enum compare_normalise normalise;
    char function[256]; /* to normalise by */
    bool allow_unlike;
};

enum app_mode { MODE_BROWSE, MODE_PROMPT, MODE_MENU };

struct app {
    struct app_file *files; /* three or more: by size, unknown sizes last */
    int file_count;
    int pair[2];                   /* the files that stand side by side: A and B */
    struct app_pair pair_as;       /* and how */
    int first_chosen;              /* A to be, while B is being asked for */
    struct view views[VIEW_COUNT]; /* those of several files, and the help */
    struct scaling *scaling;       /* of all files; NULL until a view of it is shown */
    unsigned scalings;             /* made so far: a pointer may come again */
    double at;                     /* the size it is projected to; NAN: ten times the largest */
    enum view_kind view;
    int shown; /* the file whose views are shown; side by side A */
    bool threshold;
    ARRAY(struct visited) history;
    unsigned help_place;

    enum app_mode mode;
    struct prompt prompt;
    void (*prompt_changed)(struct app *); /* after each key; may be NULL */
    void (*prompt_done)(struct app *);
    void (*prompt_cancelled)(struct app *); /* may be NULL */
    char prompt_note[160]; /* beside it; the filter has the screen's status there */
    char filter_before[256];
    char *overwrite; /* asked once whether this may be replaced */
    struct menu menu;
    void (*menu_done)(struct app *, uint32_t item);

    struct loader *loader;
    bool threaded; /* files load in the background */
    bool starting; /* the files of the command line are not all there yet */
    const struct opening *how;
    const struct profile_part *part; /* only this of each file; NULL: all */
    const char *range;               /* as it was asked for */
    bool tasks;                      /* files are shown by task */
    const double *sizes;             /* given for the files of the command line, by their order */
    size_t size_count;
    const char *const *waiting; /* paths still to be loaded */
    size_t waiting_count;
    char *loading;        /* the path being loaded; NULL: none */
    bool replaces;        /* what is being loaded takes B's place */
    struct error failure; /* why there is nothing to show */

    char message[600];
    bool message_is_error;
    struct canvas canvas;
    bool quit;
};

/*
 * `threaded`: files load in the background; else at once, inside app_open(). Without any,
 * app_take() gives it what to show.
 */
int app_open(struct app *app, const char *const *paths, size_t count,
             const struct browse_options *options, bool threaded, struct error *err);
void app_close(struct app *app);

/* Does what an event asks for. */
void app_event(struct app *app, const struct event *event);
/* Paints app->canvas. */
void app_draw(struct app *app);
void app_resize(struct app *app, int rows, int columns);

/* ---- for the parts of the app ---- */

const struct screen_ops *app_ops(enum view_kind view);
struct app_file *app_file(struct app *app);
struct view *app_view(struct app *app);
/* The file that a screen's `side` means: side by side A or B, else its number; -1: the one shown.
 */
int app_side(const struct app *app, int side);
/* What there is, as actions need it. */
unsigned app_has(const struct app *app);
/* Whose keys work: the view's, or where it has nothing to show only those that work everywhere. */
unsigned app_place(const struct app *app);
/* Why this view cannot be shown, or NULL. */
const char *app_lacking(const struct app *app, enum view_kind view, int file);
/* Whether the view shown has nothing to show: why, and what to do. */
bool app_refused(const struct app *app, char *buffer, size_t size);
bool app_view_exists(const struct app *app, enum view_kind view);
/* Whether a view shows A and B together. */
bool app_is_of_pair(enum view_kind view);
/* The metrics of A and B cannot be compared as they are. */
bool app_is_unlike(const struct app *app);

/* The table that the cursor is in, or NULL. */
struct table *app_table(struct app *app);

/* Makes the rows of the view shown, if they are stale. */
void app_refresh(struct app *app);
/* All views of a file (-1: of all files) are to be made anew, and those of several files. */
void app_stale(struct app *app, int file);

/* Goes to a view; `come_back`: Backspace comes back here. */
void app_go(struct app *app, enum view_kind view, int file, bool come_back);
bool app_back(struct app *app);
/* The function under the cursor and the file it is of. */
uint32_t app_function(struct app *app, int *file);
/* The function of file `from` in file `to`, as match.h has it; PROFILE_NONE: it is not there. */
uint32_t app_counterpart(const struct app *app, int from, uint32_t function, int to);
/* Shows a function of a file in the view shown; where that is neither A nor B its like there. */
void app_show_function(struct app *app, int file, uint32_t function);
/* The same view of another file, at the same function. */
void app_show_file(struct app *app, int file);

void app_load(struct app *app, const char *path);
/* One more file to show, owned from now on; in B's place when app->replaces. */
void app_take(struct app *app, const char *path, struct profile *profile);
void app_stop_loading(struct app *app);
/* Takes what the loader has loaded, and starts the next. */
void app_loaded(struct app *app);
void app_swap(struct app *app);
/* The views of A and B are to be made anew. */
void app_stale_pair(struct app *app);
/* Goes to the view of these two. */
void app_side_by_side(struct app *app, int a, int b);
/* Of the files and metrics as they are now, made anew when these have changed; NULL: see err. */
struct scaling *app_scaling(struct app *app, struct error *err);
/* As much of its path's end as tells a file from the others; a part of its path. */
const char *app_name(const struct app *app, int file);
/* The size of the run's input: given, else the profile's own; NAN unknown. */
double app_size(const struct app_file *file);

__attribute__((format(printf, 2, 3))) void app_say(struct app *app, const char *format, ...);
void app_say_error(struct app *app, const struct error *err);

/* ---- handlers.c ---- */

/* `key` is the one pressed. Nothing happens for actions that belong to screens only. */
void app_do(struct app *app, enum action_id action, uint32_t key);
/* Straight to a view; '1' is the first. The butterfly shows the function under the cursor. */
void app_view_by_digit(struct app *app, uint32_t key);

/* ---- pair.c ---- */

/* How A and B are compared: the next normaliser; unlike units all the same. */
void pair_normalise(struct app *app);
void pair_anyway(struct app *app);
/* "as measured", "by total" */
void pair_normaliser(const struct app *app, char *buffer, size_t size);

/* ---- frame.c ---- */

/* The digit of the view whose name stands there; 0: none. */
int app_tab_at(const struct app *app, int row, int column);

/* ---- requests.c ---- */

void request_filter(struct app *app);
void request_sort(struct app *app);
void request_thread(struct app *app);
void request_metric(struct app *app);
/* Of all files: times as recorded, or without what recording cost. */
void app_toggle_raw(struct app *app);
void request_file(struct app *app);
void request_run(struct app *app);
/* The size to project to. */
void request_at(struct app *app);
/* Which two files to put side by side. */
void request_pair(struct app *app);
void request_write(struct app *app);
void app_set_filter(struct app *app, const char *filter);
void app_sort_by(struct app *app, const struct column *column);

#endif
